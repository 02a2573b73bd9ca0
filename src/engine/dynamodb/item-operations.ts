/** `dynamodb:getItem`, `putItem` and `updateItem`: from a task's arguments to its result. */
import { PermanentError } from '../../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type Condition, holds, type Placeholders, parseCondition } from './condition.ts';
import { type ExpressionKind, ExpressionTokens } from './expression-tokens.ts';
import { ItemError, validationError } from './item-error.ts';
import type { AttributeValue, Item, ItemTables } from './item-tables.ts';
import { readItem, readKey, readValue } from './item-values.ts';
import { applyUpdate, parseUpdate, type Update } from './update.ts';

type Arguments = { readonly [name: string]: unknown };
export type ItemOperation = 'getItem' | 'putItem' | 'updateItem';

const CONDITIONAL = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues', 'ReturnValues'];
const KNOWN: Readonly<Record<ItemOperation, readonly string[]>> = {
  getItem: ['TableName', 'Key', 'ConsistentRead'],
  putItem: ['TableName', 'Item', ...CONDITIONAL],
  updateItem: ['TableName', 'Key', 'UpdateExpression', ...CONDITIONAL],
};

/**
 * @throws ItemError with the name that DynamoDB gives the error
 * @throws whatever the tables throw
 */
export async function runItemOperation(operation: ItemOperation, value: Json, tables: ItemTables): Promise<JsonObject> {
  if (!isJsonObject(value)) throw validationError('The arguments must be an object.');
  for (const name of Object.keys(value)) {
    if (!KNOWN[operation].includes(name)) throw validationError(`${operation} has no argument \`${name}\` here.`);
  }
  const table = value['TableName'];
  const keyAttributes = typeof table === 'string' ? tables.keyAttributes(table) : null;
  if (keyAttributes === null)
    throw new ItemError('ResourceNotFoundException', `There is no table \`${String(table)}\`.`);
  const target = { name: table as string, keyAttributes };
  try {
    if (operation === 'getItem') return await getItem(value, target, tables);
    return operation === 'putItem' ? await putItem(value, target, tables) : await updateItem(value, target, tables);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'EXPRESSION_INVALID') {
      throw validationError(error.message, { cause: error });
    }
    throw error;
  }
}

interface Target {
  readonly name: string;
  readonly keyAttributes: readonly string[];
}

async function getItem(value: Arguments, { name, keyAttributes }: Target, tables: ItemTables): Promise<JsonObject> {
  const consistent = value['ConsistentRead'];
  if (consistent !== undefined && typeof consistent !== 'boolean')
    throw validationError('ConsistentRead must be a boolean.');
  const item = await tables.get(name, readExactKey(value, keyAttributes));
  return item === null ? {} : { Item: item as unknown as Json };
}

async function putItem(value: Arguments, { name, keyAttributes }: Target, tables: ItemTables): Promise<JsonObject> {
  readReturnValues(value, ['NONE']);
  const item = readItem(value['Item'], 'Item');
  const { condition, placeholders } = readExpressions(value);
  await tables.update(name, readKey(item, keyAttributes, 'Item'), (old) => {
    checkCondition(condition, old, placeholders);
    return item;
  });
  return {};
}

async function updateItem(value: Arguments, { name, keyAttributes }: Target, tables: ItemTables): Promise<JsonObject> {
  const returned = readReturnValues(value, ['NONE', 'ALL_NEW', 'ALL_OLD', 'UPDATED_NEW']);
  const key = readExactKey(value, keyAttributes);
  const { condition, update, placeholders } = readExpressions(value);
  let attributes: Item | null = null;
  await tables.update(name, key, (old) => {
    checkCondition(condition, old, placeholders);
    const { item, touched } = applyUpdate(update, old ?? key, keyAttributes, placeholders);
    attributes = { NONE: null, ALL_NEW: item, ALL_OLD: old, UPDATED_NEW: pick(item, touched) }[returned];
    return item;
  });
  return attributes === null ? {} : { Attributes: attributes };
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function checkCondition(condition: Condition | null, old: Item | null, placeholders: Placeholders): void {
  if (condition === null || holds(condition, old, placeholders)) return;
  throw new ItemError('ConditionalCheckFailedException', 'The conditional request failed');
}

function readExactKey(value: Arguments, keyAttributes: readonly string[]): Item {
  const given = readItem(value['Key'], 'Key');
  const key = readKey(given, keyAttributes, 'Key');
  if (Object.keys(given).length !== keyAttributes.length) {
    throw validationError(`Key must hold exactly ${keyAttributes.map((name) => `\`${name}\``).join(' and ')}.`);
  }
  return key;
}

function readReturnValues<T extends string>(value: Arguments, allowed: readonly T[]): T {
  const given = value['ReturnValues'] ?? 'NONE';
  const found = allowed.find((name) => name === given);
  if (found === undefined) throw validationError(`ReturnValues must be one of ${allowed.join(', ')}.`);
  return found;
}

interface Expressions {
  readonly condition: Condition | null;
  readonly update: Update;
  readonly placeholders: Placeholders;
}

function readExpressions(value: Arguments): Expressions {
  const usedNames = new Set<string>();
  const usedValues = new Set<string>();
  const parse = <T>(kind: ExpressionKind, read: (tokens: ExpressionTokens) => T): T | null => {
    const text = value[kind];
    if (text === undefined) return null;
    if (typeof text !== 'string') throw validationError(`${kind} must be a text.`);
    const tokens = new ExpressionTokens(kind, text);
    const result = read(tokens);
    for (const name of tokens.names) usedNames.add(name);
    for (const written of tokens.values) usedValues.add(written);
    return result;
  };
  const condition = parse('ConditionExpression', parseCondition);
  const update = parse('UpdateExpression', parseUpdate) ?? { set: [], remove: [] };
  const names = readNames(value['ExpressionAttributeNames'], usedNames);
  const values = readValues(value['ExpressionAttributeValues'], usedValues);
  const placeholders = {
    name: (written: string) => names.get(written) ?? written,
    value: (written: string) => values.get(written)!,
  };
  return { condition, update, placeholders };
}

function readNames(given: unknown, used: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map(entriesOf(given, 'ExpressionAttributeNames', used));
  for (const [written, name] of names) {
    if (typeof name !== 'string' || name === '')
      throw validationError(`ExpressionAttributeNames: ${written} must name an attribute.`);
  }
  return names as ReadonlyMap<string, string>;
}

function readValues(given: unknown, used: ReadonlySet<string>): ReadonlyMap<string, AttributeValue> {
  const field = 'ExpressionAttributeValues';
  return new Map(
    entriesOf(given, field, used).map(([written, inner]) => [written, readValue(inner, `${field}.${written}`)]),
  );
}

/** DynamoDB refuses both what is used and not given, and what is given and not used. */
function entriesOf(given: unknown, field: string, used: ReadonlySet<string>): readonly (readonly [string, unknown])[] {
  if (given !== undefined && !isJsonObject(given)) throw validationError(`${field} must be an object.`);
  const entries = Object.entries(given ?? {});
  const known = new Set(entries.map(([written]) => written));
  for (const written of used) if (!known.has(written)) throw validationError(`${field} does not define ${written}.`);
  for (const written of known) {
    if (!used.has(written))
      throw validationError(`Value provided in ${field} unused in expressions: keys: {${written}}`);
  }
  return entries;
}
