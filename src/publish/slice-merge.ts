/**
 * Today's results of a range of places, merged from the slice outputs that reach into it. A slice is opened only when
 * the merge comes to its first place, so memory follows how many slices overlap, not how many there are.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { Cursor } from './cursor.ts';
import { corrupt, lineBatches, parsedBatches } from './lines.ts';
import { comparePlaces, isAbove, isPast, type PlaceRange } from './place.ts';
import type { Place } from './published.ts';
import { parseSliceHeader } from './slice-list.ts';
import type { SliceLine } from './slice-output.ts';

/** A slice output with the places that it spans. */
export interface SliceSpan {
  readonly key: string;
  readonly namespace: string;
  readonly first: string;
  readonly last: string;
}

export interface TodayLine {
  readonly place: Place;
  readonly line: SliceLine;
}

/** Where a line stands in the order: an unreadable row right after the last readable document before it. */
export function lineId(line: SliceLine): string {
  return line.op === 'unreadable' ? (line.after_id ?? '') : line.lex_id;
}

/** A document before the unreadable rows that follow it. */
export function compareLines(a: SliceLine, b: SliceLine): number {
  return compareBytes(lineId(a), lineId(b)) || Number(a.op === 'unreadable') - Number(b.op === 'unreadable');
}

/** All lines after the header. @throws PermanentError `STORE_CORRUPT` */
export async function* readSliceLines(
  key: string,
  a3: Pick<JobDailyA3Data, 'open'>,
): AsyncIterable<readonly SliceLine[]> {
  const blocks = await a3.open(key);
  if (blocks === null) throw corrupt(key, 'is missing');
  let isHeader = true;
  for await (const batch of parsedBatches(lineBatches(blocks, key), key, (line) => line)) {
    if (isHeader && parseSliceHeader(batch[0] ?? null) === null) throw corrupt(key, 'has no header');
    const lines = isHeader ? batch.slice(1) : batch;
    isHeader = false;
    yield lines.map((line) => parseSliceLine(line, key));
  }
  if (isHeader) throw corrupt(key, 'is empty');
}

function parseSliceLine(line: string, key: string): SliceLine {
  try {
    return JSON.parse(line) as SliceLine;
  } catch {
    throw corrupt(key, 'holds a line that cannot be parsed');
  }
}

export class SliceMerge {
  /** The line to look at; `null` at the end of the range. */
  head: TodayLine | null = null;
  readonly #range: PlaceRange;
  readonly #a3: Pick<JobDailyA3Data, 'open'>;
  /** Not yet opened, by first place. */
  readonly #waiting: SliceSpan[];
  readonly #open: { readonly namespace: string; readonly lines: Cursor<SliceLine> }[] = [];

  constructor(spans: readonly SliceSpan[], range: PlaceRange, a3: Pick<JobDailyA3Data, 'open'>) {
    this.#range = range;
    this.#a3 = a3;
    this.#waiting = spans.toSorted((a, b) => comparePlaces(firstOf(a), firstOf(b)) || compareBytes(a.key, b.key));
  }

  /** To the first line of the range, then from line to line. */
  async advance(): Promise<void> {
    do {
      this.head = await this.#takeLeast();
    } while (this.head !== null && !isAbove(this.head.place, this.#range.after));
    if (this.head !== null && isPast(this.head.place, this.#range)) this.head = null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map(({ lines }) => lines.close()));
  }

  async #takeLeast(): Promise<TodayLine | null> {
    let least = this.#least();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (least !== null && comparePlaces(firstOf(next), least.today.place) > 0) break;
      this.#waiting.shift();
      const lines = await Cursor.open(readSliceLines(next.key, this.#a3));
      this.#open.push({ namespace: next.namespace, lines });
      least = this.#least();
    }
    if (least === null) return null;
    await this.#open[least.index]?.lines.advance();
    return least.today;
  }

  /** Drops the slices that are read, and finds the least head among the others. Few are open at once. */
  #least(): { readonly today: TodayLine; readonly index: number } | null {
    let least: { today: TodayLine; index: number } | null = null;
    for (let index = 0; index < this.#open.length; index += 1) {
      const { namespace, lines } = this.#open[index]!;
      const line = lines.head;
      if (line === null) {
        this.#open.splice(index, 1);
        index -= 1;
        continue;
      }
      const today = { place: { namespace, lex_id: lineId(line) }, line };
      if (least === null || compareToday(today, least.today) < 0) least = { today, index };
    }
    return least;
  }
}

/** The unreadable rows at a place come after its document. */
function compareToday(a: TodayLine, b: TodayLine): number {
  return comparePlaces(a.place, b.place) || compareLines(a.line, b.line);
}

function firstOf(span: SliceSpan): Place {
  return { namespace: span.namespace, lex_id: span.first };
}
