/**
 * Where the tombstones of a namespace are, by the date of the removal, so that the sweep need not read every hash. Entries
 * lie in partitions of their own (`namespace#b#removed`). They are written before the tombstone, and stay when a document
 * comes back or a removal was refused: what an entry says is only looked up, never believed.
 */
import { hash } from 'node:crypto';
import type { HashWriter } from '../agreement-hash.ts';
import { inParallel } from '../in-parallel.ts';
import { attributeOf, type Item } from './attributes.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { bucketOf, bucketsOf, hashKey, PARTITION, SORT } from './hash-attributes.ts';
import { generationOf } from './hash-writes.ts';

/** Holds the lex id, which would not fit into the sort key behind the date. */
const REMOVED = 'removed_lex_id';
const PARALLEL = 48;

export type SweptAs = 'deleted' | 'stale entry' | 'later run';

export async function putTombstoneEntries(
  table: DynamoTable,
  namespace: string,
  lexIds: readonly string[],
  businessDate: string,
): Promise<void> {
  const items = [...new Set(lexIds)].map((lexId) => ({
    ...entryKey(namespace, lexId, businessDate),
    [REMOVED]: attributeOf(lexId),
  }));
  await table.writeAll(items.map((Item) => ({ PutRequest: { Item } })));
}

/** Deletes the entries of documents that are gone for good. */
export async function deleteTombstoneEntries(table: DynamoTable, keys: readonly Item[]): Promise<void> {
  await table.writeAll(keys.map((key) => ({ DeleteRequest: { Key: { ...key } } })));
}

/** Entries of removals before a business date, page by page. */
export async function* tombstoneEntries(
  table: DynamoTable,
  namespace: string,
  before: string,
): AsyncIterable<readonly Item[]> {
  for (const bucket of bucketsOf(namespace)) {
    let page = await table.query({
      KeyConditionExpression: `${PARTITION} = :partition AND ${SORT} < :before`,
      ExpressionAttributeValues: { ':partition': { S: `${bucket}#removed` }, ':before': { S: before } },
    });
    for (;;) {
      if (page.items.length > 0) yield page.items;
      if (page.next === null) break;
      page = await page.next();
    }
  }
}

/**
 * Deletes the tombstones that entries speak of, where they are still there, and then the entries.
 * @returns tombstones deleted, and entries that are done with
 */
export async function sweepEntries(
  table: DynamoTable,
  namespace: string,
  entries: readonly Item[],
  writer: HashWriter,
): Promise<{ readonly deleted: number; readonly done: number }> {
  const done: Item[] = [];
  let deleted = 0;
  await inParallel(entries, PARALLEL, async (entry) => {
    const swept = await sweepOne(table, namespace, entry, writer);
    if (swept === 'deleted') deleted += 1;
    if (swept !== 'later run') done.push(keyOf(entry));
  });
  await deleteTombstoneEntries(table, done);
  return { deleted, done: done.length };
}

/** Key of the entry of a document that was removed on a business date. */
export function entryKey(namespace: string, lexId: string, businessDate: string): Item {
  const sort = `${businessDate}#${hash('sha256', lexId, 'hex')}`;
  return { [PARTITION]: { S: `${bucketOf(namespace, lexId)}#removed` }, [SORT]: { S: sort } };
}

async function sweepOne(table: DynamoTable, namespace: string, entry: Item, writer: HashWriter): Promise<SweptAs> {
  const businessDate = entry[SORT]?.S?.split('#')[0] ?? '';
  const written = await table.delete({
    Key: { ...hashKey(namespace, entry[REMOVED]?.S ?? '') },
    ConditionExpression: 'removed_on = :removed_on AND generation <= :fence',
    ExpressionAttributeValues: { ':removed_on': { S: businessDate }, ':fence': attributeOf(writer.fence) },
  });
  if (written.done || written.old === null) return 'deleted'; // By us, too, when the answer to that was lost.
  const isThatTombstone = written.old['removed_on']?.S === businessDate;
  return isThatTombstone && generationOf(written.old) > writer.fence ? 'later run' : 'stale entry';
}

function keyOf(entry: Item): Item {
  return { [PARTITION]: entry[PARTITION]!, [SORT]: entry[SORT]! };
}
