import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { attemptOfManifest, manifestKey, publishedFolder } from '../attempt-files.ts';
import { MANIFEST_PATH } from '../checksums.ts';
import type { Manifest } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { type DeletionRecord, deletedText, deletionKey, readDeletionRecord } from '../retention/deletion-record.ts';
import { damageOf, type Faults } from './faults.ts';
import { parseManifest } from './verify-manifest.ts';

export interface OpenedBase {
  /** `none`: the day is the first one. `unknown`: its base cannot be read. */
  readonly day: PublishedDay | 'none' | 'unknown';
  /** Why it cannot be read. */
  readonly reason: string | null;
  /** What the record of its deletion says; `null`: it was not deleted by retention. */
  readonly note: string | null;
}

const FIRST: OpenedBase = { day: 'none', reason: null, note: null };

/** What a day was built on. That it is damaged, or gone without a record of retention, is a fault: nothing proves the changes. */
export async function openBase(
  manifest: Manifest,
  a3: Pick<JobDailyA3Data, 'get'>,
  faults: Faults,
): Promise<OpenedBase> {
  const { base: key } = manifest;
  if (key === null) return FIRST;
  if (!isKey(key) || key === manifestKey(manifest)) {
    faults.add('manifest', MANIFEST_PATH, null, 'names as its base what is no other manifest');
    return unknown('the manifest names no base');
  }
  const body = await a3.get(key);
  if (body === null) return gone(key, a3, faults);
  const problems: string[] = [];
  const base = parseManifest(body, (what) => problems.push(what));
  if (base !== null) {
    return { day: { key, folder: publishedFolder(attemptOfManifest(key)), manifest: base }, reason: null, note: null };
  }
  faults.add('changes', key, null, `${problems[0]}: the base is damaged`);
  return unknown('the base is damaged');
}

/** Of a copy of the day alone, without what it was built on. */
export function baseOfCopy({ base }: Manifest): OpenedBase {
  return base === null ? FIRST : unknown('the table before is not looked at (--alone)');
}

async function gone(key: string, a3: Pick<JobDailyA3Data, 'get'>, faults: Faults): Promise<OpenedBase> {
  const id = attemptOfManifest(key);
  const found = await readRecord(id, a3);
  if (typeof found !== 'string') {
    const { decided_at, by } = found;
    const reason = `the base was deleted on ${decided_at.slice(0, 10)} by retention (${by})`;
    return { ...unknown(reason), note: `${deletedText(found)} See ${deletionKey(id)}.` };
  }
  faults.add('changes', key, null, `is missing, the base of this day, and ${found}`);
  return unknown('the base is missing');
}

/** Why there is none is told as text. */
async function readRecord(
  id: ReturnType<typeof attemptOfManifest>,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<DeletionRecord | string> {
  const key = deletionKey(id);
  try {
    const record = await readDeletionRecord(a3, id);
    if (record === null) return 'no record of retention says that it was deleted';
    const isRight = [record.by, record.decided_at].every((text) => typeof text === 'string');
    return isRight ? record : `the record of its deletion, ${key}, names nobody who decided it`;
  } catch (error) {
    const damage = damageOf(error, key);
    if (damage === null) throw error;
    return `the record of its deletion, ${key}, ${damage}`;
  }
}

function unknown(reason: string): OpenedBase {
  return { day: 'unknown', reason, note: null };
}

function isKey(key: string): boolean {
  try {
    attemptOfManifest(key);
    return true;
  } catch {
    return false;
  }
}
