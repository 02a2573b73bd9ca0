/** What `check` needs of a shard's rows, in one file for each range: see `references.ts` and `named-entities.ts`. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { referencesKey } from './attempt-files.ts';
import { CollectNamedEntities, type NamedEntity } from './named-entities.ts';
import { RangeFiles } from './range-files.ts';
import { CollectReferences, type Reference } from './references.ts';
import type { StoredRow } from './table-row.ts';

export type CheckLine = Reference | NamedEntity;

export class CollectForCheck {
  readonly #files: RangeFiles;
  readonly #references: CollectReferences;
  readonly #entities: CollectNamedEntities;

  constructor(ranges: number) {
    this.#files = new RangeFiles(ranges);
    this.#references = new CollectReferences(this.#files);
    this.#entities = new CollectNamedEntities(this.#files);
  }

  /** Rows come in the table's order. */
  add(stored: StoredRow): void {
    this.#references.add(stored);
    this.#entities.add(stored.row);
  }

  async write(id: AttemptId, shard: number, a3: Pick<JobDailyA3Data, 'putOnce'>): Promise<void> {
    this.#entities.flush();
    await this.#files.write((range) => referencesKey(id, range, shard), a3);
  }
}

/** Their first members have no word in common. */
export function isReference(line: CheckLine): line is Reference {
  return line[0] === 'key' || line[0] === 'A3.12' || line[0] === 'A3.12.3';
}
