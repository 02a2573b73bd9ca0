/** What differs between the master tables of two published days: a merge join by identifier. Where both have the same, nothing is read. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { EntityRole } from '../../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import { parsedBatches } from '../lines.ts';
import type { MasterLine } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import type { PublishedDay } from '../read-published.ts';
import { type EntityFields, entityDifferences } from './entity-rows.ts';

export interface MasterDifference {
  readonly change: 'added' | 'changed' | 'removed';
  readonly role: EntityRole;
  /** CO.2 or CP.2. */
  readonly entity_id: string;
  /** Of a row that changed. */
  readonly fields: EntityFields;
}

/**
 * Ascending by identifier. A row that differs in the other table alone is no difference.
 * @param role of which both days have a table
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* diffMasters(
  a3: Pick<JobDailyA3Data, 'open'>,
  role: EntityRole,
  from: PublishedDay,
  to: PublishedDay,
): AsyncIterable<MasterDifference> {
  if (from.manifest.masters?.[role].content_sha256 === to.manifest.masters?.[role].content_sha256) return;
  const old = new Cursor(linesOf(a3, role, from));
  const now = new Cursor(linesOf(a3, role, to));
  try {
    await Promise.all([old.advance(), now.advance()]);
    while (old.head !== null || now.head !== null) {
      const [before, after] = [old.head, now.head];
      const order =
        before === null || after === null
          ? Number(before === null) - Number(after === null)
          : compareBytes(before.entity_id, after.entity_id);
      if (order <= 0) await old.advance();
      if (order >= 0) await now.advance();
      const difference = differenceOf(role, order <= 0 ? before : null, order >= 0 ? after : null);
      if (difference !== null) yield difference;
    }
  } finally {
    await Promise.all([old.close(), now.close()]);
  }
}

async function* linesOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  role: EntityRole,
  { folder, manifest }: PublishedDay,
): AsyncIterable<readonly MasterLine[]> {
  const file = manifest.masters?.[role];
  if (file === undefined) return;
  const lines = readPublishedLines(a3, folder, file);
  yield* parsedBatches(lines, `${folder}/${file.path}`, (line) => JSON.parse(line) as MasterLine);
}

function differenceOf(role: EntityRole, old: MasterLine | null, now: MasterLine | null): MasterDifference | null {
  if (old === null) return now === null ? null : { change: 'added', role, entity_id: now.entity_id, fields: {} };
  if (now === null) return { change: 'removed', role, entity_id: old.entity_id, fields: {} };
  const fields = entityDifferences(old, now);
  return Object.keys(fields).length === 0 ? null : { change: 'changed', role, entity_id: now.entity_id, fields };
}
