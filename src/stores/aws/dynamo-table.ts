import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { inParallel } from '../in-parallel.ts';
import type { Item } from './attributes.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** DynamoDB takes at most 25 puts and deletes a `BatchWriteItem`. */
const BATCH_ITEMS = 25;
/** Batches prepared at once; how many are under way is the table's pace. */
const PARALLEL_BATCHES = 4;
/** DynamoDB takes at most 100 items a transaction. */
export const TRANSACTION_ITEMS = 100;

/** Result of a write with a condition. `old`: the item that failed it, `null` when there is none. */
export type Written = { readonly done: true } | { readonly done: false; readonly old: Item | null };

/** One page of items that DynamoDB holds side by side, and how to read the one after it. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly next: (() => Promise<ItemPage>) | null;
}

export interface ScannedPage {
  readonly items: readonly Item[];
  /** Key behind which the next page begins; `null`: this was the last. */
  readonly next: Item | null;
}

/** A table with its name and its pace: what the drivers need of DynamoDB, every read strong. */
export class DynamoTable {
  readonly name: string;
  readonly #client: DynamoDBClient;
  readonly #pace: Pace;

  constructor(client: DynamoDBClient, name: string, options?: PaceOptions) {
    this.name = name;
    this.#client = client;
    this.#pace = new Pace(`table ${name}`, options);
  }

  async get(key: Item): Promise<Item | null> {
    const command = new GetItemCommand({ TableName: this.name, Key: key, ConsistentRead: true });
    const { Item } = await this.#pace.run('GetItem', () => this.#client.send(command));
    return Item ?? null;
  }

  async put(input: Omit<PutItemCommandInput, 'TableName'>): Promise<Written> {
    const command = new PutItemCommand({ TableName: this.name, ...input, ...tellOld(input) });
    return written(this.#pace.run('PutItem', () => this.#client.send(command)));
  }

  async update(input: Omit<UpdateItemCommandInput, 'TableName'>): Promise<Written> {
    const command = new UpdateItemCommand({ TableName: this.name, ...input, ...tellOld(input) });
    return written(this.#pace.run('UpdateItem', () => this.#client.send(command)));
  }

  async delete(input: Omit<DeleteItemCommandInput, 'TableName'>): Promise<Written> {
    const command = new DeleteItemCommand({ TableName: this.name, ...input, ...tellOld(input) });
    return written(this.#pace.run('DeleteItem', () => this.#client.send(command)));
  }

  /** The first page of a query, in the order of the sort key. A page is cut at 1 MB, wherever that falls. */
  async query(input: Omit<QueryCommandInput, 'TableName'>): Promise<ItemPage> {
    const command = new QueryCommand({ TableName: this.name, ConsistentRead: true, ...input });
    const { Items, LastEvaluatedKey } = await this.#pace.run('Query', () => this.#client.send(command));
    const next =
      LastEvaluatedKey === undefined ? null : () => this.query({ ...input, ExclusiveStartKey: LastEvaluatedKey });
    return { items: Items ?? [], next };
  }

  /** Every item, in no order. */
  async *scan(): AsyncIterable<Item> {
    let start: Item | null = null;
    do {
      const page: ScannedPage = await this.scanPage(start);
      yield* page.items;
      start = page.next;
    } while (start !== null);
  }

  /** One page of up to 1 MB. @param start key behind which it begins; `null`: at the beginning */
  async scanPage(start: Item | null): Promise<ScannedPage> {
    const from = start === null ? {} : { ExclusiveStartKey: { ...start } };
    const command = new ScanCommand({ TableName: this.name, ConsistentRead: true, ...from });
    const { Items, LastEvaluatedKey } = await this.#pace.run('Scan', () => this.#client.send(command));
    return { items: Items ?? [], next: LastEvaluatedKey ?? null };
  }

  /** Puts up to {@link TRANSACTION_ITEMS} items of different keys: all or none. */
  async putTogether(items: readonly Item[]): Promise<void> {
    const TransactItems = items.map((item) => ({ Put: { TableName: this.name, Item: { ...item } } }));
    const command = new TransactWriteItemsCommand({ TransactItems });
    await this.#pace.run('TransactWriteItems', () => this.#client.send(command));
  }

  /** Puts and deletes of different keys, without conditions, in any order; each is done when it resolves. */
  async writeAll(requests: readonly WriteRequest[]): Promise<void> {
    const batches = Array.from({ length: Math.ceil(requests.length / BATCH_ITEMS) }, (_, i) => i * BATCH_ITEMS);
    await inParallel(batches, PARALLEL_BATCHES, (start) =>
      this.#writeBatch(requests.slice(start, start + BATCH_ITEMS)),
    );
  }

  /** What DynamoDB did not process is what it had no capacity for: throttling, which the pace has to know. */
  async #writeBatch(requests: readonly WriteRequest[]): Promise<void> {
    let left = [...requests];
    await this.#pace.run('BatchWriteItem', async () => {
      const command = new BatchWriteItemCommand({ RequestItems: { [this.name]: left } });
      const { UnprocessedItems } = await this.#client.send(command);
      left = UnprocessedItems?.[this.name] ?? [];
      if (left.length > 0) throw unprocessed(left.length);
    });
  }
}

function unprocessed(count: number): Error {
  const error = new Error(`DynamoDB left ${count} items of a batch unprocessed.`);
  error.name = 'ThrottlingError';
  return error;
}

/** Where there is a condition, the item that fails it comes back with the refusal: no second request to see why. */
function tellOld(input: { readonly ConditionExpression?: string | undefined }) {
  return input.ConditionExpression === undefined ? {} : ({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const);
}

async function written(answer: Promise<unknown>): Promise<Written> {
  try {
    await answer;
    return { done: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { done: false, old: error.Item ?? null };
  }
}
