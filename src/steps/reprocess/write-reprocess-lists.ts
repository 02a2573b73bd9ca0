/**
 * Writes the reprocess lists of a run, namespace after namespace. Documents come in ascending place, so a list is whole as
 * soon as the next namespace begins; only the one that is being written is held in memory, as bytes.
 */
import { PermanentError } from '../../errors.ts';
import type { AttemptId } from '../../job/contracts.ts';
import type { Place } from '../../publish/published.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import { reprocessKey } from '../pages/delta-keys.ts';
import type { ReprocessHeader } from '../pages/page-object.ts';

const LINE_FEED = 0x0a;

export class ReprocessLists {
  /** Documents by namespace, so far. */
  readonly counts: Record<string, number>;
  readonly #attempt: AttemptId;
  readonly #delta: Pick<ObjectStore, 'get' | 'put'>;
  #namespace: string | null = null;
  #lines: Buffer[] = [];

  private constructor(
    attempt: AttemptId,
    counts: Readonly<Record<string, number>>,
    delta: Pick<ObjectStore, 'get' | 'put'>,
  ) {
    this.#attempt = attempt;
    this.counts = { ...counts };
    this.#delta = delta;
  }

  /**
   * Goes on where an earlier turn ended; what a call wrote that went on from there already, and died, is left out.
   * @param writing the namespace whose list was begun, `null` when none was
   * @throws PermanentError `STORE_CORRUPT`: that list is gone
   */
  static async open(
    attempt: AttemptId,
    counts: Readonly<Record<string, number>>,
    writing: string | null,
    delta: Pick<ObjectStore, 'get' | 'put'>,
  ): Promise<ReprocessLists> {
    const lists = new ReprocessLists(attempt, counts, delta);
    if (writing === null) return lists;
    const key = reprocessKey(attempt, writing);
    const body = await delta.get(key);
    if (body === null) throw new PermanentError('STORE_CORRUPT', `The reprocess list \`${key}\` is gone.`, { key });
    lists.#namespace = writing;
    lists.#lines = [firstLines(body.subarray(body.indexOf(LINE_FEED) + 1), counts[writing] ?? 0)];
    return lists;
  }

  /** The namespace whose list is begun. */
  get writing(): string | null {
    return this.#namespace;
  }

  /** @param places ascending, each once, above all that came before */
  async add(places: readonly Place[]): Promise<void> {
    for (let start = 0; start < places.length; ) {
      const { namespace } = places[start] as Place;
      let end = start + 1;
      while (places[end]?.namespace === namespace) end += 1;
      if (namespace !== this.#namespace) await this.finish();
      this.#namespace = namespace;
      const lines = places.slice(start, end).map(({ lex_id }) => `${JSON.stringify(lex_id)}\n`);
      this.#lines.push(Buffer.from(lines.join('')));
      this.counts[namespace] = (this.counts[namespace] ?? 0) + lines.length;
      start = end;
    }
  }

  /** A whole namespace. */
  async addAll(namespace: string): Promise<void> {
    await this.#put(namespace, { format: 1, all: true, count: 0 }, []);
    this.counts[namespace] = -1;
  }

  /** Writes what there is of the list that is begun; a later turn goes on with it. */
  async flush(): Promise<void> {
    if (this.#namespace === null) return;
    const count = this.counts[this.#namespace] ?? 0;
    await this.#put(this.#namespace, { format: 1, all: false, count }, this.#lines);
  }

  async finish(): Promise<void> {
    await this.flush();
    this.#namespace = null;
    this.#lines = [];
  }

  async #put(namespace: string, header: ReprocessHeader, lines: readonly Buffer[]): Promise<void> {
    const body = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...lines]);
    await this.#delta.put(reprocessKey(this.#attempt, namespace), body);
  }
}

function firstLines(body: Buffer, count: number): Buffer {
  let end = 0;
  for (let lines = 0; lines < count; lines += 1) {
    const next = body.indexOf(LINE_FEED, end);
    if (next < 0) return body;
    end = next + 1;
  }
  return body.subarray(0, end);
}
