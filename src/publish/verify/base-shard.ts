/** What the base has for the places of a shard, as lines: most are the same as today's, and are never parsed. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import { comparePlaces, isSameRange, isWithin, type PlaceRange } from '../place.ts';
import type { Place, PublishedFile, RejectedEntry, RejectedEntryWithText, Shard, TableRow } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import type { PublishedDay } from '../read-published.ts';
import { rejectedEntry } from '../rejected-text.ts';
import { damageOf } from './faults.ts';

/** Lines of one kind, one ahead. */
export class BaseLines<T> {
  readonly #lines: Cursor<string>;
  readonly #placeOf: (value: T) => Place;
  #text: string | null = null;
  #value: T | null = null;

  constructor(lines: AsyncIterable<readonly string[]>, placeOf: (value: T) => Place) {
    this.#lines = new Cursor(lines);
    this.#placeOf = placeOf;
  }

  /** The line to look at; `null` at the end. */
  get text(): string | null {
    return this.#lines.head;
  }

  /** What it says. @throws SyntaxError */
  get value(): T | null {
    const text = this.#lines.head;
    if (text !== null && text !== this.#text) {
      this.#text = text;
      this.#value = JSON.parse(text) as T;
    }
    return text === null ? null : this.#value;
  }

  /** @throws SyntaxError */
  get place(): Place | null {
    const { value } = this;
    return value === null ? null : this.#placeOf(value);
  }

  advance(): Promise<void> | undefined {
    return this.#lines.advance();
  }

  close(): Promise<void> {
    return this.#lines.close();
  }
}

export interface BaseShard {
  readonly rows: BaseLines<TableRow>;
  /** Documents alone: unreadable rows are of their day. */
  readonly rejected: BaseLines<RejectedEntry>;
  /** Whether the base has the very file, so that nothing of it is read. */
  readonly hasSameRows: boolean;
  readonly hasSameRejected: boolean;
}

/** @param onDamage told what is wrong with a file of the base; reading it ends there */
export function openBaseShard(
  a3: Pick<JobDailyA3Data, 'open'>,
  base: PublishedDay,
  shard: Shard,
  onDamage: (key: string, what: string) => void,
): BaseShard {
  const reaching = base.manifest.shards.filter((one) => overlaps(one, shard));
  const [only, ...others] = reaching;
  const twin = only !== undefined && others.length === 0 && isSameRange(only, shard) ? only : null;
  const hasSameRows = twin?.table.content_sha256 === shard.table.content_sha256;
  const hasSameRejected =
    twin?.rejected.content_sha256 === shard.rejected.content_sha256 && twin.unreadable + shard.unreadable === 0;
  const lines = (
    isSame: boolean,
    fileOf: (shard: Shard) => PublishedFile,
    keep: ((line: string) => boolean) | null,
    placeOf: (line: string) => Place,
    convert: Part['convert'],
  ): AsyncIterable<readonly string[]> =>
    linesWithin(a3, base, { shards: isSame ? [] : reaching, range: shard, fileOf, keep, placeOf, convert, onDamage });
  const rowPlace = (line: string) => JSON.parse(line) as TableRow;
  const rejectedPlace = (line: string) => placeOfEntry(JSON.parse(line) as RejectedEntry);
  // An entry that is carried over from before texts had parts of their own loses its text.
  const apart = (one: Shard) =>
    shard.texts !== undefined && one.texts === undefined
      ? (line: string) => JSON.stringify(rejectedEntry(JSON.parse(line) as RejectedEntryWithText))
      : null;
  const isDocument = (line: string) => (JSON.parse(line) as RejectedEntry).kind === 'document';
  return {
    rows: new BaseLines<TableRow>(
      lines(
        hasSameRows,
        ({ table }) => table,
        null,
        rowPlace,
        () => null,
      ),
      (row) => row,
    ),
    rejected: new BaseLines<RejectedEntry>(
      lines(hasSameRejected, ({ rejected }) => rejected, isDocument, rejectedPlace, apart),
      placeOfEntry,
    ),
    hasSameRows,
    hasSameRejected,
  };
}

export function placeOfEntry({ namespace, place }: RejectedEntry): Place {
  return { namespace, lex_id: place };
}

interface Part {
  readonly shards: readonly Shard[];
  readonly range: PlaceRange;
  readonly fileOf: (shard: Shard) => PublishedFile;
  readonly keep: ((line: string) => boolean) | null;
  readonly placeOf: (line: string) => Place;
  /** What becomes of the lines of a shard; `null`: they stay. */
  readonly convert: (shard: Shard) => ((line: string) => string) | null;
  readonly onDamage: (key: string, what: string) => void;
}

async function* linesWithin(
  a3: Pick<JobDailyA3Data, 'open'>,
  base: PublishedDay,
  { shards, range, fileOf, keep, placeOf, convert, onDamage }: Part,
): AsyncIterable<readonly string[]> {
  for (const shard of shards) {
    const key = `${base.folder}/${fileOf(shard).path}`;
    const isInside = reachesNoFurther(shard, range);
    const converted = convert(shard);
    try {
      for await (const lines of readPublishedLines(a3, base.folder, fileOf(shard))) {
        const own = isInside ? lines : lines.filter((line) => isWithin(placeOf(line), range));
        const kept = keep === null ? own : own.filter(keep);
        yield converted === null ? kept : kept.map(converted);
      }
    } catch (error) {
      const damage = error instanceof SyntaxError ? 'has a line that cannot be parsed' : damageOf(error, key);
      if (damage === null) throw error;
      onDamage(key, damage);
      return;
    }
  }
}

function overlaps(a: PlaceRange, b: PlaceRange): boolean {
  return !endsBefore(a.through, b.after) && !endsBefore(b.through, a.after);
}

/** Whether nothing at or below `through` lies above `after`. */
function endsBefore(through: Place | null, after: Place | null): boolean {
  return through !== null && after !== null && comparePlaces(through, after) <= 0;
}

function reachesNoFurther(shard: PlaceRange, range: PlaceRange): boolean {
  const startsInside = range.after === null || (shard.after !== null && comparePlaces(shard.after, range.after) >= 0);
  const endsInside =
    range.through === null || (shard.through !== null && comparePlaces(shard.through, range.through) <= 0);
  return startsInside && endsInside;
}
