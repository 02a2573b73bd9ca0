/** The documents of a shard whose last transformation looked at a look-up row of a version that is not there any more. */
import { type Use, usedVersion } from '../../agreements/look-up-items.ts';
import type { Place, Shard } from '../../publish/published.ts';
import { type ScannedUse, scanUses } from '../../publish/scan-uses.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { EntityTable, GoverningLawTable } from '../../stores/look-ups.ts';
import { eachInParallel } from '../slices/look-up-rows.ts';
import { type ChangedLookUps, textOf } from './changed-look-ups.ts';

export interface OutdatedDeps {
  readonly a3: Pick<JobDailyA3Data, 'open'>;
  readonly entities: Pick<EntityTable, 'get'>;
  readonly laws: Pick<GoverningLawTable, 'get'>;
}

/**
 * Gets only rows that are both changed and used. One at a time for all shards of a run, so that a row of many documents is
 * fetched once.
 */
export class OutdatedDocuments {
  readonly #changed: ChangedLookUps['keys'];
  readonly #deps: OutdatedDeps;
  /** Versions by {@link textOf}; kept only where few keys are looked at. */
  readonly #versions = new Map<string, string>();

  constructor(changed: ChangedLookUps['keys'], deps: OutdatedDeps) {
    this.#changed = changed;
    this.#deps = deps;
  }

  /**
   * Places in no order, some of them several times.
   * @throws PermanentError `STORE_CORRUPT`; whatever the look-up tables throw
   */
  async *findIn(folder: string, shard: Pick<Shard, 'uses'>): AsyncIterable<readonly Place[]> {
    for await (const batch of scanUses(this.#deps.a3, folder, shard)) {
      const asked = this.#changed === 'all' ? batch : batch.filter(({ use }) => this.#mayHaveChanged(use));
      if (asked.length === 0) continue;
      await this.#fetch(asked);
      for (const { use, places } of asked) if (this.#versions.get(textOf(use)) !== use.version) yield places();
    }
  }

  #mayHaveChanged(use: Use): boolean {
    return this.#changed === 'all' || this.#changed.has(textOf(use));
  }

  async #fetch(asked: readonly ScannedUse[]): Promise<void> {
    if (this.#changed === 'all') this.#versions.clear();
    const missing = new Map<string, Use>();
    for (const { use } of asked) if (!this.#versions.has(textOf(use))) missing.set(textOf(use), use);
    const { entities, laws } = this.#deps;
    await eachInParallel(missing, async ([text, { table, key }]) => {
      const item = table === 'Entity' ? await entities.get(key) : await laws.get(key);
      this.#versions.set(text, usedVersion(item));
    });
  }
}
