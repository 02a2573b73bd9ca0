/**
 * Lines dealt into partitions, for work that must not hold all of them: each partition is small enough to be held at once.
 * Lies in memory as long as it is small, then in one temporary file that nobody else can see, and that is gone with its
 * process. Lines hold no line feed. One is added after the other: whoever adds waits when there is something to wait for.
 */

import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError } from './storage-error.ts';

const LF = 0x0a;
/** Bytes that a partition holds in memory before they are written. */
const PARTITION_BYTES = 64 * 1024;

interface Piece {
  readonly position: number;
  readonly bytes: number;
}

export class LineSpool {
  readonly partitions: number;
  readonly #folder: string;
  /** Bytes, not texts: a text may be a part of a large one, and would keep all of that in memory. */
  readonly #waiting: (Buffer | undefined)[];
  readonly #waitingBytes: number[];
  readonly #pieces: Piece[][];
  #file: FileHandle | undefined;
  #length = 0;

  /** @param folder where the temporary file lies, made when it is needed */
  constructor(folder: string, partitions: number) {
    this.#folder = folder;
    this.partitions = partitions;
    this.#waiting = Array.from({ length: partitions }, () => undefined);
    this.#waitingBytes = Array.from({ length: partitions }, () => 0);
    this.#pieces = Array.from({ length: partitions }, () => []);
  }

  /** Writes from time to time: then there is something to wait for. @throws PermanentError `STORE_FULL`, `STORE_WRITE_FAILED` */
  add(partition: number, line: string): Promise<void> | undefined {
    const used = this.#waitingBytes[partition]!;
    const mayFit = used + line.length * 3 + 1 <= PARTITION_BYTES;
    if (mayFit || used + Buffer.byteLength(line) + 1 <= PARTITION_BYTES) {
      this.#append(partition, line);
      return undefined;
    }
    return this.#write(partition, line);
  }

  /** The partition's lines in the order in which they were added. */
  async read(partition: number): Promise<readonly string[]> {
    const lines: string[] = [];
    for await (const piece of this.pieces(partition)) for (const line of piece) lines.push(line);
    return lines;
  }

  /** The same, some at a time. */
  async *pieces(partition: number): AsyncGenerator<readonly string[], void, void> {
    for (const { position, bytes } of this.#pieces[partition]!) {
      const { buffer } = await this.#file!.read(Buffer.allocUnsafe(bytes), 0, bytes, position);
      yield linesIn(buffer);
    }
    const waiting = this.#waiting[partition];
    if (waiting !== undefined) yield linesIn(waiting.subarray(0, this.#waitingBytes[partition]!));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #append(partition: number, line: string): void {
    const used = this.#waitingBytes[partition]!;
    this.#waiting[partition] ??= Buffer.allocUnsafeSlow(PARTITION_BYTES);
    const buffer = this.#waiting[partition];
    const end = used + buffer.write(line, used);
    buffer[end] = LF;
    this.#waitingBytes[partition] = end + 1;
  }

  /** Writes what waits, and the line itself where it is too long to wait. */
  async #write(partition: number, line: string): Promise<void> {
    const body = Buffer.from((this.#waiting[partition] ?? Buffer.alloc(0)).subarray(0, this.#waitingBytes[partition]!));
    this.#waitingBytes[partition] = 0;
    if (body.length > 0) await this.#writePiece(partition, body);
    if (Buffer.byteLength(line) + 1 <= PARTITION_BYTES) this.#append(partition, line);
    else await this.#writePiece(partition, Buffer.from(`${line}\n`));
  }

  async #writePiece(partition: number, body: Buffer): Promise<void> {
    const position = this.#length;
    this.#length += body.length;
    this.#pieces[partition]!.push({ position, bytes: body.length });
    try {
      this.#file ??= await openUnlinked(this.#folder);
      for (let at = 0; at < body.length; ) {
        at += (await this.#file.write(body, at, body.length - at, position + at)).bytesWritten;
      }
    } catch (error) {
      throw storageError(error, this.#folder);
    }
  }
}

function linesIn(bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(LF, at);
    lines.push(bytes.toString('utf8', at, end));
    at = end + 1;
  }
  return lines;
}

/** Without a name it takes up room only while its process lives. */
async function openUnlinked(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `.spool-${randomUUID()}`);
  const file = await open(path, 'wx+');
  await rm(path);
  return file;
}
