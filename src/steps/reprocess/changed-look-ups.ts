/** Which look-up rows may have changed since the base: what their writers have noted. */
import type { LookUpsServed } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { type LookUpKey, noteDoneKey, noteKey, parseNote } from '../../stores/look-up-notes.ts';

/** Above this many keys all uses are compared: that is no more work then, and these are some 50 MB. */
export const MAX_CHANGED_KEYS = 500_000;
/** Notes whose writers are not done, that a manifest lists one by one; beyond it `through` stops before the next one. */
const MAX_OPEN = 100;
/** Notes read at once. */
const PARALLEL_NOTES = 16;

export interface ChangedLookUps {
  /** `table key`; `'all'`: too many. */
  readonly keys: ReadonlySet<string> | 'all';
  /** What is served when their documents are transformed again. */
  readonly served: LookUpsServed;
  /** Number of the last note that was read. */
  readonly end: number;
}

/**
 * Reads the notes that the base has not served. A note is open unless its writer was done before it was read here: its rows
 * may be put later, so it is read again by the next run.
 * @param end last note to read; `null`: up to the last that there is
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function readChangedLookUps(
  a3: Pick<JobDailyA3Data, 'get'>,
  base: LookUpsServed,
  end: number | null,
  maxKeys = MAX_CHANGED_KEYS,
): Promise<ChangedLookUps> {
  const collected = new Collected(maxKeys);
  for (const number of base.open) collected.add(number, await readNote(a3, number));
  let last = base.through;
  for (; end === null || last < end; ) {
    const count = Math.min(PARALLEL_NOTES, (end ?? Number.POSITIVE_INFINITY) - last);
    const numbers = Array.from({ length: count }, (_, i) => last + 1 + i);
    const notes = await Promise.all(numbers.map((number) => readNote(a3, number)));
    const found = notes.indexOf(null);
    for (const note of found < 0 ? notes : notes.slice(0, found)) collected.add(++last, note);
    if (found >= 0) break;
  }
  return { keys: collected.keys, served: collected.servedThrough(last), end: last };
}

export function textOf({ table, key }: LookUpKey): string {
  return `${table} ${key}`;
}

interface Note {
  readonly isDone: boolean;
  readonly keys: readonly LookUpKey[];
}

/** `null`: there is no such note. */
async function readNote(a3: Pick<JobDailyA3Data, 'get'>, number: number): Promise<Note | null> {
  const name = noteKey(number);
  const [done, body] = await Promise.all([a3.get(noteDoneKey(number)), a3.get(name)]);
  return body === null ? null : { isDone: done !== null, keys: parseNote(name, body) };
}

class Collected {
  keys: Set<string> | 'all' = new Set();
  readonly #maxKeys: number;
  readonly #open: number[] = [];

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  add(number: number, note: Note | null): void {
    if (note === null) return;
    if (!note.isDone) this.#open.push(number);
    for (const key of note.keys) {
      if (this.keys === 'all') return;
      this.keys.add(textOf(key));
      if (this.keys.size > this.#maxKeys) this.keys = 'all';
    }
  }

  servedThrough(last: number): LookUpsServed {
    const tooMany = this.#open[MAX_OPEN];
    return { through: tooMany === undefined ? last : tooMany - 1, open: this.#open.slice(0, MAX_OPEN) };
  }
}
