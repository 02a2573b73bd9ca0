/**
 * The one way to write look-up rows: imports and the built-in laws by {@link changeLookUps}, enrichment, which writes on
 * condition, by {@link whileNoted}. So the next run finds the documents that used what has changed. Placeholders alone are
 * put directly: they count as absent.
 */
import { randomUUID } from 'node:crypto';
import type { AliasItem, EntityItem, LawItem } from '../agreements/look-up-items.ts';
import type { JobDailyA3Data } from './job-daily-a3-data.ts';
import {
  encodeNote,
  type LookUpKey,
  MAX_NOTE_KEYS,
  nextNote,
  noteDoneKey,
  noteKey,
  type Origin,
} from './look-up-notes.ts';
import type { EntityTable, GoverningLawTable } from './look-ups.ts';
import { putNext } from './numbered-objects.ts';

/** What {@link changeLookUps} needs of the stores: all of a job's stores will do. */
export interface LookUpStores {
  readonly jobDailyA3Data: Pick<JobDailyA3Data, 'firstLine' | 'putOnce'>;
  readonly entities: Pick<EntityTable, 'putAll'>;
  readonly governingLaws: Pick<GoverningLawTable, 'putAll'>;
}

/** Rows to put, each replacing what is under its key; gone through twice. Rows that do not change are better left out. */
export interface LookUpChange {
  readonly entities?: Iterable<EntityItem | AliasItem>;
  readonly laws?: Iterable<LawItem>;
}

/** Puts the rows as {@link whileNoted} says. @throws what the stores throw */
export async function changeLookUps(
  stores: LookUpStores,
  { entities = [], laws = [] }: LookUpChange,
  origin?: Origin,
): Promise<void> {
  const entityKeys = Array.from(entities, ({ entity_key: key }): LookUpKey => ({ table: 'Entity', key }));
  const lawKeys = Array.from(laws, ({ law_key: key }): LookUpKey => ({ table: 'GoverningLaw', key }));
  const keys = [...entityKeys, ...lawKeys];
  if (keys.length === 0) return;
  const write = async () => {
    if (entityKeys.length > 0) await stores.entities.putAll(entities);
    if (lawKeys.length > 0) await stores.governingLaws.putAll(laws);
  };
  await whileNoted(keys, stores.jobDailyA3Data, write, origin);
}

/**
 * Notes the keys, has `write` put their rows, and marks the note as done. A crash in between loses nothing: a note that is
 * not done is read again by every run, and the versions tell whether there is anything to do. So `write` may leave rows as
 * they are. Safe to run again, and beside others.
 *
 * A note costs two small objects and about ten reads, whatever it names: gather rows (some hundred) before you call.
 * Rights on AWS: `s3:GetObject` and `s3:PutObject` on `look-ups/*` of JobDailyA3Data, `s3:ListBucket` on it.
 * @param origin who writes, for whoever asks later where a row comes from
 * @throws what the stores throw; the note then stays open
 */
export async function whileNoted<T>(
  keys: readonly LookUpKey[],
  a3: LookUpStores['jobDailyA3Data'],
  write: () => Promise<T>,
  origin?: Origin,
): Promise<T> {
  const numbers = await writeNotes(keys, new Date().toISOString(), a3, origin);
  const written = await write();
  for (const number of numbers) await a3.putOnce(noteDoneKey(number), Buffer.from('{"format":1}\n'));
  return written;
}

/** @returns the numbers of the notes */
async function writeNotes(
  keys: readonly LookUpKey[],
  at: string,
  a3: LookUpStores['jobDailyA3Data'],
  origin: Origin | undefined,
): Promise<readonly number[]> {
  const numbers: number[] = [];
  let next = await nextNote(a3);
  for (let i = 0; i < keys.length; i += MAX_NOTE_KEYS) {
    const body = encodeNote(randomUUID(), at, keys.slice(i, i + MAX_NOTE_KEYS), origin);
    const number = await putNext(noteKey, body, next, a3);
    numbers.push(number);
    next = number + 1;
  }
  return numbers;
}
