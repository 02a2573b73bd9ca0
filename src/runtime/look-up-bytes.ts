/** The bytes of a look-up file: plain, gzip, or a ZIP archive of one file, which is how GLEIF hands its golden copy out. */
import { createReadStream } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { messageOf, PermanentError } from '../errors.ts';

const BLOCK_BYTES = 1024 * 1024;
const ZIP_HEADER_BYTES = 30;
const DEFLATE = 8;
const ENCRYPTED = 1;

/**
 * Goes by the first bytes, not by the name.
 * @param onRead told the bytes of the file itself, as they are read
 * @throws PermanentError `FILE_NOT_READABLE`, `INPUT_INVALID` (cut short, damaged, or no archive that can be read) while reading
 */
export async function* lookUpBytes(path: string, onRead: (bytes: number) => void = () => undefined) {
  const blocks = blocksOf(path, onRead);
  const first = await blocks.next();
  if (first.done) return;
  const whole = withFirst(first.value, blocks);
  if (first.value[0] === 0x1f && first.value[1] === 0x8b)
    yield* unpack(whole, createGunzip({ chunkSize: BLOCK_BYTES }), path);
  else if (first.value.toString('latin1', 0, 4) === 'PK\x03\x04') yield* unzip(first.value, blocks, path);
  else yield* whole;
}

async function* blocksOf(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer, void, void> {
  try {
    for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
      onRead((block as Buffer).length);
      yield block as Buffer;
    }
  } catch (error) {
    throw new PermanentError('FILE_NOT_READABLE', `${path} cannot be read: ${messageOf(error)}.`);
  }
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** The first file of the archive. Its sizes stand behind it, mostly, so that only the end of its data tells them. */
async function* unzip(first: Buffer, rest: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  const dataAt = ZIP_HEADER_BYTES + first.readUInt16LE(26) + first.readUInt16LE(28);
  const isReadable = first.readUInt16LE(8) === DEFLATE && (first.readUInt16LE(6) & ENCRYPTED) === 0;
  if (!isReadable || dataAt > first.length) {
    throw new PermanentError('INPUT_INVALID', `${path} is a ZIP archive of a kind that is not read; unpack it first.`);
  }
  yield* unpack(withFirst(first.subarray(dataAt), rest), createInflateRaw({ chunkSize: BLOCK_BYTES }), path);
}

async function* unpack(packed: AsyncIterable<Buffer>, decoder: Transform, path: string): AsyncGenerator<Buffer> {
  const source = Readable.from(packed, { objectMode: true, highWaterMark: 1 });
  // By hand, not by `pipeline`: the first error must come out as it is, typed.
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  try {
    for await (const block of decoder) yield block as Buffer;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new PermanentError('INPUT_INVALID', `${path} is cut short or damaged: it cannot be unpacked to its end.`);
  } finally {
    decoder.destroy();
    source.destroy();
  }
}
