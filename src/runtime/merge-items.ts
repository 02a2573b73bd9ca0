import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import type { LineSpool } from '../stores/embedded/line-spool.ts';

type Item = EntityItem | AliasItem;

/**
 * Items in the order of keys, merged from the spool's partitions, which are sorted each: a store that is sorted by key takes them faster so,
 * with less memory for what is not yet committed, and in less room.
 */
export async function* mergeItems(items: LineSpool): AsyncGenerator<Item> {
  const cursors = Array.from({ length: items.partitions }, (_, partition) => new Cursor(items.pieces(partition)));
  for (const cursor of cursors) await cursor.step();
  for (;;) {
    let least: Cursor | null = null;
    // Partitions are few, so looking at each is as fast as a heap.
    for (const cursor of cursors) {
      if (cursor.item !== null && (least === null || cursor.key < least.key)) least = cursor;
    }
    if (least === null) return;
    yield least.item!;
    const turning = least.step();
    if (turning !== undefined) await turning;
  }
}

/** Where a merge stands in a partition. */
class Cursor {
  readonly #pieces: AsyncGenerator<readonly string[], void, void>;
  #lines: readonly string[] = [];
  #at = 0;
  /** `null` before the first {@link step} and after the last. */
  item: Item | null = null;
  key = '';

  constructor(pieces: AsyncGenerator<readonly string[], void, void>) {
    this.#pieces = pieces;
  }

  /** Goes on to the next item; only a new piece has to be waited for. */
  step(): Promise<void> | undefined {
    if (this.#at === this.#lines.length) return this.#turn();
    this.item = JSON.parse(this.#lines[this.#at]!) as Item;
    this.key = this.item.entity_key;
    this.#at += 1;
    return undefined;
  }

  async #turn(): Promise<void> {
    this.item = null;
    const next = await this.#pieces.next();
    if (next.done) return;
    this.#lines = next.value;
    this.#at = 0;
    await this.step();
  }
}
