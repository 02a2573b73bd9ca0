/** Whether what was promised is gone, and what is held stays. */
import { manifestKey, publishedFolder } from '../../publish/attempt-files.ts';
import { listedFiles } from '../../publish/checksums.ts';
import { openPublishedDay } from '../../publish/read-published.ts';
import { findDeletedTexts } from '../../publish/retention/deleted-texts.ts';
import { deletedTables } from '../../publish/retention/deletion-record.ts';
import { type Hold, readHolds } from '../../publish/retention/holds.ts';
import { findTableOf } from '../../publish/table-of-date.ts';
import { asOfKey } from '../../publish/write-as-of.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RetentionLook } from '../../steps/retention.ts';
import { byteSize, plural } from '../terminal/figures.ts';

export interface RetentionFault {
  readonly business_date: string;
  /** `remains`: it should be gone. `lost`: it should be there, whole and found by its date. */
  readonly kind: 'remains' | 'lost';
  readonly text: string;
}

/** Ascending by date. @throws PermanentError `STORE_CORRUPT`: a manifest, a hold or a record cannot be read */
export async function checkRetention(look: RetentionLook, data: JobData): Promise<readonly RetentionFault[]> {
  const faults = [...remains(look), ...(await lostTables(look, data)), ...(await lostFiles(look, data))];
  return faults.sort((a, b) => (a.business_date < b.business_date ? -1 : a.business_date > b.business_date ? 1 : 0));
}

function remains({ plan, failedRuns }: RetentionLook): readonly RetentionFault[] {
  const left = (business_date: string, what: string, { files, bytes }: { files: number; bytes: number }) =>
    ({ business_date, kind: 'remains', text: `${what}: ${plural(files, 'file')}, ${byteSize(bytes)}` }) as const;
  return [
    ...plan.going.map(({ business_date, attempt, published, hasManifest }) =>
      left(business_date, `${hasManifest ? 'the table' : 'half of the table'} of attempt ${attempt}`, published),
    ),
    ...plan.texts.map(({ business_date, attempt, texts }) =>
      left(business_date, `raw texts of rejected documents of attempt ${attempt}`, texts),
    ),
    ...plan.failed.map(({ business_date, attempt, published }) =>
      left(business_date, `files of attempt ${attempt}, which failed`, published),
    ),
    ...plan.records.map(({ business_date, attempt, records }) =>
      left(business_date, `records of attempt ${attempt}`, records),
    ),
    ...failedRuns.map((run) => left(run.business_date, `what attempt ${run.attempt} left when it failed`, run)),
  ];
}

/** Dates that a run has published, by JobStats, and that have no table: lost, unless their deletion was recorded and right. */
async function lostTables({ inventory }: RetentionLook, { jobStats, jobDailyA3Data: a3 }: JobData) {
  const there = new Set(inventory.attempts.filter(({ hasManifest }) => hasManifest).map((one) => one.business_date));
  const published = new Set<string>();
  for await (const { business_date, status } of jobStats.listRuns()) {
    if (status === 'succeeded' || status === 'published_incomplete') published.add(business_date);
  }
  const holds = await readHolds(a3);
  const faults: RetentionFault[] = [];
  for (const business_date of published) {
    if (there.has(business_date)) continue;
    const [record] = await deletedTables(a3, business_date);
    const hold = record === undefined ? undefined : holdAt(holds, record);
    if (record === undefined) {
      faults.push({ business_date, kind: 'lost', text: 'no table, and no record of its deletion' });
    } else if (hold !== undefined) {
      faults.push({ business_date, kind: 'lost', text: `deleted by ${record.by}, though it was held by ${hold.by}` });
    }
  }
  return faults;
}

/** A hold of the date that was in force when its deletion was decided. */
function holdAt(
  holds: readonly Hold[],
  { business_date, decided_at }: { readonly business_date: string; readonly decided_at: string },
): Hold | undefined {
  return holds.find(
    (hold) =>
      hold.business_date === business_date && hold.at < decided_at && (hold.released?.at ?? '9999') > decided_at,
  );
}

/** Every file that the manifests of tables which stay name, by its size, but for texts that were rightly deleted; and each pointer. */
async function lostFiles({ plan, inventory }: RetentionLook, { jobStats, jobDailyA3Data: a3 }: JobData) {
  const { head } = await jobStats.getLock();
  const holds = await readHolds(a3);
  const faults: RetentionFault[] = [];
  const lost = (business_date: string, text: string) => faults.push({ business_date, kind: 'lost', text });
  for (const { business_date, kept_by, tables } of plan.dates) {
    if (kept_by.length === 0) continue;
    const whole = tables.filter(({ hasManifest }) => hasManifest);
    if (whole.length < tables.length && kept_by.includes('held')) lost(business_date, 'held, and half deleted');
    for (const table of whole) {
      const sizes = new Map<string, number>();
      for await (const { key, size } of a3.list(publishedFolder(table))) sizes.set(key, size);
      const day = await openPublishedDay(a3, manifestKey(table));
      const deleted = await findDeletedTexts(a3, day);
      const hold = deleted === null ? undefined : holdAt(holds, deleted.record);
      if (deleted !== null && hold !== undefined)
        lost(business_date, `its raw texts were deleted by ${deleted.record.by}, though it was held by ${hold.by}`);
      const damaged = listedFiles(day.manifest).filter(
        ({ path, bytes }) => sizes.get(`${day.folder}/${path}`) !== bytes && !deleted?.paths.has(path),
      );
      for (const { path } of damaged) lost(business_date, `${path} of attempt ${table.attempt} is missing or damaged`);
    }
    if (!inventory.pointers.has(business_date) && !whole.some((table) => manifestKey(table) === head)) {
      lost(business_date, `nothing leads to its table: ${asOfKey(business_date)} is missing`);
      continue;
    }
    const { pointerFault } = await findTableOf({ jobStats, a3 }, business_date);
    if (pointerFault !== null) lost(business_date, `${asOfKey(business_date)} ${pointerFault}`);
  }
  return faults;
}
