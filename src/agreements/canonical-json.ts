/**
 * RFC 8785 (JSON Canonicalization Scheme): one text for all JSON texts that say the same.
 * Written here because every changed document passes through it, and because the refusals must be typed.
 */
import { PermanentError } from '../errors.ts';

/** Objects and lists inside one another. Far above any real document, far below the end of the stack. */
export const MAX_DEPTH = 1_000;

/**
 * Why a value has no canonical form: half a surrogate pair in a text or a member name, too many levels (above
 * {@link MAX_DEPTH}), a number that no double holds (`1e400`), or something that is not JSON at all.
 */
export type JsonProblem = 'lone-surrogate' | 'too-deep' | 'number-too-large' | 'not-json';

const WHAT: Readonly<Record<JsonProblem, string>> = {
  'lone-surrogate': 'A text of the document holds half a surrogate pair.',
  'too-deep': `The document is nested more than ${MAX_DEPTH} levels deep.`,
  'number-too-large': 'A number of the document is too large for a double.',
  'not-json': 'The document holds a value that JSON does not know.',
};

/** Texts that stand for themselves between quotes: printable ASCII without `"` and `\`. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The canonical text of a value as `JSON.parse` gives it. `leaveOut`: members of the top level that are left out.
 * @throws PermanentError `DOCUMENT_NOT_CANONICAL`, with the {@link JsonProblem} in `details.problem`
 */
export function canonicalJson(value: unknown, leaveOut: readonly string[] = []): string {
  return serialise(value, 0, leaveOut.length === 0 ? null : leaveOut);
}

/** What keeps a value from having a canonical form, or `null` when nothing does. Never throws. */
export function findJsonProblem(value: unknown, depth = 0): JsonProblem | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : 'lone-surrogate';
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'number-too-large';
  if (typeof value === 'boolean' || value === null) return null;
  if (typeof value !== 'object') return 'not-json';
  if (depth >= MAX_DEPTH) return 'too-deep';
  for (const key of Object.keys(value)) {
    if (!key.isWellFormed()) return 'lone-surrogate';
    const problem = findJsonProblem((value as Record<string, unknown>)[key], depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function serialise(value: unknown, depth: number, leaveOut: readonly string[] | null): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : refuse('number-too-large');
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  if (typeof value !== 'object') return refuse('not-json');
  if (depth >= MAX_DEPTH) return refuse('too-deep');
  return Array.isArray(value) ? serialiseList(value, depth) : serialiseObject(value, depth, leaveOut);
}

function serialiseList(list: readonly unknown[], depth: number): string {
  let text = '[';
  for (let i = 0; i < list.length; i += 1) {
    if (i > 0) text += ',';
    text += serialise(list[i], depth + 1, null);
  }
  return `${text}]`;
}

function serialiseObject(object: object, depth: number, leaveOut: readonly string[] | null): string {
  const members = object as Readonly<Record<string, unknown>>;
  const keys = sortKeys(Object.keys(members));
  let text = '';
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i]!;
    if (leaveOut?.includes(key)) continue;
    text += `${text === '' ? '' : ','}${quote(key)}:${serialise(members[key], depth + 1, null)}`;
  }
  return `{${text}}`;
}

/** Sorts by UTF-16 units, as RFC 8785 asks, in place. `<` on strings compares exactly those. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 32) return keys.sort();
  // Insertion sort: members are few and mostly in order already, and it is twice as fast as `sort` then.
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i]!;
    let j = i - 1;
    while (j >= 0 && keys[j]! > key) {
      keys[j + 1] = keys[j]!;
      j -= 1;
    }
    keys[j + 1] = key;
  }
  return keys;
}

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  // JSON.stringify escapes exactly what RFC 8785 escapes, and lone surrogates, which RFC 8785 refuses.
  return text.isWellFormed() ? JSON.stringify(text) : refuse('lone-surrogate');
}

function refuse(problem: JsonProblem): never {
  throw new PermanentError('DOCUMENT_NOT_CANONICAL', WHAT[problem], { problem });
}
