/** The bytes of a look-up file: plain, gzip, or a ZIP archive of one file, which is how GLEIF hands its golden copy out. */
import { createReadStream } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { excerpt } from '../agreements/table-a3/text.ts';
import { messageOf, PermanentError } from '../errors.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

const BLOCK_BYTES = 1024 * 1024;
const ZIP_HEADER_BYTES = 30;
const DEFLATE = 8;
const ENCRYPTED = 1;

/**
 * Goes by the first bytes, not by the name.
 * @param onRead given the bytes of the file itself, as they are read; all of them, when this ends
 * @throws PermanentError `FILE_NOT_READABLE`, `INPUT_INVALID` (cut short, damaged, or no archive that can be read) while reading
 */
export async function* lookUpBytes(
  path: string,
  onRead: (block: Buffer) => void = () => undefined,
): AsyncGenerator<Buffer, void, void> {
  const blocks = blocksOf(path, onRead);
  try {
    const first = await blocks.next();
    if (first.done) return;
    const whole = withFirst(first.value, blocks);
    if (first.value[0] === 0x1f && first.value[1] === 0x8b)
      yield* unpack(whole, createGunzip({ chunkSize: BLOCK_BYTES }), path);
    else if (first.value.toString('latin1', 0, 4) === 'PK\x03\x04') yield* unzip(first.value, blocks, path);
    else yield* whole;
    while (!(await blocks.next()).done); // What stands behind the packed data.
  } finally {
    await blocks.return();
  }
}

async function* blocksOf(path: string, onRead: (block: Buffer) => void): AsyncGenerator<Buffer, void, void> {
  try {
    for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
      onRead(block as Buffer);
      yield block as Buffer;
    }
  } catch (error) {
    throw new PermanentError('FILE_NOT_READABLE', `${path} cannot be read: ${messageOf(error)}.`);
  }
}

/** Whoever stops reading here does not end `rest`. */
async function* withFirst(first: Buffer, rest: AsyncGenerator<Buffer, void, void>): AsyncGenerator<Buffer, void, void> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Sizes stand behind the data, mostly, so that only the end of the data tells them. */
async function* unzip(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void, void>,
  path: string,
): AsyncGenerator<Buffer, void, void> {
  const { crc } = await onlyFile(path);
  const dataAt = ZIP_HEADER_BYTES + first.readUInt16LE(26) + first.readUInt16LE(28);
  const isReadable = first.readUInt16LE(8) === DEFLATE && (first.readUInt16LE(6) & ENCRYPTED) === 0;
  if (!isReadable || dataAt > first.length) {
    throw new PermanentError('INPUT_INVALID', `${path} is a ZIP archive of a kind that is not read; unpack it first.`);
  }
  const packed = withFirst(first.subarray(dataAt), rest);
  let found = 0;
  for await (const block of unpack(packed, createInflateRaw({ chunkSize: BLOCK_BYTES }), path)) {
    found = crc32(block, found);
    yield block;
  }
  if (found !== crc) throw damaged(path);
}

/** @throws PermanentError `INPUT_INVALID` */
async function onlyFile(path: string): Promise<ZipEntry> {
  const entries = await readZipDirectory(path);
  if (entries === null) throw damaged(path);
  const [only, second] = entries;
  if (entries.some(({ name }) => name === '[Content_Types].xml')) {
    throw new PermanentError('INPUT_INVALID', `${path} is a workbook; save the sheet as CSV in UTF-8.`);
  }
  if (only !== undefined && second === undefined) return only;
  const names = entries.slice(0, 3).map(({ name }) => excerpt(name, 40));
  const held = entries.length === 0 ? 'no file' : `${entries.length} files (${names.join(', ')})`;
  throw new PermanentError(
    'INPUT_INVALID',
    `${path} is a ZIP archive with ${held}, and one is needed; unpack it first.`,
  );
}

async function* unpack(
  packed: AsyncIterable<Buffer>,
  decoder: Transform,
  path: string,
): AsyncGenerator<Buffer, void, void> {
  const source = Readable.from(packed, { objectMode: true, highWaterMark: 1 });
  // By hand, not by `pipeline`: the first error must come out as it is, typed.
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  try {
    for await (const block of decoder) yield block as Buffer;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw damaged(path);
  } finally {
    decoder.destroy();
    source.destroy();
  }
}

function damaged(path: string): PermanentError {
  return new PermanentError('INPUT_INVALID', `${path} is cut short or damaged: it cannot be unpacked to its end.`);
}
