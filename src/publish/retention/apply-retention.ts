/**
 * Carries out a plan. Of a table the record of its deletion is written first; then its pointer goes, then its manifest, then
 * all else. So what is half deleted never looks whole, neither to a reader nor after a crash, and running it again finishes.
 * Raw texts that go before their table have a record of their own, which names each part.
 */
import { createHash } from 'node:crypto';
import type { AttemptId } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import { type JobDailyA3Data, MAX_REMOVED } from '../../stores/job-daily-a3-data.ts';
import { manifestKey, publishedFolder, recordsFolder, TEXTS_FOLDER } from '../attempt-files.ts';
import { asOfKey } from '../write-as-of.ts';
import { writeDeletionRecord } from './deletion-record.ts';
import { readHolds } from './holds.ts';
import type { AttemptFiles, FileCount } from './inventory.ts';
import type { RetentionPlan } from './plan-retention.ts';
import { type TextsRecord, writeTextsRecord } from './texts-record.ts';

export interface ApplyRetentionDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list' | 'putOnce' | 'remove'>;
  readonly policy: RetentionPolicy;
  /** The run or the person. */
  readonly by: string;
  /** ISO. */
  readonly now: () => string;
  readonly shouldStop: () => boolean;
  /** Looked at right before a table is deleted: whether a run has taken its date since the plan was made. */
  readonly isInUse: (id: AttemptId) => Promise<boolean>;
}

export interface RetentionOutcome {
  /** Tables that are gone. */
  readonly tables: readonly AttemptId[];
  /** Tables that stay, and whose raw texts are gone. */
  readonly texts: readonly AttemptId[];
  /** All files that were deleted. */
  readonly deleted: FileCount;
  /** More is to be deleted: it was stopped, or something was held or taken meanwhile. */
  readonly more: boolean;
}

/** Safe to run again, and beside itself. */
export async function applyRetention(plan: RetentionPlan, deps: ApplyRetentionDeps): Promise<RetentionOutcome> {
  const sweep = new Sweep(deps);
  const newest = plan.newest ?? '';
  const tables: AttemptId[] = [];
  const texts: AttemptId[] = [];
  let more = false;
  for (const table of plan.going) {
    if (!sweep.mayGoOn()) more = true;
    else if (!(await deleteTable(table, newest, sweep, deps))) more = true;
    else tables.push({ business_date: table.business_date, attempt: table.attempt });
  }
  for (const table of plan.texts) {
    if (!sweep.mayGoOn()) more = true;
    else if (!(await deleteTexts(table, newest, sweep, deps))) more = true;
    else texts.push({ business_date: table.business_date, attempt: table.attempt });
  }
  const leftovers = [...plan.failed.map(publishedFolder), ...plan.records.map(recordsFolder)];
  for (const folder of leftovers) {
    if (!sweep.mayGoOn() || !(await sweep.folder(folder))) more = true;
  }
  return { tables, texts, deleted: sweep.deleted, more };
}

/** @returns whether it is gone to the last file */
async function deleteTable(
  table: AttemptFiles,
  newest: string,
  sweep: Sweep,
  deps: ApplyRetentionDeps,
): Promise<boolean> {
  const { a3, policy, by, now } = deps;
  const { business_date, attempt, published } = table;
  const manifest = manifestKey(table);
  const body = await a3.get(manifest);
  if (body !== null) {
    const manifest_sha256 = createHash('sha256').update(body).digest('hex');
    const rule = { ...policy, newest };
    const decided = { manifest_sha256, ...published, rule, by, decided_at: now() };
    await writeDeletionRecord(a3, { format: 1, business_date, attempt, ...decided });
  }
  // A hold is written before its writer looks for the record, and the record before holds are looked at here: whichever
  // comes first, one of the two sees the other.
  if (await isHeld(a3, business_date)) return false;
  if (await deps.isInUse(table)) return false;
  const pointer = asOfKey(business_date);
  if (pointsAt(await a3.get(pointer), manifest)) await sweep.keys([{ key: pointer, size: 0 }]);
  if (body !== null) await sweep.keys([{ key: manifest, size: body.length }]);
  const isGone = await sweep.folder(publishedFolder(table));
  return isGone && (await sweep.folder(recordsFolder(table)));
}

/** The table stays. @returns whether none of its raw texts is left */
async function deleteTexts(
  { business_date, attempt }: AttemptFiles,
  newest: string,
  sweep: Sweep,
  deps: ApplyRetentionDeps,
): Promise<boolean> {
  const { a3, policy, by, now } = deps;
  const id = { business_date, attempt };
  const body = await a3.get(manifestKey(id));
  if (body === null) return false; // Somebody has deleted the table meanwhile, and finishes it.
  const folder = `${publishedFolder(id)}/${TEXTS_FOLDER}`;
  const manifest_sha256 = createHash('sha256').update(body).digest('hex');
  const decided = { rule: { ...policy, newest }, by, decided_at: now() };
  await writeTextsRecord(a3, { format: 1, ...id, manifest_sha256, parts: await partsIn(a3, folder), ...decided });
  // As for a table: a hold is written before its writer looks for the record.
  if ((await isHeld(a3, business_date)) || (await deps.isInUse(id))) return false;
  return sweep.folder(folder);
}

/** One a shard. What is not there any more is not named: nobody has decided to delete it. */
async function partsIn(a3: Pick<JobDailyA3Data, 'list'>, folder: string): Promise<TextsRecord['parts']> {
  const parts: { readonly path: string; readonly bytes: number }[] = [];
  for await (const { key, size } of a3.list(folder)) {
    parts.push({ path: `${TEXTS_FOLDER}${key.slice(folder.length)}`, bytes: size });
  }
  return parts;
}

async function isHeld(a3: Pick<JobDailyA3Data, 'get' | 'list'>, business_date: string): Promise<boolean> {
  return (await readHolds(a3, business_date)).some(({ released }) => released === null);
}

/** A damaged pointer leads nowhere, so it goes with its date. */
function pointsAt(pointer: Buffer | null, manifest: string): boolean {
  if (pointer === null) return false;
  try {
    return (JSON.parse(pointer.toString('utf8')) as { readonly manifest?: unknown } | null)?.manifest === manifest;
  } catch {
    return true;
  }
}

/** Deletes, and counts. */
class Sweep {
  readonly #deps: Pick<ApplyRetentionDeps, 'a3' | 'shouldStop'>;
  #files = 0;
  #bytes = 0;

  constructor(deps: Pick<ApplyRetentionDeps, 'a3' | 'shouldStop'>) {
    this.#deps = deps;
  }

  get deleted(): FileCount {
    return { files: this.#files, bytes: this.#bytes };
  }

  async keys(objects: readonly { readonly key: string; readonly size: number }[]): Promise<void> {
    await this.#deps.a3.remove(objects.map(({ key }) => key));
    this.#files += objects.length;
    for (const { size } of objects) this.#bytes += size;
  }

  /** Something is done however late it is, so that every turn comes closer to the end. */
  mayGoOn(): boolean {
    return this.#files === 0 || !this.#deps.shouldStop();
  }

  /** @returns whether nothing is left in it, as far as it was looked at */
  async folder(folder: string): Promise<boolean> {
    const { a3, shouldStop } = this.#deps;
    let batch: { readonly key: string; readonly size: number }[] = [];
    for await (const object of a3.list(folder)) {
      batch.push(object);
      if (batch.length < MAX_REMOVED) continue;
      await this.keys(batch);
      batch = [];
      if (shouldStop()) return false;
    }
    if (batch.length > 0) await this.keys(batch);
    return true;
  }
}
