import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LawItem } from '../../agreements/look-up-items.ts';
import type { GoverningLawTable } from '../look-ups.ts';
import { LookUpTable, missingText } from './look-up-table.ts';
import type { PaceOptions } from './pace.ts';

/**
 * GoverningLaw on DynamoDB, partition key `law_key` (text).
 *
 * Rights on the table: `dynamodb:GetItem` for `get`; `dynamodb:PutItem` and `dynamodb:BatchWriteItem` for `putAll`;
 * `dynamodb:Scan` for `list`. On its key: `kms:Decrypt`, via DynamoDB.
 */
export class DynamoGoverningLawTable implements GoverningLawTable {
  readonly #rows: LookUpTable<LawItem>;

  constructor(client: DynamoDBClient, tableName: string, options?: PaceOptions) {
    const fault = (row: Parameters<typeof missingText>[0]) => missingText(row, ['law_key', 'display_name', 'version']);
    this.#rows = new LookUpTable(client, tableName, { key: 'law_key', fault }, options);
  }

  get(key: string): Promise<LawItem | null> {
    return this.#rows.get(key);
  }

  putAll(items: Iterable<LawItem>): Promise<void> {
    return this.#rows.putAll([...items]);
  }

  async *list(options: { readonly prefix?: string } = {}): AsyncIterable<LawItem> {
    yield* await this.#rows.list(options.prefix ?? '');
  }
}
