/** What is there: every attempt's files in JobDailyA3Data, by listing alone. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { AttemptId } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { TEXTS_FOLDER } from '../attempt-files.ts';

export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

export interface AttemptFiles extends AttemptId {
  readonly published: FileCount;
  /** Those of them that hold raw texts of rejected documents. */
  readonly texts: FileCount;
  /** Without one the attempt failed before it was whole, or is being deleted. */
  readonly hasManifest: boolean;
  /** What it was made of. */
  readonly records: FileCount;
  /** Its deletion was decided once. */
  readonly hasDeletionRecord: boolean;
  /** So was that of its raw texts. */
  readonly hasTextsRecord: boolean;
}

export interface Inventory {
  /** Ascending by date, then attempt. Those that are gone to the last file are not among them. */
  readonly attempts: readonly AttemptFiles[];
  /** Dates with a pointer. */
  readonly pointers: ReadonlySet<string>;
}

const PUBLISHED = /^published\/as_of=(\d{4}-\d{2}-\d{2})\/attempt=([1-9]\d*)\/(.+)$/;
const RECORDS = /^records\/(\d{4}-\d{2}-\d{2})\/([1-9]\d*)\//;
const POINTER = /^as_of\/(\d{4}-\d{2}-\d{2})\.json$/;
const DELETION = /^retention\/(\d{4}-\d{2}-\d{2})\/([1-9]\d*)(\.texts)?\.json$/;

/** Holds a few numbers an attempt, however many files there are. */
export async function readInventory(a3: Pick<JobDailyA3Data, 'list'>): Promise<Inventory> {
  const attempts = new Map<string, Writable<AttemptFiles>>();
  const attemptOf = (date = '', number = ''): Writable<AttemptFiles> => {
    const key = `${date}/${number}`;
    const attempt = attempts.get(key) ?? emptyAttempt(date, Number(number));
    attempts.set(key, attempt);
    return attempt;
  };
  for await (const { key, size } of a3.list('published')) {
    const [, date, number, path] = PUBLISHED.exec(key) ?? [];
    if (path === undefined) continue;
    const attempt = attemptOf(date, number);
    attempt.published = counted(attempt.published, size);
    if (path.startsWith(`${TEXTS_FOLDER}/`)) attempt.texts = counted(attempt.texts, size);
    if (path === 'manifest.json') attempt.hasManifest = true;
  }
  for await (const { key, size } of a3.list('records')) {
    const [, date, number] = RECORDS.exec(key) ?? [];
    if (number === undefined) continue;
    const attempt = attemptOf(date, number);
    attempt.records = counted(attempt.records, size);
  }
  for await (const { key } of a3.list('retention')) {
    const [, date, number, texts] = DELETION.exec(key) ?? [];
    const attempt = attempts.get(`${date}/${number}`);
    if (attempt !== undefined) attempt[texts === undefined ? 'hasDeletionRecord' : 'hasTextsRecord'] = true;
  }
  const pointers = new Set<string>();
  for await (const { key } of a3.list('as_of')) pointers.add(POINTER.exec(key)?.[1] ?? '');
  pointers.delete('');
  return { attempts: [...attempts.values()].sort(byDate), pointers };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyAttempt(business_date: string, attempt: number): AttemptFiles {
  const none = { files: 0, bytes: 0 };
  const found = { hasManifest: false, hasDeletionRecord: false, hasTextsRecord: false };
  return { business_date, attempt, published: none, texts: none, records: none, ...found };
}

function counted({ files, bytes }: FileCount, size: number): FileCount {
  return { files: files + 1, bytes: bytes + size };
}

function byDate(a: AttemptId, b: AttemptId): number {
  return compareBytes(a.business_date, b.business_date) || a.attempt - b.attempt;
}
