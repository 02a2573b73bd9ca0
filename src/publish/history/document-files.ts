/** What published days hold of one document. Of each day only the shard of its place is read. */
import type { HeldReason } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type { ChangeLine, HeldRemoval, Place, PublishedFile, RejectedEntry, Shard, TableRow } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { rejectedEntry } from '../rejected-text.ts';
import { type LineSearch, searchLines } from './search-lines.ts';

export interface DocumentRejects {
  readonly rejected: RejectedEntry | null;
  /** Rows of Lex of that day with this id that could not be read. */
  readonly unreadable: readonly RejectedEntry[];
}

/** The shard that holds a place. Shards tile the whole order. */
export function shardAt(shards: readonly Shard[], place: Place): Shard | null {
  let [low, high] = [0, shards.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { through } = shards[middle] as Shard;
    if (through === null || comparePlaces(place, through) <= 0) high = middle;
    else low = middle + 1;
  }
  return shards[low] ?? null;
}

/** The one before that. */
export function shardBefore(shards: readonly Shard[], place: Place): Shard | null {
  const shard = shardAt(shards, place);
  return shard === null ? null : (shards[shards.indexOf(shard) - 1] ?? null);
}

/** Files of the same contents are read once. */
export class DocumentFiles {
  readonly #a3: Pick<JobDailyA3Data, 'open'>;
  readonly #place: Place;
  /** By kind and SHA-256 of the contents. */
  readonly #read = new Map<string, Promise<readonly unknown[]>>();

  constructor(a3: Pick<JobDailyA3Data, 'open'>, { namespace, lex_id }: Place) {
    this.#a3 = a3;
    this.#place = { namespace, lex_id };
  }

  /** @throws PermanentError `STORE_CORRUPT` */
  rows(day: PublishedDay): Promise<readonly TableRow[]> {
    return this.#find(day, 'table', (row: TableRow) => row);
  }

  /** @throws PermanentError `STORE_CORRUPT` */
  async rejects(day: PublishedDay): Promise<DocumentRejects> {
    const known = await this.#find(day, 'rejected', rejectedEntry);
    return {
      rejected: known.find(({ kind }) => kind === 'document') ?? null,
      unreadable: [...(await this.#before(day)), ...known].filter(({ kind }) => kind === 'unreadable'),
    };
  }

  /** An unreadable row stands behind the document before it, which may be the last one of the shard before. */
  async #before(day: PublishedDay): Promise<readonly RejectedEntry[]> {
    return (shardBefore(day.manifest.shards, this.#place)?.unreadable ?? 0) === 0
      ? []
      : this.#find(day, 'rejected', rejectedEntry, shardBefore);
  }

  /**
   * Rows of Lex of that day without a readable id whose broken text looks like this document: one may be it.
   * @throws PermanentError `STORE_CORRUPT`
   */
  async alike({ folder, manifest }: PublishedDay): Promise<readonly RejectedEntry[]> {
    const { namespace, lex_id } = this.#place;
    // Such a row stands behind the document before it, as one with an id does.
    const shards = [shardBefore(manifest.shards, this.#place), shardAt(manifest.shards, this.#place)];
    const found: RejectedEntry[] = [];
    for (const shard of shards) {
      if (shard === null || shard.unreadable === 0) continue;
      const search: LineSearch<RejectedEntry, RejectedEntry> = {
        texts: [`"value":${JSON.stringify(lex_id)}`],
        isMeant: (line) =>
          line.kind === 'unreadable' &&
          line.lex_id === null &&
          line.namespace === namespace &&
          line.findings[0]?.value === lex_id,
        keep: rejectedEntry,
      };
      found.push(...(await searchLines(this.#a3, folder, shard.rejected, search)));
    }
    return found;
  }

  /** Why its removal was held back on the day; `null`: it was not, or the day does not list them. @throws PermanentError `STORE_CORRUPT` */
  async held({ folder, manifest }: PublishedDay): Promise<HeldReason | null> {
    const file = manifest.held_removals ?? null;
    if (file === null) return null;
    const [reason = null] = await this.#search(folder, file, (line: HeldRemoval) => line.reason);
    return reason;
  }

  /** The day's change log of the document. @throws PermanentError `STORE_CORRUPT` */
  changes(day: PublishedDay): Promise<readonly ChangeLine[]> {
    return this.#find(day, 'changes', (line: ChangeLine) => line);
  }

  #find<T extends Line, R>(
    { folder, manifest }: PublishedDay,
    kind: 'table' | 'rejected' | 'changes',
    keep: (line: T) => R,
    which: typeof shardAt = shardAt,
  ): Promise<readonly R[]> {
    const file = which(manifest.shards, this.#place)?.[kind];
    if (file === undefined) return Promise.resolve([]);
    const known = `${kind} ${file.content_sha256}`;
    const reading = this.#read.get(known) ?? this.#search(folder, file, keep);
    this.#read.set(known, reading);
    return reading as Promise<readonly R[]>;
  }

  #search<T extends Line, R>(folder: string, file: PublishedFile, keep: (line: T) => R): Promise<readonly R[]> {
    const { namespace, lex_id } = this.#place;
    return searchLines<T, R>(this.#a3, folder, file, {
      texts: [`"lex_id":${JSON.stringify(lex_id)}`],
      isMeant: (line) => line.lex_id === lex_id && line.namespace === namespace,
      isPast: (line) => comparePlaces(placeOf(line), this.#place) > 0,
      keep,
    });
  }
}

type Line = { readonly namespace: string; readonly lex_id: string | null; readonly place?: string };

/** A rejected entry has a place of its own, because an unreadable row may have no id. */
function placeOf({ namespace, lex_id, place }: Line): Place {
  return { namespace, lex_id: place ?? lex_id ?? '' };
}
