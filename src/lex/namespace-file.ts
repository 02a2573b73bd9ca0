/**
 * One `{namespace}.ndjson` as it was at one moment. Nothing stays open between two reads: every read opens the file and
 * makes sure that it is still the one that was indexed, so a file that is replaced is noticed and leaves no handle behind.
 */
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { hasErrno, PermanentError, TransientError } from '../errors.ts';
import { createIdReader } from './document-id.ts';
import { findRow, type IdIndex, indexIds, type RowPlace } from './id-index.ts';
import { indexLines, type LineIndex, ROWS_PER_GROUP } from './line-index.ts';
import { holdsDocument } from './line-splitter.ts';

/** Pages of 1,000 documents of 2.4 KB are read in two or three blocks. */
const BLOCK_BYTES = 1024 * 1024;
const SCAN_BLOCK_BYTES = 4 * 1024 * 1024;
/** A file that changes while it is indexed is indexed again, so often. */
const INDEX_ATTEMPTS = 3;

export interface NamespaceFileOptions {
  readonly namespace: string;
  readonly path: string;
  /** Field of the document that holds its id, `undefined` when nobody knows it. */
  readonly idField: string | undefined;
  /** A file up to this size is held in memory. */
  readonly cacheBytes: number;
  readonly maxRowBytes: number;
}

export class NamespaceFile {
  /** Changes whenever the file's content does. */
  readonly identity: string;
  readonly sizeBytes: number;
  readonly lines: LineIndex;
  readonly #options: NamespaceFileOptions;
  readonly #bytes: Buffer | null;
  #ids: Promise<IdIndex | null> | undefined;

  constructor(
    options: NamespaceFileOptions,
    identity: string,
    sizeBytes: number,
    lines: LineIndex,
    bytes: Buffer | null,
  ) {
    this.#options = options;
    this.identity = identity;
    this.sizeBytes = sizeBytes;
    this.lines = lines;
    this.#bytes = bytes;
  }

  /** @throws TransientError `LEX_BODY_CUT`: the file was replaced or written to meanwhile */
  async read(start: number, end: number): Promise<Buffer> {
    if (this.#bytes !== null) return this.#bytes.subarray(start, end);
    return withFile(this.#options, async (file) => {
      const bytes = await readFully(file, Buffer.allocUnsafeSlow(end - start), start);
      // Afterwards: so one look covers everything between the indexing and this read.
      if (bytes.length < end - start || (await identityOf(file)).identity !== this.identity)
        throw changed(this.#options);
      return bytes;
    });
  }

  /** Position of the group that holds `row`, and how many rows stand in the group before it. */
  groupOf(row: number): { readonly position: number; readonly skip: number } {
    const position = this.lines.groupPositions[Math.floor(row / ROWS_PER_GROUP)] ?? this.sizeBytes;
    return { position, skip: row % ROWS_PER_GROUP };
  }

  /** First position at which at least `row` rows have ended. */
  endOfGroup(row: number): number {
    return this.lines.groupPositions[Math.ceil(row / ROWS_PER_GROUP)] ?? this.sizeBytes;
  }

  /** Where the line of `row` begins; the end of the file for a row that is not there. */
  async positionOf(row: number): Promise<number> {
    const { position, skip } = this.groupOf(row);
    if (skip === 0 || row >= this.lines.rows) return row >= this.lines.rows ? this.sizeBytes : position;
    const bytes = await this.read(position, this.endOfGroup(row));
    let start = 0;
    for (let passed = 0; ; ) {
      const end = bytes.indexOf(0x0a, start);
      if (holdsDocument(bytes, start, end === -1 ? bytes.length : end)) {
        if (passed === skip) return position + start;
        passed += 1;
      }
      start = end + 1;
    }
  }

  /** The bytes between two positions in blocks, the next one read while the last is worked on. */
  async *blocks(start: number, end: number): AsyncGenerator<Buffer> {
    if (start >= end) return;
    const read = (position: number) => {
      const block = this.read(position, Math.min(end, position + BLOCK_BYTES));
      block.catch(() => {}); // Seen when the block is taken, or nobody wants it any more.
      return block;
    };
    let next = read(start);
    for (let position = start; position < end; position += BLOCK_BYTES) {
      const block = await next;
      if (position + BLOCK_BYTES < end) next = read(position + BLOCK_BYTES);
      yield block;
    }
  }

  /** Where an id is, or would be; `null` when that cannot be told: no id field is known, or the ids do not ascend. */
  async findId(id: string): Promise<RowPlace | null> {
    const { idField } = this.#options;
    if (idField === undefined) return null;
    const readId = createIdReader(idField);
    this.#ids ??= indexIds(this, this.#options, readId);
    const ids = await this.#ids.catch((error: unknown) => {
      this.#ids = undefined; // A file that could not be read once may be readable the next time.
      throw error;
    });
    return ids === null ? null : findRow(this, this.#options, ids, readId, Buffer.from(id));
  }
}

/** @throws PermanentError `LEX_NAMESPACE_UNKNOWN`, `LEX_FOLDER_INVALID`, TransientError `LEX_BODY_CUT`: it keeps changing */
export async function openNamespaceFile(options: NamespaceFileOptions): Promise<NamespaceFile> {
  for (let attempt = 1; attempt <= INDEX_ATTEMPTS; attempt += 1) {
    const file = await withFile(options, (handle) => indexOnce(handle, options));
    if (file !== null) return file;
  }
  throw changed(options);
}

/** Identity of what stands at the path now. @throws as `openNamespaceFile` */
export async function currentIdentity(options: NamespaceFileOptions): Promise<string> {
  try {
    return identityIn(await stat(options.path, { bigint: true }));
  } catch (error) {
    throw asLexError(error, options);
  }
}

async function indexOnce(file: FileHandle, options: NamespaceFileOptions): Promise<NamespaceFile | null> {
  const { identity, sizeBytes } = await identityOf(file);
  const isCached = sizeBytes <= options.cacheBytes;
  const bytes = isCached ? await readFully(file, Buffer.allocUnsafeSlow(sizeBytes), 0) : null;
  const lines = await indexLines(bytes === null ? scanBlocks(file) : toAsync(bytes));
  if ((await identityOf(file)).identity !== identity) return null;
  return new NamespaceFile(options, identity, sizeBytes, lines, bytes);
}

async function identityOf(file: FileHandle): Promise<{ identity: string; sizeBytes: number }> {
  const found = await file.stat({ bigint: true });
  return { identity: identityIn(found), sizeBytes: Number(found.size) };
}

function identityIn({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join('-');
}

async function* scanBlocks(file: FileHandle): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafeSlow(SCAN_BLOCK_BYTES);
  for (let position = 0; ; ) {
    const read = await readFully(file, block, position);
    if (read.length === 0) return;
    yield read;
    position += read.length;
  }
}

async function* toAsync(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Fills `buffer` unless the file ends before. */
async function readFully(file: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function withFile<T>(options: NamespaceFileOptions, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(options.path, 'r');
    return await use(file);
  } catch (error) {
    throw asLexError(error, options);
  } finally {
    await file?.close();
  }
}

function asLexError(error: unknown, { namespace, path }: NamespaceFileOptions): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const details = { namespace, path };
  if (['ENOENT', 'ENAMETOOLONG', 'ENOTDIR'].some((errno) => hasErrno(error, errno))) {
    return new PermanentError('LEX_NAMESPACE_UNKNOWN', `There is no file \`${path}\`.`, details, { cause: error });
  }
  const what = `The file \`${path}\` cannot be read (${error.message}).`;
  return new PermanentError('LEX_FOLDER_INVALID', what, details, { cause: error });
}

function changed({ namespace, path }: NamespaceFileOptions): TransientError {
  return new TransientError('LEX_BODY_CUT', `The file \`${path}\` changed while it was read.`, { namespace, path });
}
