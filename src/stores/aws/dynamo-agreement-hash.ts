import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compareBytes } from '../../agreements/byte-order.ts';
import type { AgreementHash, HashChange, HashEntry, HashWriter } from '../agreement-hash.ts';
import { inParallel } from '../in-parallel.ts';
import { attributeOf, type Item } from './attributes.ts';
import { DynamoTable, type ItemPage } from './dynamo-table.ts';
import { bucketsOf, hashEntryOf, hashKey, lexIdOf, PARTITION, SORT } from './hash-attributes.ts';
import {
  deleteTombstoneEntries,
  entryKey,
  putTombstoneEntries,
  sweepEntries,
  tombstoneEntries,
} from './hash-tombstones.ts';
import { writeChange } from './hash-writes.ts';
import { mergeRanges } from './merge-ranges.ts';
import type { PaceOptions } from './pace.ts';
import { systemTiming, type Timing } from './timing.ts';

/** Items a request: some 250 KB, so that 32 pages of a merge are held without trouble. */
const PAGE_ITEMS = 1_000;
/** Items that one call of `clearSome` deletes at most. */
const CLEAR_LIMIT = 1_000;
/** Writes prepared at once; how many are under way is the table's pace. */
const PARALLEL = 48;
/** Two rounds of {@link PARALLEL}, and before or after them the entries of tombstones: each takes some 80 s at the most. */
const CALL_CHANGES = 2 * PARALLEL;
/** A call holds what was last written in this time, up to {@link MAX_CALL_CHANGES}: between two calls half of the speed is lost. */
const CALL_MS = 10_000;
const MAX_CALL_CHANGES = 1_000;

/**
 * AgreementHash on DynamoDB: partition key `namespace_bucket` (`namespace#b`, b = first hex digit of SHA-256 of the id), sort
 * key `lex_id`; both texts. A range is read from the 16 partitions and merged. Every change is one conditional write:
 * BatchWriteItem takes no conditions, and a transaction costs twice; 16 partitions take 16,000 writes a second.
 *
 * Rights on the table: `dynamodb:Query` for `readRange`; for `apply` `dynamodb:PutItem`, `dynamodb:UpdateItem` and
 * `dynamodb:BatchWriteItem`; for `sweepTombstones` and `clearSome` `dynamodb:Query`, `dynamodb:DeleteItem` and
 * `dynamodb:BatchWriteItem`. On its key: `kms:Decrypt`, via DynamoDB.
 */
export class DynamoAgreementHash implements AgreementHash {
  readonly #table: DynamoTable;
  readonly #timing: Timing;
  #changesPerCall = CALL_CHANGES;

  constructor(client: DynamoDBClient, tableName: string, options?: PaceOptions) {
    this.#table = new DynamoTable(client, tableName, options);
    this.#timing = options?.timing ?? systemTiming;
  }

  get changesPerCall(): number {
    return this.#changesPerCall;
  }

  async *readRange(
    namespace: string,
    after: string | null,
    through: string | null,
  ): AsyncIterable<readonly HashEntry[]> {
    if (through !== null && compareBytes(after ?? '', through) >= 0) return;
    for await (const items of this.#merged(namespace, after, through)) {
      const entries = items
        .filter((item) => lexIdOf(item) !== after)
        .map(hashEntryOf)
        .filter((entry) => entry !== null);
      if (entries.length > 0) yield entries;
    }
  }

  async apply(
    namespace: string,
    changes: readonly HashChange[],
    writer: HashWriter,
  ): Promise<{ readonly applied: number; readonly refused: number }> {
    for (const { lex_id } of changes) hashKey(namespace, lex_id); // Refuses a bad id before anything is written.
    const removed = changes.filter(({ op }) => op === 'removed').map(({ lex_id }) => lex_id);
    await putTombstoneEntries(this.#table, namespace, removed, writer.business_date);
    const begun = this.#timing.now();
    let applied = 0;
    const byDocument = Map.groupBy(changes, ({ lex_id }) => lex_id);
    await inParallel(byDocument.values(), PARALLEL, async (ofOneDocument) => {
      for (const change of ofOneDocument) {
        if (await writeChange(this.#table, namespace, change, writer)) applied += 1;
      }
    });
    this.#learn(changes.length, this.#timing.now() - begun);
    return { applied, refused: changes.length - applied };
  }

  async sweepTombstones(
    namespace: string,
    before: string,
    writer: HashWriter,
  ): Promise<{ readonly deleted: number; readonly more: boolean }> {
    // Entries of documents that came back cost a request as well, so all are counted.
    const some: Item[] = [];
    let isMore = false;
    for await (const entries of tombstoneEntries(this.#table, namespace, before)) {
      isMore = some.length + entries.length > CALL_CHANGES;
      some.push(...entries.slice(0, CALL_CHANGES - some.length));
      if (isMore) break;
    }
    const { deleted, done } = await sweepEntries(this.#table, namespace, some, writer);
    // Those that only a later run may delete would be met again and again.
    return { deleted, more: isMore && done > 0 };
  }

  async clearSome(namespace: string, writer: HashWriter): Promise<{ readonly more: boolean }> {
    const some = await this.#some(namespace, CLEAR_LIMIT + 1);
    let deleted = 0;
    const entries: Item[] = [];
    await inParallel(some.slice(0, CLEAR_LIMIT), PARALLEL, async (item) => {
      const written = await this.#table.delete({
        Key: { [PARTITION]: item[PARTITION]!, [SORT]: item[SORT]! },
        ConditionExpression: 'attribute_not_exists(generation) OR generation <= :fence',
        ExpressionAttributeValues: { ':fence': attributeOf(writer.fence) },
      });
      if (!written.done) return;
      deleted += 1;
      const removedOn = item['removed_on']?.S;
      if (removedOn !== undefined) entries.push(entryKey(namespace, lexIdOf(item), removedOn));
    });
    await deleteTombstoneEntries(this.#table, entries);
    return { more: deleted > 0 && some.length > CLEAR_LIMIT };
  }

  /** A few changes say nothing of many. */
  #learn(changes: number, tookMs: number): void {
    if (changes < CALL_CHANGES) return;
    const inTime = Math.floor((changes / Math.max(1, tookMs)) * CALL_MS);
    this.#changesPerCall = Math.min(MAX_CALL_CHANGES, Math.max(CALL_CHANGES, inTime));
  }

  #merged(namespace: string, after: string | null, through: string | null): AsyncIterable<readonly Item[]> {
    const ranges = bucketsOf(namespace).map((bucket) => () => this.#range(bucket, after, through));
    return mergeRanges(ranges, lexIdOf);
  }

  /** DynamoDB takes one condition on the sort key, so `after` itself comes along, and is left out above. */
  #range(bucket: string, after: string | null, through: string | null): Promise<ItemPage> {
    const from = after === null || after === '' ? null : { S: after };
    const upTo = through === null ? null : { S: through };
    const condition = [`${PARTITION} = :partition`];
    if (from !== null && upTo !== null) condition.push(`${SORT} BETWEEN :from AND :up_to`);
    else if (from !== null) condition.push(`${SORT} >= :from`);
    else if (upTo !== null) condition.push(`${SORT} <= :up_to`);
    return this.#table.query({
      KeyConditionExpression: condition.join(' AND '),
      ExpressionAttributeValues: {
        ':partition': { S: bucket },
        ...(from === null ? {} : { ':from': from }),
        ...(upTo === null ? {} : { ':up_to': upTo }),
      },
      Limit: PAGE_ITEMS,
    });
  }

  /** The first items of the namespace, partition by partition. */
  async #some(namespace: string, limit: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (const bucket of bucketsOf(namespace)) {
      let page: ItemPage | null = await this.#range(bucket, null, null);
      while (page !== null) {
        items.push(...page.items);
        if (items.length >= limit) return items.slice(0, limit);
        page = page.next === null ? null : await page.next();
      }
    }
    return items;
  }
}
