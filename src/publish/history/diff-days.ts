/**
 * What differs between the tables of two published days, whatever lies between them: a merge join over both, in the order
 * of keys. Where both days hold the same shard (range and content), nothing is read.
 */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import { parseLine } from '../lines.ts';
import { comparePlaces, isSameBound } from '../place.ts';
import type { ChangeLine, Place, Shard, TableRow } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import type { PublishedDay } from '../read-published.ts';
import { compareKeys, differences, parseStoredRow } from '../table-row.ts';

/** As a line of a change log, without its cause: over several days there may be several. */
export type RowDifference = Omit<ChangeLine, 'cause'>;

/**
 * Ascending by key. A row that was made anew with the same values is no difference; one that only turned stale, or current
 * again, is `changed` with no field.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* diffDays(
  a3: Pick<JobDailyA3Data, 'open'>,
  from: PublishedDay,
  to: PublishedDay,
): AsyncIterable<RowDifference> {
  for (const segment of segments(from.manifest.shards, to.manifest.shards)) {
    if (!isSame(segment)) yield* diffSegment(a3, { day: from, shards: segment.from }, { day: to, shards: segment.to });
  }
}

/** The fewest neighbouring shards of both days that cover the same places. */
interface Segment {
  readonly from: readonly Shard[];
  readonly to: readonly Shard[];
}

function* segments(from: readonly Shard[], to: readonly Shard[]): Iterable<Segment> {
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [firstFrom, firstTo] = [i, j];
    i += 1;
    j += 1;
    while (i < from.length && j < to.length && !isSameBound(from[i - 1]!.through, to[j - 1]!.through)) {
      if (endsBefore(from[i - 1]!.through, to[j - 1]!.through)) i += 1;
      else j += 1;
    }
    // The last shard of either side reaches to the end.
    if (i >= from.length || j >= to.length) [i, j] = [from.length, to.length];
    yield { from: from.slice(firstFrom, i), to: to.slice(firstTo, j) };
  }
}

function endsBefore(a: Place | null, b: Place | null): boolean {
  return a !== null && (b === null || comparePlaces(a, b) < 0);
}

function isSame({ from, to }: Segment): boolean {
  return from.length === 1 && to.length === 1 && from[0]!.table.content_sha256 === to[0]!.table.content_sha256;
}

interface Side {
  readonly day: PublishedDay;
  readonly shards: readonly Shard[];
}

async function* diffSegment(a3: Pick<JobDailyA3Data, 'open'>, from: Side, to: Side): AsyncIterable<RowDifference> {
  const old = new SideLines(a3, from);
  const now = new SideLines(a3, to);
  try {
    await Promise.all([old.advance(), now.advance()]);
    while (old.head !== null || now.head !== null) {
      // Most rows are copies: nothing is parsed for them.
      const isCopy = old.head === now.head;
      const [before, after] = isCopy ? [null, null] : [old.row(), now.row()];
      const order = isCopy ? 0 : compareRows(before, after);
      if (order <= 0) await old.advance();
      if (order >= 0) await now.advance();
      const difference = differenceOf(order <= 0 ? before : null, order >= 0 ? after : null);
      if (difference !== null) yield difference;
    }
  } catch (error) {
    // A line that is damaged may be JSON still and lack what a row has: at the end of its file the damage is known.
    if (error instanceof TypeError) for (const side of [old, now]) while (side.head !== null) await side.advance();
    throw error;
  } finally {
    await Promise.all([old.close(), now.close()]);
  }
}

/** The lines of a side, one ahead. */
class SideLines extends Cursor<string> {
  /** The file that `head` is of: a batch is of one, and the next is read when all of it is behind. */
  readonly #file: { name: string };

  constructor(a3: Pick<JobDailyA3Data, 'open'>, side: Side) {
    const file = { name: '' };
    super(
      linesOf(a3, side, (name) => {
        file.name = name;
      }),
    );
    this.#file = file;
  }

  /** What the line says; `null` at the end. @throws PermanentError `STORE_CORRUPT` naming the file */
  row(): TableRow | null {
    return this.head === null ? null : parseLine(this.head, this.#file.name, null, parseStoredRow).row;
  }
}

async function* linesOf(
  a3: Pick<JobDailyA3Data, 'open'>,
  { day, shards }: Side,
  onFile: (name: string) => void,
): AsyncIterable<readonly string[]> {
  for (const { table } of shards) {
    onFile(`${day.folder}/${table.path}`);
    yield* readPublishedLines(a3, day.folder, table);
  }
}

/** What is not there comes last. */
function compareRows(old: TableRow | null, now: TableRow | null): number {
  if (old === null || now === null) return Number(old === null) - Number(now === null);
  return comparePlaces(old, now) || compareKeys(old, now);
}

/** What differs between the rows of one document. @param from ascending by key; @param to likewise */
export function diffRows(from: readonly TableRow[], to: readonly TableRow[]): readonly RowDifference[] {
  const found: RowDifference[] = [];
  for (let [i, j] = [0, 0]; i < from.length || j < to.length; ) {
    const [old, now] = [from[i] ?? null, to[j] ?? null];
    const order = compareRows(old, now);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
    const difference = differenceOf(order <= 0 ? old : null, order >= 0 ? now : null);
    if (difference !== null) found.push(difference);
  }
  return found;
}

function differenceOf(old: TableRow | null, now: TableRow | null): RowDifference | null {
  if (old === null) return now === null ? null : whole('added', now);
  if (now === null) return whole('removed', old);
  const fields = differences(old, now);
  const [from, to] = [old.lineage.stale_since, now.lineage.stale_since];
  const stale = from === to ? null : { from, to };
  if (stale === null && Object.keys(fields).length === 0) return null;
  return { ...whole('changed', now), fields, stale };
}

function whole(change: RowDifference['change'], row: TableRow): RowDifference {
  const { namespace, lex_id } = row;
  const key = { 'A3.2': row['A3.2'], 'A3.3': row['A3.3'], 'A3.6': row['A3.6'] };
  return { change, namespace, lex_id, ...key, fields: {}, stale: null };
}
