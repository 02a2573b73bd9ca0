/**
 * Phase `masters` of CreateJobDailyA3Data: the Corporate Organization and Counterparty master tables as of this day, so that
 * what is delivered for it is complete for as long as the day is kept. The Entity table has no order on DynamoDB: it is read
 * in turns that leave sorted runs, which the last turn merges. Where no look-up row has changed since the base, its files
 * are copied.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { EntityRole } from '../agreements/look-up-items.ts';
import type { AttemptId, LookUpsServed, WriteMastersInput, WriteMastersOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { attemptOfManifest, builtMastersKey, masterPath, masterRunKey, publishedFolder } from './attempt-files.ts';
import { corrupt } from './lines.ts';
import { loadManifest } from './manifest.ts';
import { RUN_ROWS, type RunRow, standingRun } from './master-run.ts';
import { type LineSource, MergedLines } from './merge-lines.ts';
import type { MasterLine, Masters, PublishedFile } from './published.ts';
import { readStoredBytes } from './published-file-reader.ts';
import { PublishedFileWriter } from './published-file-writer.ts';
import { encodeJson, readJson } from './shard-plan.ts';

export interface WriteMastersDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'firstLine' | 'putOnce' | 'putOnceStream'>;
  readonly entities: Pick<EntityTable, 'readPage'>;
  readonly shouldStop: () => boolean;
  /** Default: that of `master-run.ts`. */
  readonly runRows?: number;
}

/** What came of the phase; the manifest is made of it. */
export interface BuiltMasters {
  readonly format: 1;
  readonly masters: Masters;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function writeMasters(input: WriteMastersInput, deps: WriteMastersDeps): Promise<WriteMastersOutput> {
  if ((await readBuiltMasters(input, deps.a3)) !== null) return { cursor: null };
  const rows = deps.runRows ?? RUN_ROWS;
  const copied = await copyFromBase(input, deps.a3);
  if (copied !== null) return close(input, copied, deps);
  let from: string | null = null;
  for (let number = 0; ; number += 1) {
    // Runs of the turns before stand: only their headers are read.
    if (number > (input.cursor ?? 0) && deps.shouldStop()) return { cursor: number };
    const header = await standingRun(input, { number, from, rows }, deps);
    if (header.next === null) return close(input, await merge(input, number + 1, deps.a3), deps);
    from = header.next;
  }
}

/** `null` before the phase has ended. */
export function readBuiltMasters(id: AttemptId, a3: Pick<JobDailyA3Data, 'get'>): Promise<BuiltMasters | null> {
  return readJson<BuiltMasters>(builtMastersKey(id), a3);
}

async function close(input: WriteMastersInput, masters: Masters, deps: WriteMastersDeps): Promise<WriteMastersOutput> {
  const built: BuiltMasters = { format: 1, masters };
  await deps.a3.putOnce(builtMastersKey(input), encodeJson(built));
  return { cursor: null };
}

async function copyFromBase(
  { base, look_ups, ...id }: WriteMastersInput,
  a3: Pick<JobDailyA3Data, 'get' | 'open' | 'putOnceStream'>,
): Promise<Masters | null> {
  if (base === null || look_ups === null) return null;
  const manifest = await loadManifest(a3, base);
  if (manifest.masters === undefined || !isSettled(manifest.look_ups, look_ups)) return null;
  const [from, to] = [publishedFolder(attemptOfManifest(base)), publishedFolder(id)];
  const copy = async (file: PublishedFile): Promise<PublishedFile> => {
    // A damaged source fails before its end, and then nothing becomes visible.
    await a3.putOnceStream(`${to}/${file.path}`, readStoredBytes(a3, `${from}/${file.path}`, file));
    return file;
  };
  return { CO: await copy(manifest.masters.CO), CP: await copy(manifest.masters.CP) };
}

/** Whether nothing has changed between the two, nor was under way at either. */
function isSettled(then: LookUpsServed | null | undefined, now: LookUpsServed): boolean {
  return then?.through === now.through && then.open.length === 0 && now.open.length === 0;
}

async function merge(
  id: WriteMastersInput,
  runs: number,
  a3: Pick<JobDailyA3Data, 'open' | 'putOnceStream'>,
): Promise<Masters> {
  const folder = publishedFolder(id);
  const writers = {
    CO: new PublishedFileWriter(a3, folder, masterPath('CO')),
    CP: new PublishedFileWriter(a3, folder, masterPath('CP')),
  };
  let merged: MergedLines<RunRow> | null = null;
  try {
    merged = await MergedLines.open(await openRuns(id, runs, a3), { parse: parseRow, compare: byEntity });
    for (let { head } = merged; head !== null; head = merged.head) {
      for (const role of head.value.roles) {
        const wait = writers[role].write(JSON.stringify(masterLine(head.value, role)));
        if (wait !== undefined) await wait;
      }
      const wait = merged.advance();
      if (wait !== undefined) await wait;
    }
    return { CO: await writers.CO.close(), CP: await writers.CP.close() };
  } catch (error) {
    await Promise.all([writers.CO.abort(), writers.CP.abort()]);
    throw error;
  } finally {
    await merged?.close();
  }
}

async function openRuns(
  id: WriteMastersInput,
  runs: number,
  a3: Pick<JobDailyA3Data, 'open'>,
): Promise<readonly LineSource[]> {
  const sources: LineSource[] = [];
  for (let run = 0; run < runs; run += 1) {
    const name = masterRunKey(id, run);
    const blocks = await a3.open(name);
    if (blocks === null) throw corrupt(name, 'is missing');
    sources.push({ name, blocks, skip: 1 }); // The header.
  }
  return sources;
}

const parseRow = (line: string): RunRow => JSON.parse(line) as RunRow;
const byEntity = (a: RunRow, b: RunRow): number => compareBytes(a.entity_id, b.entity_id);

function masterLine({ entity_id, fields, lei_status, version }: RunRow, role: EntityRole): MasterLine {
  const own = Object.entries(fields).filter(([field]) => field.startsWith(`${role}.`));
  return { entity_id, fields: Object.fromEntries(own), lei_status, version };
}
