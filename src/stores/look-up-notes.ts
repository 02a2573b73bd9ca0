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
import { nextFree } from './numbered-objects.ts';

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
  /** Not given by notes of before they had one. */
  readonly origin?: Origin;
}

/** What wrote the rows: an import, by the number of its record, or something else. */
export type Origin = { readonly import: number } | { readonly work: 'enrichment' | 'built-in laws' };

/** `at`: ISO. `work` is `null`: the note does not say. */
export type NoteOrigin = { readonly at: string } & (Origin | { readonly work: null });

export function noteKey(number: number): string {
  return `look-ups/changes/${digits(number)}.ndjson`;
}

export function noteDoneKey(number: number): string {
  return `look-ups/done/${digits(number)}.json`;
}

/** @param keys at most {@link MAX_NOTE_KEYS} */
export function encodeNote(id: string, at: string, keys: readonly LookUpKey[], origin?: Origin): Buffer {
  const header: NoteHeader = { format: 1, id, at, count: keys.length, ...(origin !== undefined && { origin }) };
  return Buffer.from([JSON.stringify(header), ...keys.map(lineOf)].map((line) => `${line}\n`).join(''));
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

/** The first number that no note has. */
export function nextNote(a3: Pick<JobDailyA3Data, 'firstLine'>): Promise<number> {
  return nextFree(noteKey, a3);
}

/** Who wrote the rows, where the note names the key. @returns `null`: it does not name it, or not who. */
export function originOf({ table, key }: LookUpKey, name: string, body: Buffer): NoteOrigin | null {
  if (!body.includes(`\n${lineOf({ table, key })}\n`)) return null;
  try {
    const { at, origin } = JSON.parse(body.toString('utf8', 0, body.indexOf('\n'))) as NoteHeader;
    return { at, ...(origin ?? { work: null }) };
  } catch (error) {
    throw new PermanentError(
      'STORE_CORRUPT',
      `\`${name}\` is no note of changed look-ups.`,
      { key: name },
      { cause: error },
    );
  }
}

function lineOf({ table, key }: LookUpKey): string {
  return JSON.stringify([table, key]);
}

function keyOf(line: unknown): LookUpKey {
  const [table, key] = line as readonly unknown[];
  if ((table === 'Entity' || table === 'GoverningLaw') && typeof key === 'string') return { table, key };
  throw new TypeError('no key of a look-up table');
}

function digits(number: number): string {
  return String(number).padStart(9, '0');
}
