/**
 * What a document's shape says, before any rule has looked at it: one draft record. Values are as the document
 * gives them (`unknown`), so that the rules alone decide what an odd one means.
 */
export interface Draft {
  readonly id: unknown;
  readonly name: unknown;
  readonly date: DraftDate;
  readonly law: unknown;
  readonly recordsEntity: unknown;
  readonly counterparty: unknown;
  readonly obligor: unknown;
  readonly crossDefault: { readonly flag: Flag; readonly ids: readonly unknown[] };
  readonly forRecordsEntity: Enhancement;
  readonly forCounterparty: Enhancement;
  readonly contact: Contact;
}

export type Flag = 'Y' | 'N' | 'odd';
export type DraftDate =
  | { readonly is: 'absent' }
  | { readonly is: 'unreadable' }
  | { readonly is: 'day'; readonly iso: string };

export interface Enhancement {
  readonly flag: Flag;
  readonly provider: unknown;
  readonly agreement: unknown;
}

export interface Contact {
  readonly name: unknown;
  readonly address: unknown;
  readonly phone: unknown;
  readonly email: unknown;
}

export const NO_CONTACT: Contact = { name: null, address: null, phone: null, email: null };
export const NO_ENHANCEMENT: Enhancement = { flag: 'N', provider: null, agreement: null };

/** The document does not have its namespace's shape. */
export class ShapeError extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

/** @throws ShapeError unless it is an object */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(`${what} is no object`);
  return value as Fields;
}

/** @throws ShapeError unless it is a list */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(`${what} is no list`);
  return value;
}

/** "A field that a shape lists without 'optional' is required: its key is present." */
export function requireKeys(fields: Fields, keys: readonly string[], what: string): void {
  for (const key of keys) if (!Object.hasOwn(fields, key)) throw new ShapeError(`${what} has no "${key}"`);
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function flagFromBoolean(value: unknown): Flag {
  return value === true ? 'Y' : value === false ? 'N' : 'odd';
}

export function flagFromLetter(value: unknown): Flag {
  return value === 'Y' || value === 'N' ? value : 'odd';
}

/** A day of the calendar, never rolled over. */
export function dayOf(year: string, month: string, day: string): DraftDate {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const iso = `${year}-${month}-${day}`;
  return date.toISOString().slice(0, 10) === iso ? { is: 'day', iso } : { is: 'unreadable' };
}
