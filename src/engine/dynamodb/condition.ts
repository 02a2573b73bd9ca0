/** Condition expressions: parsed once, then held against the item as it stands. */

import type { AttributeName, ExpressionTokens } from './expression-tokens.ts';
import { validationError } from './item-error.ts';
import type { AttributeValue, Item } from './item-tables.ts';
import { orderOf, typeOf, valuesEqual } from './item-values.ts';

export type Operand =
  | { readonly kind: 'attribute'; readonly name: AttributeName }
  | { readonly kind: 'value'; readonly name: string };

const COMPARATORS = ['=', '<>', '<=', '>=', '<', '>'] as const;
type Comparator = (typeof COMPARATORS)[number];

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'exists'; readonly name: AttributeName; readonly wanted: boolean }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand };

/** What `#n` and `:v` stand for. */
export interface Placeholders {
  name(written: AttributeName): string;
  value(written: string): AttributeValue;
}

/** The most brackets and NOTs inside each other; more would only exhaust the stack. */
const MAX_NESTING = 100;

/** @throws PermanentError `EXPRESSION_INVALID` */
export function parseCondition(tokens: ExpressionTokens): Condition {
  const condition = parseOr(tokens, 0);
  tokens.expectEnd();
  return condition;
}

function parseOr(tokens: ExpressionTokens, depth: number): Condition {
  let left = parseAnd(tokens, depth);
  while (tokens.take('OR')) left = { kind: 'or', left, right: parseAnd(tokens, depth) };
  return left;
}

function parseAnd(tokens: ExpressionTokens, depth: number): Condition {
  let left = parseNot(tokens, depth);
  while (tokens.take('AND')) left = { kind: 'and', left, right: parseNot(tokens, depth) };
  return left;
}

function parseNot(tokens: ExpressionTokens, depth: number): Condition {
  if (depth > MAX_NESTING) throw tokens.problem('The expression is nested too deeply');
  if (tokens.take('NOT')) return { kind: 'not', inner: parseNot(tokens, depth + 1) };
  if (tokens.take('(')) {
    const inner = parseOr(tokens, depth + 1);
    tokens.expect(')');
    return inner;
  }
  const called = tokens.takeOneOf(['attribute_exists', 'attribute_not_exists']);
  if (called !== null) {
    tokens.expect('(');
    const name = tokens.attribute();
    tokens.expect(')');
    return { kind: 'exists', name, wanted: called === 'attribute_exists' };
  }
  const left = parseOperand(tokens);
  const comparator = tokens.takeOneOf(COMPARATORS);
  if (comparator === null) throw tokens.problem(`One of ${COMPARATORS.join(' ')} is expected`);
  return { kind: 'compare', comparator, left, right: parseOperand(tokens) };
}

export function parseOperand(tokens: ExpressionTokens): Operand {
  const value = tokens.value();
  return value === null ? { kind: 'attribute', name: tokens.attribute() } : { kind: 'value', name: value };
}

/** @throws ItemError `ValidationException` when a literal of a type without order is ordered */
export function holds(condition: Condition, item: Item | null, placeholders: Placeholders): boolean {
  switch (condition.kind) {
    case 'and': // Both sides are looked at, so that a wrong operand shows whatever the data.
      return [condition.left, condition.right].map((side) => holds(side, item, placeholders)).every(Boolean);
    case 'or':
      return [condition.left, condition.right].map((side) => holds(side, item, placeholders)).some(Boolean);
    case 'not':
      return !holds(condition.inner, item, placeholders);
    case 'exists':
      return (attributeOf(item, placeholders.name(condition.name)) !== null) === condition.wanted;
    case 'compare':
      return compare(condition, item, placeholders);
  }
}

export function attributeOf(item: Item | null, name: string): AttributeValue | null {
  return item !== null && Object.hasOwn(item, name) ? item[name]! : null;
}

export function operandValue(operand: Operand, item: Item | null, placeholders: Placeholders): AttributeValue | null {
  if (operand.kind === 'value') return placeholders.value(operand.name);
  return attributeOf(item, placeholders.name(operand.name));
}

/** A missing attribute, or one of another type, is unequal to everything and in no order with anything. */
function compare(
  { comparator, left, right }: Extract<Condition, { kind: 'compare' }>,
  item: Item | null,
  placeholders: Placeholders,
): boolean {
  const [a, b] = [operandValue(left, item, placeholders), operandValue(right, item, placeholders)];
  if (comparator === '=') return a !== null && b !== null && valuesEqual(a, b);
  if (comparator === '<>') return a === null || b === null || !valuesEqual(a, b);
  for (const [operand, value] of [[left, a] as const, [right, b] as const]) {
    if (operand.kind === 'value' && value !== null && !['S', 'N'].includes(typeOf(value))) {
      throw validationError(`Invalid operand type for \`${comparator}\`: ${typeOf(value)}.`);
    }
  }
  const order = a === null || b === null ? null : orderOf(a, b);
  if (order === null) return false;
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[comparator];
}
