/**
 * The change feed of the look-up tables: `look-ups/changes/<nine digits>.ndjson` in JobDailyA3Data names keys that are
 * about to be written, `look-ups/done/<nine digits>.json` says that they were. Numbered from 000000001 without holes and
 * never deleted, so the next free number is found without a list.
 *
 * A note says only where to look: whoever reads it compares versions. So a note too many is harmless, and one that is not
 * done (its writer works, or has died) is simply read again by the next run.
 */
import type { Use } from '../agreements/look-up-items.ts';
import { PermanentError } from '../errors.ts';
import type { JobDailyA3Data } from './job-daily-a3-data.ts';

/** A key of a look-up table. */
export type LookUpKey = Pick<Use, 'table' | 'key'>;

/** Keys of one note: some 5 MB. */
export const MAX_NOTE_KEYS = 100_000;

/** First line of a note; the others are `["Entity","key"]`. */
interface NoteHeader {
  readonly format: 1;
  /** Random: two writers of the same keys must not take each other's note for their own. */
  readonly id: string;
  /** ISO; for people. */
  readonly at: string;
  readonly count: number;
}

export function noteKey(number: number): string {
  return `look-ups/changes/${digits(number)}.ndjson`;
}

export function noteDoneKey(number: number): string {
  return `look-ups/done/${digits(number)}.json`;
}

/** @param keys at most {@link MAX_NOTE_KEYS} */
export function encodeNote(id: string, at: string, keys: readonly LookUpKey[]): Buffer {
  const header: NoteHeader = { format: 1, id, at, count: keys.length };
  const lines = [header, ...keys.map(({ table, key }) => [table, key])];
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** @throws PermanentError `STORE_CORRUPT` */
export function parseNote(name: string, body: Buffer): readonly LookUpKey[] {
  const [first = '', ...lines] = body.toString('utf8').trimEnd().split('\n');
  try {
    const header = JSON.parse(first) as Partial<NoteHeader> | null;
    const keys = lines.map((line) => keyOf(JSON.parse(line)));
    if (header?.format === 1 && header.count === keys.length) return keys;
  } catch {
    // Told below, as any other text that is no note.
  }
  throw new PermanentError('STORE_CORRUPT', `\`${name}\` is no note of changed look-ups.`, { key: name });
}

/** The first number that no note has. Reads the first lines of some notes: twice the logarithm of their number. */
export async function nextNote(a3: Pick<JobDailyA3Data, 'firstLine'>): Promise<number> {
  const isTaken = async (number: number) => (await a3.firstLine(noteKey(number))) !== null;
  let free = 1;
  while (await isTaken(free)) free *= 2;
  let taken = Math.floor(free / 2);
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await isTaken(middle)) taken = middle;
    else free = middle;
  }
  return free;
}

function keyOf(line: unknown): LookUpKey {
  const [table, key] = line as readonly unknown[];
  if ((table === 'Entity' || table === 'GoverningLaw') && typeof key === 'string') return { table, key };
  throw new TypeError('no key of a look-up table');
}

function digits(number: number): string {
  return String(number).padStart(9, '0');
}
