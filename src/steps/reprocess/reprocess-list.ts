/** The sorted ids that are to be transformed again, looked up in step with a page's rows. */
import { compareBytes } from '../../agreements/byte-order.ts';
import { PermanentError } from '../../errors.ts';
import type { AttemptId } from '../../job/contracts.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import { reprocessKey } from '../pages/delta-keys.ts';
import type { ReprocessHeader } from '../pages/page-object.ts';

const LINE_FEED = 0x0a;

/** Stays bytes: a list of millions of ids costs no object per id. */
export class ReprocessList {
  /** Whether every document of the namespace is on the list. */
  readonly isAll: boolean;
  readonly #key: string;
  readonly #body: Buffer;
  /** Start of the first id's line. */
  readonly #first: number;
  /** Start of the line behind the one that {@link #next} was read from. */
  #at: number;
  /** The least id that was not passed yet; `null`: none is left. */
  #next: string | null;

  constructor(key: string, body: Buffer | null) {
    this.#key = key;
    this.#body = body ?? Buffer.alloc(0);
    const end = this.#body.indexOf(LINE_FEED);
    this.isAll = body !== null && readHeader(key, body, end).all;
    this.#first = this.isAll || end < 0 ? this.#body.length : end + 1;
    this.#at = this.#first;
    this.#next = this.#take();
  }

  /** Whether it holds no id: the hot path then asks nothing. */
  get isEmpty(): boolean {
    return !this.isAll && this.#first >= this.#body.length;
  }

  /** Goes to the first id above `after`, forwards or back. */
  seek(after: string | null): void {
    let low = this.#first;
    let high = this.#body.length;
    while (low < high) {
      const middle = this.#body.lastIndexOf(LINE_FEED, Math.floor((low + high) / 2) - 1) + 1;
      const start = Math.max(low, middle);
      const end = this.#lineEnd(start);
      if (after !== null && compareBytes(this.#idAt(start, end), after) <= 0) low = end + 1;
      else high = start;
    }
    this.#at = low;
    this.#next = this.#take();
  }

  /** Whether `id` is on the list. Ids are asked for in ascending order since the last {@link seek}. */
  has(id: string): boolean {
    if (this.isAll) return true;
    while (this.#next !== null && this.#next !== id && compareBytes(this.#next, id) < 0) this.#next = this.#take();
    return this.#next === id;
  }

  #take(): string | null {
    if (this.#at >= this.#body.length) return null;
    const end = this.#lineEnd(this.#at);
    const id = this.#idAt(this.#at, end);
    this.#at = end + 1;
    return id;
  }

  #lineEnd(start: number): number {
    const end = this.#body.indexOf(LINE_FEED, start);
    return end < 0 ? this.#body.length : end;
  }

  #idAt(start: number, end: number): string {
    const id = parse(this.#key, this.#body.toString('utf8', start, end));
    if (typeof id !== 'string') throw corrupt(this.#key);
    return id;
  }
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function readReprocessList(
  delta: Pick<ObjectStore, 'get'>,
  attempt: AttemptId,
  namespace: string,
): Promise<ReprocessList> {
  const key = reprocessKey(attempt, namespace);
  return new ReprocessList(key, await delta.get(key));
}

function readHeader(key: string, body: Buffer, end: number): ReprocessHeader {
  const header = parse(key, body.toString('utf8', 0, end < 0 ? body.length : end)) as Partial<ReprocessHeader> | null;
  if (header?.format !== 1 || typeof header.all !== 'boolean') throw corrupt(key);
  return header as ReprocessHeader;
}

function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt(key);
  }
}

function corrupt(key: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `The reprocess list \`${key}\` cannot be read.`, { key });
}
