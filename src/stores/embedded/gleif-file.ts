/**
 * A golden copy of GLEIF as one file: a line a record, cells separated by tabs, in 65,536 buckets by CRC-32 of the LEI; then
 * the buckets' positions; then a footer. A look-up reads one bucket, some 10 kB. A file of its own keeps millions of
 * entities, which no run needs, out of LMDB, which every run opens.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { hasErrno, PermanentError } from '../../errors.ts';
import type { GleifRecord, GleifReference } from '../gleif-reference.ts';
import { replaceFile } from './durable-files.ts';

const BUCKETS = 65_536;
const MAGIC = 'LEXGLEI1';
/** Magic, entities, position of the index (both as doubles), CRC-32 of the index. */
const FOOTER_BYTES = 28;
const INDEX_BYTES = (BUCKETS + 1) * 8;
const BLOCK_UNITS = 1024 * 1024;

/** From 0 to 65,535. */
export function gleifBucket(lei: string): number {
  return crc32(lei) >>> 16;
}

export function gleifFolder(dataFolder: string): string {
  return join(dataFolder, 'gleif');
}

/**
 * Replaces the golden copy of a data folder; whoever reads the old one goes on with it.
 * @param records ascending by {@link gleifBucket}, each LEI once; when they throw, the old one stays
 * @throws PermanentError `STORE_FULL`, `STORE_WRITE_FAILED`, `STORE_READ_ONLY`
 */
export async function writeGleifFile(dataFolder: string, records: AsyncIterable<GleifRecord>): Promise<void> {
  const folder = gleifFolder(dataFolder);
  const how = { place: 'gleif.replace', checkWriter: () => undefined };
  await replaceFile(folder, join(folder, 'golden-copy'), encode(records), how);
}

/** @returns `null`: none was imported. @throws PermanentError `STORE_CORRUPT`, `FILE_NOT_READABLE` */
export async function openGleifFile(dataFolder: string): Promise<GleifReference | null> {
  const path = join(gleifFolder(dataFolder), 'golden-copy');
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw new PermanentError('FILE_NOT_READABLE', `${path} cannot be read.`, { path }, { cause: error });
  }
  try {
    return await openReference(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* encode(records: AsyncIterable<GleifRecord>): AsyncGenerator<Uint8Array> {
  const positions = new Float64Array(BUCKETS + 1);
  let position = 0;
  let count = 0;
  let next = 0;
  let lines = '';
  for await (const record of records) {
    const bucket = gleifBucket(record.lei);
    while (next <= bucket) positions[next++] = position;
    const line = lineOf(record);
    position += Buffer.byteLength(line);
    count += 1;
    lines += line;
    if (lines.length < BLOCK_UNITS) continue;
    yield Buffer.from(lines);
    lines = '';
  }
  yield Buffer.from(lines);
  while (next <= BUCKETS) positions[next++] = position;
  const index = Buffer.from(positions.buffer);
  yield index;
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.write(MAGIC, 'latin1');
  footer.writeDoubleLE(count, 8);
  footer.writeDoubleLE(position, 16);
  footer.writeUInt32LE(crc32(index), 24);
  yield footer;
}

async function openReference(file: FileHandle, path: string): Promise<GleifReference> {
  const { size } = await file.stat();
  const footer = await readAt(file, Math.max(0, size - FOOTER_BYTES), FOOTER_BYTES);
  if (footer.length < FOOTER_BYTES || footer.toString('latin1', 0, 8) !== MAGIC) throw corrupt(path);
  const indexAt = footer.readDoubleLE(16);
  if (indexAt + INDEX_BYTES + FOOTER_BYTES !== size) throw corrupt(path);
  const index = await readAt(file, indexAt, INDEX_BYTES);
  if (index.length < INDEX_BYTES || crc32(index) !== footer.readUInt32LE(24)) throw corrupt(path);
  return {
    count: footer.readDoubleLE(8),
    async get(lei) {
      const bucket = gleifBucket(lei);
      const from = index.readDoubleLE(bucket * 8);
      const bytes = index.readDoubleLE((bucket + 1) * 8) - from;
      const lines = bytes === 0 ? Buffer.alloc(0) : await readAt(file, from, bytes);
      if (lines.length < bytes) throw corrupt(path);
      return findLine(lines, lei);
    },
    close: () => file.close(),
  };
}

function lineOf(record: GleifRecord): string {
  const { lei, status, name, jurisdiction, city, region, country, directParent, ultimateParent } = record;
  const parents = `${directParent ?? ''}\t${ultimateParent ?? ''}`;
  return `${lei}\t${status}\t${name}\t${jurisdiction}\t${city}\t${region}\t${country}\t${parents}\n`;
}

function findLine(lines: Buffer, lei: string): GleifRecord | null {
  const key = `${lei}\t`;
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(0x0a, at);
    if (lines.toString('latin1', at, at + key.length) === key) return recordOf(lines.toString('utf8', at, end));
    at = end + 1;
  }
  return null;
}

function recordOf(line: string): GleifRecord {
  const [lei = '', status = '', name = '', jurisdiction = '', city = '', region = '', country = '', direct, ultimate] =
    line.split('\t');
  const parents = { directParent: direct || null, ultimateParent: ultimate || null };
  return { lei, status, name, jurisdiction, city, region, country, ...parents };
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

function corrupt(path: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `${path} is no golden copy of GLEIF; import it again.`, { path });
}
