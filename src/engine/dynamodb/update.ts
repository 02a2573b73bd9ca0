/** Update expressions: SET and REMOVE on top-level attributes. */
import { attributeOf, type Operand, operandValue, type Placeholders, parseOperand } from './condition.ts';
import { addNumbers } from './decimal.ts';
import type { AttributeName, ExpressionTokens } from './expression-tokens.ts';
import { validationError } from './item-error.ts';
import type { AttributeValue, Item } from './item-tables.ts';

type SetOperand =
  | Operand
  | { readonly kind: 'if-not-exists'; readonly name: AttributeName; readonly otherwise: Operand };

interface SetAction {
  readonly target: AttributeName;
  readonly left: SetOperand;
  readonly sum: { readonly sign: 1 | -1; readonly right: SetOperand } | null;
}

export interface Update {
  readonly set: readonly SetAction[];
  readonly remove: readonly AttributeName[];
}

/** @throws PermanentError `EXPRESSION_INVALID` */
export function parseUpdate(tokens: ExpressionTokens): Update {
  let set: readonly SetAction[] | null = null;
  let remove: readonly AttributeName[] | null = null;
  do {
    if (set === null && tokens.take('SET')) set = parseList(tokens, parseSet);
    else if (remove === null && tokens.take('REMOVE')) remove = parseList(tokens, (from) => from.attribute());
    else throw tokens.problem('SET or REMOVE is expected, each at most once');
  } while (!tokens.isAtEnd());
  return { set: set ?? [], remove: remove ?? [] };
}

function parseList<T>(tokens: ExpressionTokens, parse: (tokens: ExpressionTokens) => T): readonly T[] {
  const list = [parse(tokens)];
  while (tokens.take(',')) list.push(parse(tokens));
  return list;
}

function parseSet(tokens: ExpressionTokens): SetAction {
  const target = tokens.attribute();
  tokens.expect('=');
  const left = parseSetOperand(tokens);
  const sign = tokens.takeOneOf(['+', '-']);
  if (sign === null) return { target, left, sum: null };
  return { target, left, sum: { sign: sign === '+' ? 1 : -1, right: parseSetOperand(tokens) } };
}

function parseSetOperand(tokens: ExpressionTokens): SetOperand {
  if (!tokens.take('if_not_exists')) return parseOperand(tokens);
  tokens.expect('(');
  const name = tokens.attribute();
  tokens.expect(',');
  const otherwise = parseOperand(tokens);
  tokens.expect(')');
  return { kind: 'if-not-exists', name, otherwise };
}

export interface Updated {
  readonly item: Item;
  /** Names of the attributes that SET wrote or REMOVE took away. */
  readonly touched: readonly string[];
}

/**
 * Every operand is read from the item as it was before.
 * @throws ItemError `ValidationException`: a key attribute, one attribute twice, an operand that is missing or no number
 */
export function applyUpdate(
  { set, remove }: Update,
  old: Item,
  keyAttributes: readonly string[],
  placeholders: Placeholders,
): Updated {
  const touched: string[] = [];
  const claim = (written: AttributeName): string => {
    const name = placeholders.name(written);
    if (keyAttributes.includes(name)) throw validationError(`Cannot update attribute ${name}. It is part of the key.`);
    if (touched.includes(name)) throw validationError(`Two document paths overlap with each other: \`${name}\`.`);
    touched.push(name);
    return name;
  };
  const assigned = set.map((action) => [claim(action.target), setValue(action, old, placeholders)] as const);
  const removed = new Set(remove.map(claim));
  const kept = Object.entries(old).filter(([name]) => !removed.has(name));
  return { item: Object.fromEntries([...kept, ...assigned]), touched };
}

function setValue({ left, sum }: SetAction, old: Item, placeholders: Placeholders): AttributeValue {
  const a = readOperand(left, old, placeholders);
  if (sum === null) return a;
  const b = readOperand(sum.right, old, placeholders);
  if (!('N' in a) || !('N' in b)) throw validationError('An operand of + or - in the update expression is no number.');
  const result = addNumbers(a.N, b.N, sum.sign);
  if (result === null) throw validationError('Number overflow: a sum has at most 38 significant digits.');
  return { N: result };
}

function readOperand(operand: SetOperand, old: Item, placeholders: Placeholders): AttributeValue {
  if (operand.kind === 'if-not-exists') {
    const existing = attributeOf(old, placeholders.name(operand.name));
    return existing ?? readOperand(operand.otherwise, old, placeholders);
  }
  const value = operandValue(operand, old, placeholders);
  if (value === null) {
    throw validationError('The provided expression refers to an attribute that does not exist in the item.');
  }
  return value;
}
