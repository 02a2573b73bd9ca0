import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AliasItem, EntityItem } from '../../agreements/look-up-items.ts';
import type { EntityPage, EntityTable } from '../look-ups.ts';
import type { PlainValue } from './attributes.ts';
import { LookUpTable, missingText } from './look-up-table.ts';
import type { PaceOptions } from './pace.ts';

/**
 * Entity on DynamoDB, partition key `entity_key` (text). A `putAll` of more than 100 items is not one write (DynamoDB's
 * largest transaction): it is done in batches, and may be run again.
 *
 * Rights on the table: `dynamodb:GetItem` for `get`, `dynamodb:PutItem` for `putIfAbsent`, `replace` and `putAll`, with it
 * `dynamodb:BatchWriteItem` for `putAll`; `dynamodb:Scan` for `list` and `readPage`. On its key: `kms:Decrypt`, via DynamoDB.
 */
export class DynamoEntityTable implements EntityTable {
  readonly #rows: LookUpTable<EntityItem | AliasItem>;

  constructor(client: DynamoDBClient, tableName: string, options?: PaceOptions) {
    this.#rows = new LookUpTable(client, tableName, { key: 'entity_key', fault: faultOf }, options);
  }

  get(key: string): Promise<EntityItem | AliasItem | null> {
    return this.#rows.get(key);
  }

  putIfAbsent(item: EntityItem): Promise<boolean> {
    return this.#rows.putIfAbsent(item);
  }

  replace(item: EntityItem | AliasItem, version: string | null): Promise<boolean> {
    return this.#rows.replace(item, version);
  }

  putAll(items: Iterable<EntityItem | AliasItem>): Promise<void> {
    return this.#rows.putAll([...items]);
  }

  async *list(
    options: { readonly prefix?: string; readonly status?: 'active' | 'pending' } = {},
  ): AsyncIterable<EntityItem | AliasItem> {
    const { prefix = '', status } = options;
    const isWanted = (item: EntityItem | AliasItem) =>
      status === undefined || (item.kind === 'entity' && item.status === status);
    yield* await this.#rows.list(prefix, isWanted);
  }

  async readPage(after: string | null): Promise<EntityPage> {
    const { rows, next } = await this.#rows.readPage(after);
    return { items: rows, next };
  }
}

function faultOf(row: Readonly<Record<string, PlainValue>>): string | null {
  const missing = missingText(row, ['entity_key', 'entity_id', 'version']);
  if (missing !== null || row['kind'] === 'alias') return missing;
  if (row['kind'] !== 'entity') return 'is of no kind that we know';
  if (row['status'] !== 'active' && row['status'] !== 'pending') return 'has no status that we know';
  if (!Array.isArray(row['roles'])) return 'has no list `roles`';
  if (row['lei_status'] !== undefined && typeof row['lei_status'] !== 'string')
    return 'has a `lei_status` that is no text';
  const fields = row['fields'] ?? null;
  return typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? null : 'has no map `fields`';
}
