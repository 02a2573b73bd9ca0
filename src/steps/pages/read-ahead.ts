/** Sends the first requests of a worker's next pages while it works on the page in hand. */
import type { LexSource, RowsAnswer } from '../../lex/lex-source.ts';
import { firstOffset } from './query-page.ts';
import type { AskRows } from './read-range.ts';

/** Answers that may be under way beside the one in work; each holds some MiB. */
const PAGES_AHEAD = 2;

export class ReadAhead {
  readonly #lex: Pick<LexSource, 'readRows'>;
  readonly #namespace: string;
  readonly #pageSize: number;
  /** Pages from one of this worker's to its next. */
  readonly #stride: number;
  readonly #sent = new Map<number, Promise<RowsAnswer>>();
  readonly #abort = new AbortController();

  constructor(lex: Pick<LexSource, 'readRows'>, namespace: string, pageSize: number, stride: number) {
    this.#lex = lex;
    this.#namespace = namespace;
    this.#pageSize = pageSize;
    this.#stride = stride;
  }

  /** How the page is asked for: its first request of the first attempt was sent ahead, the others are sent when asked. */
  askFor(page: number): (attempt: number) => AskRows {
    const first = this.#send(page);
    this.#sent.delete(page);
    for (let i = 1; i <= PAGES_AHEAD; i += 1) this.#send(page + i * this.#stride);
    let isUsed = false;
    return () => (offset, limit) => {
      if (isUsed) return this.#ask(offset, limit);
      isUsed = true;
      return first;
    };
  }

  /** Gives back what nobody will read. */
  close(): void {
    this.#abort.abort();
    this.#sent.clear();
  }

  #send(page: number): Promise<RowsAnswer> {
    const sent = this.#sent.get(page);
    if (sent !== undefined) return sent;
    const limit = page === 0 ? this.#pageSize : this.#pageSize + 1;
    const answer = this.#ask(firstOffset(page, this.#pageSize), limit);
    answer.catch(() => undefined); // Whoever takes the answer meets its error; nobody may.
    this.#sent.set(page, answer);
    return answer;
  }

  #ask(offset: number, limit: number): Promise<RowsAnswer> {
    return this.#lex.readRows(this.#namespace, offset, limit, { signal: this.#abort.signal });
  }
}
