/** What wrote a look-up row between two published days: the notes of changed look-ups name keys, and the import that wrote them. */
import type { LookUpsServed } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { type NumberedImport, readImport } from '../../stores/look-up-imports.ts';
import { type LookUpKey, noteKey, originOf } from '../../stores/look-up-notes.ts';

/** `work` is `null`: the note does not say what wrote the row. `at`: ISO. */
export type LookUpOrigin =
  | { readonly import: NumberedImport }
  | { readonly at: string; readonly work: 'enrichment' | 'built-in laws' | null };

/** Notes that are searched for a key, the newest first: some hundred MB where all are of large imports. */
const MAX_NOTES = 200;

export class LookUpOrigins {
  readonly #a3: Pick<JobDailyA3Data, 'get'>;
  readonly #found = new Map<string, Promise<LookUpOrigin | null>>();

  constructor(a3: Pick<JobDailyA3Data, 'get'>) {
    this.#a3 = a3;
  }

  /**
   * The last that wrote the row after `before` was made, and that the run of `now` has read.
   * @returns `null`: no note names it, or it is not known which notes there were
   * @throws PermanentError `STORE_CORRUPT`
   */
  of(key: LookUpKey, before: LookUpsServed | null, now: LookUpsServed | null): Promise<LookUpOrigin | null> {
    if (before === null || now === null) return Promise.resolve(null);
    const name = JSON.stringify([key.table, key.key, before, now]);
    const finding = this.#found.get(name) ?? this.#find(key, numbersBetween(before, now));
    this.#found.set(name, finding);
    return finding;
  }

  async #find(key: LookUpKey, numbers: readonly number[]): Promise<LookUpOrigin | null> {
    for (const number of numbers) {
      const name = noteKey(number);
      const body = await this.#a3.get(name);
      const origin = body === null ? null : originOf(key, name, body);
      if (origin === null) continue;
      if (!('import' in origin)) return origin;
      const found = await readImport(this.#a3, origin.import);
      return found === null ? { at: origin.at, work: null } : { import: found };
    }
    return null;
  }
}

/** Descending. */
function numbersBetween(before: LookUpsServed, now: LookUpsServed): readonly number[] {
  const numbers: number[] = [];
  for (let number = now.through; number > before.through && numbers.length < MAX_NOTES; number -= 1)
    numbers.push(number);
  const open = [...before.open, ...now.open].filter((number) => number <= before.through || number > now.through);
  return [...numbers, ...new Set(open)].sort((a, b) => b - a);
}
