import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compareBytes } from '../../agreements/byte-order.ts';
import type { JobStats, JobStatsRow, LockItem } from '../job-stats.ts';
import { byAttempt, jobStatsRowOf, LOCK, lockItemOf } from '../job-stats-item.ts';
import type { Item } from './attributes.ts';
import { DynamoTable, type ItemPage } from './dynamo-table.ts';
import type { PaceOptions } from './pace.ts';

/**
 * JobStats on DynamoDB: partition key `business_date`, sort key `execution_name` (texts). Only read here: the state machine
 * writes it. A list of all runs is a scan, sorted in memory: some hundred rows a year.
 *
 * Rights on the table: `dynamodb:GetItem` for `getRun` and `getLock`; for `listRuns` `dynamodb:Query` with a date and
 * `dynamodb:Scan` without. On its key: `kms:Decrypt`, via DynamoDB.
 */
export class DynamoJobStats implements JobStats {
  readonly #table: DynamoTable;

  constructor(client: DynamoDBClient, tableName: string, options?: PaceOptions) {
    this.#table = new DynamoTable(client, tableName, options);
  }

  async getRun(business_date: string, execution_name: string): Promise<JobStatsRow | null> {
    if (business_date === '' || execution_name === '') return null; // No key of DynamoDB is empty.
    const item = await this.#table.get(keyOf(business_date, execution_name));
    return item === null ? null : jobStatsRowOf(item);
  }

  async *listRuns(options: { readonly business_date?: string } = {}): AsyncIterable<JobStatsRow> {
    const { business_date } = options;
    const items = business_date === undefined ? this.#table.scan() : this.#itemsOf(business_date);
    const rows = (await Array.fromAsync(items))
      .filter((item) => item['business_date']?.S !== LOCK)
      .map((item) => jobStatsRowOf(item));
    const byDate = Map.groupBy(rows, (row) => row.business_date);
    for (const date of [...byDate.keys()].sort(compareBytes)) yield* byAttempt(byDate.get(date)!);
  }

  async getLock(): Promise<LockItem> {
    return lockItemOf(await this.#table.get(keyOf(LOCK, LOCK)));
  }

  async *#itemsOf(business_date: string): AsyncIterable<Item> {
    if (business_date === '') return;
    let page: ItemPage | null = await this.#table.query({
      KeyConditionExpression: 'business_date = :date',
      ExpressionAttributeValues: { ':date': { S: business_date } },
    });
    while (page !== null) {
      yield* page.items;
      page = page.next === null ? null : await page.next();
    }
  }
}

function keyOf(business_date: string, execution_name: string): Item {
  return { business_date: { S: business_date }, execution_name: { S: execution_name } };
}
