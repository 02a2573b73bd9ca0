/** The reading side: a published day by its manifest, each file held to what the manifest says of it. */
import { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { JobStats } from '../stores/job-stats.ts';
import { attemptOfManifest, publishedFolder } from './attempt-files.ts';
import { corrupt, parsedBatches, parseLine } from './lines.ts';
import { loadManifest } from './manifest.ts';
import type {
  ChangeLine,
  HeldRemoval,
  Ledger,
  Manifest,
  PublishedFile,
  RejectedEntry,
  RejectedEntryWithText,
  Shard,
  TableFinding,
  TableRow,
  Times,
  UsesLine,
} from './published.ts';
import { readPublishedLines } from './published-file-reader.ts';
import { rejectedEntry } from './rejected-text.ts';
import { deletedTables, readDeletionRecord, tableDeleted } from './retention/deletion-record.ts';
import { findTableOf, isOf } from './table-of-date.ts';
import { asOfKey } from './write-as-of.ts';

export interface PublishedDay {
  readonly key: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

type Reads = Pick<JobDailyA3Data, 'get' | 'open'>;

/** @throws PermanentError `TABLE_DELETED`: by retention; `STORE_CORRUPT`, `STORE_KEY_INVALID` */
export async function openPublishedDay(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<PublishedDay> {
  const id = attemptOfManifest(key);
  const body = await a3.get(key);
  const deleted = body === null ? await readDeletionRecord(a3, id) : null;
  if (deleted !== null) throw tableDeleted(deleted);
  const manifest = await loadManifest({ get: async () => body }, key);
  if (!isOf(manifest, id)) throw corrupt(key, `is of ${manifest.business_date}, attempt ${manifest.attempt}`);
  return { key, folder: publishedFolder(id), manifest };
}

/**
 * The rows, ascending by key, streamed shard by shard. As with all readers here, what comes is known to be whole only
 * when the iteration ends normally.
 * @throws PermanentError `STORE_CORRUPT` naming the file and what was expected
 */
export function readTable(a3: Reads, day: PublishedDay): AsyncIterable<TableRow> {
  return readShards(a3, day, (shard) => shard.table);
}

/** The rows of one shard. */
export function readShardRows(
  a3: Pick<JobDailyA3Data, 'open'>,
  day: PublishedDay,
  shard: Shard,
): AsyncIterable<TableRow> {
  return readFile(a3, day, shard.table);
}

/** Without their raw texts. */
export async function* readRejected(a3: Reads, day: PublishedDay): AsyncIterable<RejectedEntry> {
  const lines = readShards<RejectedEntry | RejectedEntryWithText>(a3, day, (shard) => shard.rejected);
  for await (const line of lines) yield rejectedEntry(line);
}

export function readChanges(a3: Reads, day: PublishedDay): AsyncIterable<ChangeLine> {
  return readShards(a3, day, (shard) => shard.changes);
}

/** Distinct within a shard; ascending within a shard. */
export function readUses(a3: Reads, day: PublishedDay): AsyncIterable<UsesLine> {
  return readShards(a3, day, (shard) => shard.uses);
}

/** Ascending by rule, then value. */
export function readFindings(a3: Reads, day: PublishedDay): AsyncIterable<TableFinding> {
  return readFile(a3, day, day.manifest.findings);
}

/** Ascending by place; none where the day has no list. */
export async function* readHeldRemovals(a3: Reads, day: PublishedDay): AsyncIterable<HeldRemoval> {
  const { held_removals: file = null } = day.manifest;
  if (file !== null) yield* readFile<HeldRemoval>(a3, day, file);
}

export async function readLedger(a3: Pick<JobDailyA3Data, 'open'>, day: PublishedDay): Promise<Ledger> {
  const file = day.manifest.ledger;
  const lines: string[] = [];
  for await (const batch of readPublishedLines(a3, day.folder, file)) lines.push(...batch);
  return parseLine(lines.join('\n'), `${day.folder}/${file.path}`, null, (text) => JSON.parse(text) as Ledger);
}

/** Clock values of the run; `null`: they are not there. @throws PermanentError `STORE_CORRUPT` */
export async function readTimes(a3: Pick<JobDailyA3Data, 'get'>, { folder }: PublishedDay): Promise<Times | null> {
  const key = `${folder}/times.json`;
  const body = await a3.get(key);
  try {
    return body === null ? null : (JSON.parse(body.toString('utf8')) as Times);
  } catch {
    throw corrupt(key, 'cannot be parsed');
  }
}

/**
 * The manifest key of a date: the head where it is that date's, else the date's pointer.
 * @throws PermanentError `NO_TABLE_FOR_DATE` naming the last date before it that has a table; `TABLE_DELETED`: by retention
 * @throws PermanentError `POINTER_WRONG`: the pointer is missing, damaged or another's, by its own name or by JobStats
 */
export async function resolveAsOf(
  {
    jobStats,
    a3,
  }: {
    readonly jobStats: Pick<JobStats, 'getLock' | 'listRuns'>;
    readonly a3: Pick<JobDailyA3Data, 'get' | 'list'>;
  },
  business_date: string,
): Promise<string> {
  const { head, as_of } = await jobStats.getLock();
  if (head !== null && as_of === business_date) return head;
  const { manifest, pointerFault } = await findTableOf({ jobStats, a3 }, business_date);
  if (manifest !== null && pointerFault === null) return manifest;
  const [deleted] = await deletedTables(a3, business_date);
  if (deleted !== undefined) throw tableDeleted(deleted);
  if (pointerFault !== null) {
    const what = `\`${asOfKey(business_date)}\` ${pointerFault}.`;
    throw new PermanentError('POINTER_WRONG', what, { business_date, ...(manifest === null ? {} : { manifest }) });
  }
  const last = await lastDateBefore(a3, business_date, head === null ? null : as_of);
  const what =
    last === null
      ? `There is no table for ${business_date}, nor for any date before it.`
      : `There is no table for ${business_date}; the last one before it is as of ${last}.`;
  throw new PermanentError('NO_TABLE_FOR_DATE', what, { business_date, ...(last === null ? {} : { last }) });
}

async function lastDateBefore(
  a3: Pick<JobDailyA3Data, 'list'>,
  business_date: string,
  head: string | null,
): Promise<string | null> {
  let last = head !== null && head < business_date ? head : null;
  for await (const { key } of a3.list('as_of')) {
    const date = /^as_of\/(\d{4}-\d{2}-\d{2})\.json$/.exec(key)?.[1];
    if (date !== undefined && date < business_date && (last === null || date > last)) last = date;
  }
  return last;
}

async function* readShards<T>(a3: Reads, day: PublishedDay, fileOf: (shard: Shard) => PublishedFile): AsyncIterable<T> {
  for (const shard of day.manifest.shards) yield* readFile<T>(a3, day, fileOf(shard));
}

async function* readFile<T>(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder }: PublishedDay,
  file: PublishedFile,
): AsyncIterable<T> {
  const lines = readPublishedLines(a3, folder, file);
  const batches = parsedBatches(lines, `${folder}/${file.path}`, (line) => JSON.parse(line) as T);
  for await (const batch of batches) yield* batch;
}
