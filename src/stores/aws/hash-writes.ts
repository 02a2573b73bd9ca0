/** How a change of AgreementHash is written: one request, with the fence in its condition. */
import type { HashChange, HashWriter } from '../agreement-hash.ts';
import { attributeOf, type Item } from './attributes.ts';
import type { DynamoTable, Written } from './dynamo-table.ts';
import { ATTRIBUTES, fingerprintAttributes, hashKey } from './hash-attributes.ts';

/** There is no item, or no later run has written it. */
const MAY_WRITE = 'attribute_not_exists(generation) OR generation <= :fence';

/**
 * Applies one change. Safe to run again, also when an answer was lost.
 * @returns whether the writer was allowed to
 */
export async function writeChange(
  table: DynamoTable,
  namespace: string,
  change: HashChange,
  writer: HashWriter,
): Promise<boolean> {
  const key = hashKey(namespace, change.lex_id);
  switch (change.op) {
    case 'good':
      return (await putItem(table, { ...key, ...fingerprintAttributes(change.fingerprint, 'good') }, writer)).done;
    case 'removed':
      return (await putItem(table, { ...key, removed_on: attributeOf(writer.business_date) }, writer)).done;
    case 'rejected': {
      const set = fingerprintAttributes(change.fingerprint, 'rejected');
      const gone = change.fingerprint.raw_hash === null ? ['removed_on', ATTRIBUTES.rejected.raw] : ['removed_on'];
      return (await updateItem(table, key, { set, gone, writer, condition: MAY_WRITE })).done;
    }
    case 'touched': {
      const names = ATTRIBUTES[change.of];
      const set = { [names.raw]: attributeOf(change.raw_hash) };
      const condition = `attribute_exists(${names.content}) AND generation <= :fence`;
      const written = await updateItem(table, key, { set, gone: [], writer, condition });
      // Nothing there to touch is no refusal.
      return written.done || generationOf(written.old) <= writer.fence;
    }
  }
}

/** Fence of the last writer; 0 where there is no item. */
export function generationOf(item: Item | null): number {
  return Number(item?.['generation']?.N ?? 0);
}

function putItem(table: DynamoTable, item: Item, writer: HashWriter): Promise<Written> {
  return table.put({
    Item: { ...item, generation: attributeOf(writer.fence) },
    ConditionExpression: MAY_WRITE,
    ExpressionAttributeValues: { ':fence': attributeOf(writer.fence) },
  });
}

function updateItem(
  table: DynamoTable,
  key: Item,
  update: {
    readonly set: Item;
    readonly gone: readonly string[];
    readonly writer: HashWriter;
    readonly condition: string;
  },
): Promise<Written> {
  const names = Object.keys(update.set);
  const sets = ['generation = :fence', ...names.map((name) => `${name} = :${name}`)].join(', ');
  const removes = update.gone.length === 0 ? '' : ` REMOVE ${update.gone.join(', ')}`;
  return table.update({
    Key: { ...key },
    UpdateExpression: `SET ${sets}${removes}`,
    ConditionExpression: update.condition,
    ExpressionAttributeValues: {
      ':fence': attributeOf(update.writer.fence),
      ...Object.fromEntries(names.map((name) => [`:${name}`, update.set[name]!])),
    },
  });
}
