/** Plain JSON data as DynamoDB's attribute values, and back. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PermanentError } from '../../errors.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

/** An attribute of each own field. Fields that are `undefined` are left out. */
export function itemOf(fields: object): Record<string, AttributeValue> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, attributeOf(value as PlainValue)]));
}

export function attributeOf(value: PlainValue): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return { M: itemOf(value) };
}

export function plainOf(item: Item): Record<string, PlainValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValueOf(value)]));
}

/** @throws PermanentError `STORE_ITEM_INVALID` for bytes and sets, which we never write */
export function plainValueOf(value: AttributeValue): PlainValue {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plainValueOf);
  if (value.M !== undefined) return plainOf(value.M);
  throw new PermanentError('STORE_ITEM_INVALID', `An item holds a value of type ${Object.keys(value).join()}.`);
}
