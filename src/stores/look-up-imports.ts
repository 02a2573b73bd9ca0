/**
 * Who imported what into the look-up tables, and when: `look-ups/imports/<nine digits>.json` in JobDailyA3Data, a record an
 * import, numbered from 000000001 without holes and never deleted. Written once all was checked, before the first row: of an
 * import that died half-way it says what was meant to be written. The notes of the import's rows name it.
 */
import { randomUUID } from 'node:crypto';
import { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from './job-daily-a3-data.ts';
import { nextFree, putNext } from './numbered-objects.ts';

export interface ImportedFile {
  /** Without its folder. */
  readonly name: string;
  /** Of the file itself, packed as it was: hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Lines by what became of them. */
  readonly lines: Readonly<Record<string, number>>;
}

export interface ImportRecord {
  readonly format: 1;
  /** `gleif`: a golden copy, and the LEI statuses that it brought into Entity. */
  readonly kind: 'entities' | 'laws' | 'gleif';
  /** ISO. */
  readonly at: string;
  /** Whoever said so, or the user of the operating system; `null`: not known. */
  readonly by: string | null;
  readonly files: readonly ImportedFile[];
  /** Keys of the table that were written; `null`: not counted before they were. */
  readonly keys: { readonly new: number; readonly changed: number } | null;
  /** Entities that went out of a master table, among those changed. */
  readonly removed: number;
}

export interface NumberedImport extends ImportRecord {
  readonly number: number;
}

export function importKey(number: number): string {
  return `look-ups/imports/${String(number).padStart(9, '0')}.json`;
}

/** @returns its number */
export async function recordImport(
  a3: Pick<JobDailyA3Data, 'firstLine' | 'putOnce'>,
  record: ImportRecord,
): Promise<number> {
  // Random: two imports that say the same are two all the same.
  const body = Buffer.from(`${JSON.stringify({ ...record, id: randomUUID() })}\n`);
  return putNext(importKey, body, await nextFree(importKey, a3), a3);
}

/** @returns `null`: there is none of that number. @throws PermanentError `STORE_CORRUPT` */
export async function readImport(a3: Pick<JobDailyA3Data, 'get'>, number: number): Promise<NumberedImport | null> {
  const key = importKey(number);
  const body = await a3.get(key);
  if (body === null) return null;
  try {
    const { id: _, ...record } = JSON.parse(body.toString('utf8')) as ImportRecord & { readonly id: string };
    if (record.format === 1 && Array.isArray(record.files)) return { number, ...record };
  } catch {
    // Told below, as any other text that is no record.
  }
  throw new PermanentError('STORE_CORRUPT', `\`${key}\` is no record of an import.`, { key });
}

/** The newest first. @throws PermanentError `STORE_CORRUPT` */
export async function* listImports(a3: Pick<JobDailyA3Data, 'get' | 'firstLine'>): AsyncGenerator<NumberedImport> {
  for (let number = (await nextFree(importKey, a3)) - 1; number > 0; number -= 1) {
    const found = await readImport(a3, number);
    if (found !== null) yield found;
  }
}
