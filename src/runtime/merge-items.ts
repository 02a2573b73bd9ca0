import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import type { LineSpool } from '../stores/embedded/line-spool.ts';

type Item = EntityItem | AliasItem;

/**
 * Items as JSON in the order of keys, merged from the spool's partitions, which are sorted each: a store that is sorted by key
 * takes them faster so, with less memory for what is not yet committed, and in less room.
 */
export async function* mergeItems(items: LineSpool): AsyncGenerator<string> {
  /** Descending by key: the last one holds the next item. */
  const cursors: Cursor[] = [];
  for (let partition = 0; partition < items.partitions; partition += 1) {
    const cursor = new Cursor(items.pieces(partition));
    await cursor.step();
    if (cursor.text !== null) insert(cursor, cursors);
  }
  for (let least = cursors.pop(); least !== undefined; least = cursors.pop()) {
    yield least.text!;
    const turning = least.step();
    if (turning !== undefined) await turning;
    if (least.text !== null) insert(least, cursors);
  }
}

function insert(cursor: Cursor, descending: Cursor[]): void {
  let low = 0;
  for (let high = descending.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (descending[middle]!.key > cursor.key) low = middle + 1;
    else high = middle;
  }
  descending.splice(low, 0, cursor);
}

/** Where a merge stands in a partition. */
class Cursor {
  readonly #pieces: AsyncGenerator<readonly string[], void, void>;
  #lines: readonly string[] = [];
  #at = 0;
  /** `null` before the first {@link step} and after the last. */
  text: string | null = null;
  key = '';

  constructor(pieces: AsyncGenerator<readonly string[], void, void>) {
    this.#pieces = pieces;
  }

  /** Goes on to the next item; only a new piece has to be waited for. */
  step(): Promise<void> | undefined {
    if (this.#at === this.#lines.length) return this.#turn();
    this.text = this.#lines[this.#at]!;
    this.key = (JSON.parse(this.text) as Item).entity_key;
    this.#at += 1;
    return undefined;
  }

  async #turn(): Promise<void> {
    this.text = null;
    const next = await this.#pieces.next();
    if (next.done) return;
    this.#lines = next.value;
    this.#at = 0;
    await this.step();
  }
}
