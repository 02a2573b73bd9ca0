import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compareBytes } from '../../agreements/byte-order.ts';
import type { JobInstanceNamespaceQueryCounts, QueryCountsRow } from '../job-stats.ts';
import { itemOf, plainOf } from './attributes.ts';
import { DynamoTable, type ItemPage } from './dynamo-table.ts';
import type { PaceOptions } from './pace.ts';

/** The sort key; the row has both of its parts as attributes too. */
const SORT = 'namespace_iteration';

/**
 * JobInstanceNamespaceQueryCounts on DynamoDB: partition key `job_id`, sort key `namespace_iteration` (texts, the latter
 * `namespace#iteration`).
 *
 * Rights on the table: `dynamodb:PutItem` for `put`, `dynamodb:Query` for `list`. On its key: `kms:Decrypt`, via DynamoDB.
 */
export class DynamoQueryCounts implements JobInstanceNamespaceQueryCounts {
  readonly #table: DynamoTable;

  constructor(client: DynamoDBClient, tableName: string, options?: PaceOptions) {
    this.#table = new DynamoTable(client, tableName, options);
  }

  async put(row: QueryCountsRow): Promise<void> {
    await this.#table.put({ Item: itemOf({ ...row, [SORT]: `${row.namespace}#${row.iteration}` }) });
  }

  /** A job has some ten rows. */
  async *list(job_id: string): AsyncIterable<QueryCountsRow> {
    const rows: QueryCountsRow[] = [];
    let page: ItemPage | null = await this.#table.query({
      KeyConditionExpression: 'job_id = :job_id',
      ExpressionAttributeValues: { ':job_id': { S: job_id } },
    });
    while (page !== null) {
      for (const item of page.items) {
        const { [SORT]: _, ...row } = plainOf(item);
        rows.push(row as QueryCountsRow);
      }
      page = page.next === null ? null : await page.next();
    }
    yield* rows.sort((a, b) => compareBytes(a.namespace, b.namespace) || a.iteration - b.iteration);
  }
}
