/**
 * Finding few lines in a large published file: its bytes are searched, and only lines that hold what is looked for become
 * text. What was found counts only when the file's stored bytes are those that were published, so all of them are read;
 * they are decompressed only as far as the lines can be.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip } from 'node:zlib';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { corrupt } from '../lines.ts';
import type { PublishedFile } from '../published.ts';
import { readStoredBytes } from '../published-file-reader.ts';

/** Uncompressed bytes that are searched at once. */
const BLOCK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

export interface LineSearch<T, R> {
  /** A line is meant when it holds one of these texts, and `isMeant` says so too. */
  readonly texts: readonly string[];
  readonly isMeant: (line: T) => boolean;
  /** Whether no line after this one can be meant: the file ascends. @default never */
  readonly isPast?: (line: T) => boolean;
  /** What is kept of a line that is meant. */
  readonly keep: (line: T) => R;
}

/**
 * The lines that are meant, in the order of the file.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function searchLines<T, R>(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  file: PublishedFile,
  search: LineSearch<T, R>,
): Promise<readonly R[]> {
  if (file.lines === 0) return [];
  const key = `${folder}/${file.path}`;
  const searcher = new Searcher(key, search);
  // What is behind the last line is never decompressed, so its end is missing: that is no fault.
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  const allRead = pipeline(Readable.from(neededBytes(readStoredBytes(a3, key, file), searcher)), gunzip);
  allRead.catch(() => undefined); // Seen below.
  try {
    for await (const block of gunzip as AsyncIterable<Buffer>) searcher.add(block);
    // The decompressor ends at the first byte behind its stream: what is there is still to be read and found wrong.
    await allRead;
  } catch (error) {
    if (isZlibError(error)) throw corrupt(key, `cannot be decompressed (${error.code})`);
    throw error;
  }
  return searcher.found;
}

/** Reads on when nothing more is needed, so that all bytes are checked. */
async function* neededBytes(blocks: AsyncIterable<Buffer>, searcher: { readonly isDone: boolean }) {
  for await (const block of blocks) if (!searcher.isDone) yield block;
}

class Searcher<T, R> {
  readonly found: R[] = [];
  isDone = false;
  readonly #key: string;
  readonly #search: LineSearch<T, R>;
  readonly #texts: readonly Buffer[];
  /** The beginning of a line whose end has not come yet. */
  #pending: Buffer[] = [];

  constructor(key: string, search: LineSearch<T, R>) {
    this.#key = key;
    this.#search = search;
    this.#texts = search.texts.map((text) => Buffer.from(text));
  }

  add(block: Buffer): void {
    if (this.isDone) return;
    const first = block.indexOf(LINE_FEED) + 1;
    if (first === 0) {
      this.#pending.push(block);
      return;
    }
    if (this.#pending.length > 0) this.#searchIn(Buffer.concat([...this.#pending, block.subarray(0, first)]));
    const start = this.#pending.length > 0 ? first : 0;
    const end = block.lastIndexOf(LINE_FEED) + 1;
    if (end > start && !this.isDone) this.#searchIn(block.subarray(start, end));
    this.#pending = end < block.length ? [block.subarray(end)] : [];
  }

  /** @param lines whole lines, with their ends */
  #searchIn(lines: Buffer): void {
    const { isMeant, keep, isPast } = this.#search;
    for (const start of this.#startsOf(lines)) {
      const line = this.#parse(lines, start);
      if (isMeant(line)) this.found.push(keep(line));
    }
    if (isPast === undefined) return;
    this.isDone = isPast(this.#parse(lines, lines.lastIndexOf(LINE_FEED, lines.length - 2) + 1));
  }

  /** Where the lines begin that hold one of the texts. */
  #startsOf(lines: Buffer): readonly number[] {
    const starts = new Set<number>();
    for (const text of this.#texts) {
      for (let at = lines.indexOf(text); at >= 0; at = lines.indexOf(text, lines.indexOf(LINE_FEED, at))) {
        starts.add(lines.lastIndexOf(LINE_FEED, at) + 1);
      }
    }
    return [...starts].sort((a, b) => a - b);
  }

  #parse(lines: Buffer, start: number): T {
    try {
      return JSON.parse(lines.toString('utf8', start, lines.indexOf(LINE_FEED, start))) as T;
    } catch {
      // The parser's message would quote the line: contents never go into an error.
      throw corrupt(this.#key, 'has a line that cannot be parsed');
    }
  }
}

function isZlibError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
