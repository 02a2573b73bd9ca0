import { compareBytes } from '../../agreements/byte-order.ts';
import type { Item } from './attributes.ts';
import type { ItemPage } from './dynamo-table.ts';

/** Items a batch that comes out. */
const BATCH_ITEMS = 2_000;

/**
 * Merges ranges, each ascending by `keyOf` (bytes), into one. Each range reads one page ahead, so a merge of 16 holds at
 * most 32 pages; how many are read at once is the table's pace.
 */
export async function* mergeRanges(
  ranges: readonly (() => Promise<ItemPage>)[],
  keyOf: (item: Item) => string,
): AsyncIterable<readonly Item[]> {
  const cursors = await Promise.all(ranges.map(async (read) => new Cursor(await read(), keyOf)));
  let batch: Item[] = [];
  for (;;) {
    for (const cursor of cursors) if (cursor.isSpent) await cursor.turn();
    const least = leastOf(cursors);
    if (least === null) break;
    batch.push(least.take());
    if (batch.length < BATCH_ITEMS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Ranges are few, so looking at each is as fast as a heap. */
function leastOf(cursors: readonly Cursor[]): Cursor | null {
  let least: Cursor | null = null;
  for (const cursor of cursors) {
    if (cursor.key === null) continue;
    if (least === null || compareBytes(cursor.key, least.key!) < 0) least = cursor;
  }
  return least;
}

class Cursor {
  readonly #keyOf: (item: Item) => string;
  #items: readonly Item[] = [];
  #next: Promise<ItemPage> | null = null;
  #at = 0;
  /** Key of the next item; `null` when the page is read through. */
  key: string | null = null;

  constructor(page: ItemPage, keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
    this.#open(page);
  }

  /** Read through, and there may be more. */
  get isSpent(): boolean {
    return this.key === null && this.#next !== null;
  }

  /** Goes on to the next page that holds something. */
  async turn(): Promise<void> {
    while (this.key === null && this.#next !== null) this.#open(await this.#next);
  }

  take(): Item {
    const item = this.#items[this.#at]!;
    this.#at += 1;
    this.#look();
    return item;
  }

  #open(page: ItemPage): void {
    this.#items = page.items;
    this.#at = 0;
    this.#next = page.next?.() ?? null;
    this.#next?.catch(() => {}); // Told to the one who turns the page; a merge that is given up turns none.
    this.#look();
  }

  #look(): void {
    const item = this.#items[this.#at];
    this.key = item === undefined ? null : this.#keyOf(item);
  }
}
