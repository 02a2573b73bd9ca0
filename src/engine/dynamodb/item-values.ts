/** Checks and compares attribute values. */
import { isJsonObject } from '../json.ts';
import { compareNumbers, normaliseNumber } from './decimal.ts';
import { validationError } from './item-error.ts';
import type { AttributeValue, Item } from './item-tables.ts';

/** DynamoDB: how deep maps and lists may nest. */
const MAX_DEPTH = 32;

/** @throws ItemError `ValidationException` when it is no item of S, N, BOOL, NULL, M and L */
export function readItem(value: unknown, where: string, depth = 0): Item {
  if (!isJsonObject(value)) throw validationError(`${where} must be an object of attribute values.`);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, readValue(inner, `${where}.${name}`, depth)]),
  );
}

export function readValue(value: unknown, where: string, depth = 0): AttributeValue {
  if (depth > MAX_DEPTH) throw validationError(`${where} is nested deeper than ${MAX_DEPTH} levels.`);
  const [entry, ...others] = isJsonObject(value) ? Object.entries(value) : [];
  if (entry !== undefined && others.length === 0) {
    const [type, content] = entry;
    if (type === 'S' && typeof content === 'string') return { S: content };
    if (type === 'N' && typeof content === 'string') return { N: readNumber(content, where) };
    if (type === 'BOOL' && typeof content === 'boolean') return { BOOL: content };
    if (type === 'NULL' && content === true) return { NULL: true };
    if (type === 'M') return { M: readItem(content, where, depth + 1) };
    if (type === 'L' && Array.isArray(content)) {
      return { L: content.map((inner, i) => readValue(inner, `${where}[${i}]`, depth + 1)) };
    }
  }
  throw validationError(`${where} must be an attribute value of type S, N, BOOL, NULL, M or L.`);
}

function readNumber(text: string, where: string): string {
  const number = normaliseNumber(text);
  if (number === null) throw validationError(`${where} is no number of at most 38 significant digits.`);
  return number;
}

/**
 * The key of an item: exactly the table's key attributes, texts that are not empty.
 * @throws ItemError `ValidationException`
 */
export function readKey(value: Item, attributes: readonly string[], where: string): Item {
  return Object.fromEntries(
    attributes.map((name) => {
      const part = Object.hasOwn(value, name) ? value[name] : undefined;
      if (part === undefined || !('S' in part) || part.S === '') {
        throw validationError(`${where} needs the key attribute \`${name}\`, a text that is not empty.`);
      }
      return [name, part];
    }),
  );
}

export function typeOf(value: AttributeValue): string {
  return Object.keys(value)[0]!;
}

export function valuesEqual(a: AttributeValue, b: AttributeValue): boolean {
  if ('M' in a && 'M' in b) {
    const names = Object.keys(a.M);
    return (
      names.length === Object.keys(b.M).length &&
      names.every((name) => Object.hasOwn(b.M, name) && valuesEqual(a.M[name]!, b.M[name]!))
    );
  }
  if ('L' in a && 'L' in b) return a.L.length === b.L.length && a.L.every((inner, i) => valuesEqual(inner, b.L[i]!));
  if ('S' in a && 'S' in b) return a.S === b.S;
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N) === 0;
  if ('BOOL' in a && 'BOOL' in b) return a.BOOL === b.BOOL;
  return 'NULL' in a && 'NULL' in b;
}

/** Below 0, 0 or above 0; null when the two have no order: other types, or neither texts nor numbers. */
export function orderOf(a: AttributeValue, b: AttributeValue): number | null {
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N);
  if ('S' in a && 'S' in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  return null;
}
