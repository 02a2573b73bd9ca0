/** Writes one page object: lines are collected, and go out in parts where they pass 16 MiB, the header's object last. */
import type { ObjectStore } from '../../stores/object-store.ts';
import { type DeltaName, deltaKey } from './delta-keys.ts';
import { emptyCounts } from './outcome-counts.ts';
import { MAX_PART_BYTES, type PageHeader } from './page-object.ts';

const LINE_FEED = Buffer.from('\n');

export interface PageObjectPlace {
  readonly folder: string;
  readonly namespace: string;
  readonly name: DeltaName;
  /** ISO. Stands in every part too, and so tells parts of one read from those of another. */
  readonly readAt: string;
}

/** What the header says beyond its place. */
export type PageSummary = Omit<PageHeader, 'format' | 'namespace' | 'page' | 'parts' | 'read_at'>;

export class PageObjectWriter {
  readonly #store: Pick<ObjectStore, 'put'>;
  readonly #place: PageObjectPlace;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #parts = 0;

  /** `options.parts`: parts that an earlier turn wrote. */
  constructor(
    store: Pick<ObjectStore, 'put'>,
    place: PageObjectPlace,
    options: { readonly maxPartBytes?: number | undefined; readonly parts?: number } = {},
  ) {
    this.#store = store;
    this.#place = place;
    this.#maxBytes = options.maxPartBytes ?? MAX_PART_BYTES;
    this.#parts = options.parts ?? 0;
  }

  /** Takes one line, in pieces without line ends. Views on memory that is not written again will do. */
  add(...pieces: readonly Buffer[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    this.#pieces.push(LINE_FEED);
    this.#bytes += 1;
  }

  /** Whether {@link flush} is due. */
  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  /** Parts that were written so far. */
  get parts(): number {
    return this.#parts;
  }

  /** Writes what is collected as the next part. */
  async flush(): Promise<void> {
    this.#parts += 1;
    const part = this.#header({ ...NO_SUMMARY, kind: 'part' }, this.#parts);
    await this.#put(this.#parts, part);
  }

  /** Writes the object with the header, and the lines that are in no part. @returns the header */
  async finish(summary: PageSummary): Promise<PageHeader> {
    const header = this.#header(summary, this.#parts);
    await this.#put(0, header);
    return header;
  }

  #header(summary: PageSummary, parts: number): PageHeader {
    const { namespace, name, readAt } = this.#place;
    return makeHeader(summary, { namespace, page: name.page, parts, readAt });
  }

  async #put(part: number, header: PageHeader): Promise<void> {
    const key = deltaKey(this.#place.folder, { ...this.#place.name, part });
    await this.#store.put(key, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...this.#pieces]));
    this.#pieces = [];
    this.#bytes = 0;
  }
}

/** A summary of nothing: what a part, a failed page or a void object says. */
export const NO_SUMMARY: PageSummary = {
  kind: 'void',
  status: 'read',
  after: null,
  through: null,
  reached_end: false,
  counts: emptyCounts(),
  known: 0,
  candidates: 0,
  duplicate_of_joint: null,
  may_hide_rows: false,
  total_docs: null,
  error: null,
};

/** A header with its keys in the declared order, so that equal headers are equal bytes. */
export function makeHeader(
  summary: PageSummary,
  place: { readonly namespace: string; readonly page: number; readonly parts: number; readonly readAt: string },
): PageHeader {
  return {
    format: 1,
    kind: summary.kind,
    namespace: place.namespace,
    page: place.page,
    parts: place.parts,
    status: summary.status,
    after: summary.after,
    through: summary.through,
    reached_end: summary.reached_end,
    counts: summary.counts,
    known: summary.known,
    candidates: summary.candidates,
    duplicate_of_joint: summary.duplicate_of_joint,
    may_hide_rows: summary.may_hide_rows,
    total_docs: summary.total_docs,
    error: summary.error,
    read_at: place.readAt,
  };
}
