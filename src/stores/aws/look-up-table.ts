import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compareBytes } from '../../agreements/byte-order.ts';
import { PermanentError } from '../../errors.ts';
import { itemOf, type PlainValue, plainOf } from './attributes.ts';
import { DynamoTable, TRANSACTION_ITEMS } from './dynamo-table.ts';
import type { PaceOptions } from './pace.ts';

/** DynamoDB's bound for a partition key. */
const MAX_KEY_BYTES = 2_048;
/** Bytes that a transaction may hold are 4 MB; beyond this it is written in batches. */
const TRANSACTION_BYTES = 3_000_000;

/** What a table of look-up rows holds: items under one text key. */
export interface LookUpSchema<T> {
  /** The partition key; there is no sort key. */
  readonly key: keyof T & string;
  /** @returns what is wrong with a row that somebody may have edited by hand, `null` when nothing is */
  readonly fault: (row: Readonly<Record<string, PlainValue>>) => string | null;
}

/** Rows of a look-up table on DynamoDB. A row that cannot be used is told with its key: `STORE_ITEM_INVALID`. */
export class LookUpTable<T extends object> {
  readonly #table: DynamoTable;
  readonly #schema: LookUpSchema<T>;

  constructor(client: DynamoDBClient, tableName: string, schema: LookUpSchema<T>, options?: PaceOptions) {
    this.#table = new DynamoTable(client, tableName, options);
    this.#schema = schema;
  }

  /** A key that DynamoDB cannot hold is in no table. */
  async get(key: string): Promise<T | null> {
    if (!isKey(key)) return null;
    const item = await this.#table.get({ [this.#schema.key]: { S: key } });
    return item === null ? null : this.#rowOf(plainOf(item));
  }

  /** @returns whether it was put. After a lost answer it may have been put and say no. */
  async putIfAbsent(row: T): Promise<boolean> {
    this.#checkKey(row);
    const { done } = await this.#table.put({
      Item: itemOf(row),
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': this.#schema.key },
    });
    return done;
  }

  /**
   * Puts the row where the one under its key has this `version`, or where there is none (`null`). @returns whether it stands
   * there now: after a lost answer the row that refuses the condition is our own.
   */
  async replace(row: T & { readonly version: string }, version: string | null): Promise<boolean> {
    this.#checkKey(row);
    const written = await this.#table.put({
      Item: itemOf(row),
      ...(version === null
        ? {
            ConditionExpression: 'attribute_not_exists(#name)',
            ExpressionAttributeNames: { '#name': this.#schema.key },
          }
        : {
            ConditionExpression: '#name = :version',
            ExpressionAttributeNames: { '#name': 'version' },
            ExpressionAttributeValues: { ':version': { S: version } },
          }),
    });
    return written.done || written.old?.['version']?.S === row.version;
  }

  /** All or none up to 100 rows, else in batches: safe to run again. The last of rows with the same key stands. */
  async putAll(rows: readonly T[]): Promise<void> {
    for (const row of rows) this.#checkKey(row);
    const last = [...new Map(rows.map((row) => [this.#keyOf(row), row])).values()];
    const items = last.map((row) => itemOf(row));
    if (items.length === 0) return;
    const bytes =
      items.length > TRANSACTION_ITEMS ? Number.POSITIVE_INFINITY : Buffer.byteLength(JSON.stringify(items));
    if (bytes <= TRANSACTION_BYTES) await this.#table.putTogether(items);
    else await this.#table.writeAll(items.map((Item) => ({ PutRequest: { Item } })));
  }

  /** Rows whose key begins with `prefix` and that `isWanted`, ascending by bytes; held in memory, since a scan has no order. */
  async list(prefix: string, isWanted: (row: T) => boolean = () => true): Promise<readonly T[]> {
    const rows: T[] = [];
    for await (const item of this.#table.scan()) {
      if (item[this.#schema.key]?.S?.startsWith(prefix) !== true) continue;
      const row = this.#rowOf(plainOf(item));
      if (isWanted(row)) rows.push(row);
    }
    return rows.sort((a, b) => compareBytes(this.#keyOf(a), this.#keyOf(b)));
  }

  /** Rows of one page of a scan, up to 1 MB. @param after key behind which it begins; `null`: at the beginning */
  async readPage(after: string | null): Promise<{ readonly rows: readonly T[]; readonly next: string | null }> {
    const { key } = this.#schema;
    const { items, next } = await this.#table.scanPage(after === null ? null : { [key]: { S: after } });
    return { rows: items.map((item) => this.#rowOf(plainOf(item))), next: next?.[key]?.S ?? null };
  }

  #rowOf(plain: Readonly<Record<string, PlainValue>>): T {
    const fault = this.#schema.fault(plain);
    if (fault === null) return plain as T;
    const key = String(plain[this.#schema.key]);
    throw new PermanentError('STORE_ITEM_INVALID', `Item \`${key}\` of table ${this.#table.name} ${fault}.`, { key });
  }

  #keyOf(row: T): string {
    return String(row[this.#schema.key]);
  }

  #checkKey(row: T): void {
    if (isKey(this.#keyOf(row))) return;
    const what = `A key of table ${this.#table.name} is empty or longer than ${MAX_KEY_BYTES} bytes.`;
    throw new PermanentError('STORE_KEY_INVALID', what);
  }
}

/** The first of the fields that is no text; `null` when all are. */
export function missingText(row: Readonly<Record<string, PlainValue>>, fields: readonly string[]): string | null {
  const missing = fields.find((field) => typeof row[field] !== 'string');
  return missing === undefined ? null : `has no text \`${missing}\``;
}

function isKey(key: string): boolean {
  return key !== '' && Buffer.byteLength(key) <= MAX_KEY_BYTES;
}
