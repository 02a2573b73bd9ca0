/** What the base has for the places of a shard, as lines: most are the same as today's, and are never parsed. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import { comparePlaces, isSameRange, isWithin, type PlaceRange } from '../place.ts';
import type { Place, PublishedFile, RejectedEntry, RejectedEntryWithText, Shard, TableRow } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import type { PublishedDay } from '../read-published.ts';
import { rejectedEntry } from '../rejected-text.ts';
import { damageOf } from './faults.ts';
import { isTableRow } from './line-shapes.ts';

/** Said of a file of the base. */
export const BAD_LINE = 'has a line that cannot be parsed';

/** The file that a batch of lines is of: it is read when all of the batch before is behind. */
interface FileBeingRead {
  key: string;
}

/** Lines of one kind, one ahead. */
export class BaseLines<T> {
  readonly #lines: Cursor<string>;
  readonly #file: Readonly<FileBeingRead>;
  readonly #parse: (line: string) => T;
  readonly #placeOf: (value: T) => Place;
  #text: string | null = null;
  #value: T | null = null;

  constructor(
    linesOf: (file: FileBeingRead) => AsyncIterable<readonly string[]>,
    parse: (line: string) => T,
    placeOf: (value: T) => Place,
  ) {
    const file: FileBeingRead = { key: '' };
    this.#lines = new Cursor(linesOf(file));
    this.#file = file;
    this.#parse = parse;
    this.#placeOf = placeOf;
  }

  /** The line to look at; `null` at the end. */
  get text(): string | null {
    return this.#lines.head;
  }

  /** Key of the file that the line is of. */
  get key(): string {
    return this.#file.key;
  }

  /** What it says. @throws SyntaxError */
  get value(): T | null {
    const text = this.#lines.head;
    if (text !== null && text !== this.#text) {
      this.#text = text;
      this.#value = this.#parse(text);
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
  const lines =
    (isSame: boolean, part: Pick<Part, 'fileOf' | 'keep' | 'placeOf' | 'convert'>) =>
    (file: FileBeingRead): AsyncIterable<readonly string[]> =>
      linesWithin(a3, base, { shards: isSame ? [] : reaching, range: shard, file, onDamage, ...part });
  // An entry that is carried over from before texts had parts of their own loses its text.
  const apart = (one: Shard) =>
    shard.texts !== undefined && one.texts === undefined
      ? (line: string) => JSON.stringify(rejectedEntry(JSON.parse(line) as RejectedEntryWithText))
      : null;
  const isDocument = (line: string) => parseEntry(line).kind === 'document';
  return {
    rows: new BaseLines<TableRow>(
      lines(hasSameRows, { fileOf: ({ table }) => table, keep: null, placeOf: parseRow, convert: () => null }),
      parseRow,
      (row) => row,
    ),
    rejected: new BaseLines<RejectedEntry>(
      lines(hasSameRejected, {
        fileOf: ({ rejected }) => rejected,
        keep: isDocument,
        placeOf: (line) => placeOfEntry(parseEntry(line)),
        convert: apart,
      }),
      parseEntry,
      placeOfEntry,
    ),
    hasSameRows,
    hasSameRejected,
  };
}

/** @throws SyntaxError also where it is JSON, and no row */
function parseRow(line: string): TableRow {
  const value: unknown = JSON.parse(line);
  if (isTableRow(value)) return value;
  throw new SyntaxError('no row of the table');
}

/** @throws SyntaxError also where it is JSON, and of no place */
function parseEntry(line: string): RejectedEntry {
  const value = JSON.parse(line) as Partial<RejectedEntry> | null;
  if (typeof value?.namespace === 'string' && typeof value.place === 'string') return value as RejectedEntry;
  throw new SyntaxError('no rejection');
}

export function placeOfEntry({ namespace, place }: RejectedEntry): Place {
  return { namespace, lex_id: place };
}

interface Part {
  readonly shards: readonly Shard[];
  readonly range: PlaceRange;
  /** Told which file is read. */
  readonly file: FileBeingRead;
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
  { shards, range, file, fileOf, keep, placeOf, convert, onDamage }: Part,
): AsyncIterable<readonly string[]> {
  for (const shard of shards) {
    const key = `${base.folder}/${fileOf(shard).path}`;
    const isInside = reachesNoFurther(shard, range);
    const converted = convert(shard);
    file.key = key;
    try {
      for await (const lines of readPublishedLines(a3, base.folder, fileOf(shard))) {
        const own = isInside ? lines : lines.filter((line) => isWithin(placeOf(line), range));
        const kept = keep === null ? own : own.filter(keep);
        yield converted === null ? kept : kept.map(converted);
      }
    } catch (error) {
      const damage = error instanceof SyntaxError ? BAD_LINE : damageOf(error, key);
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
