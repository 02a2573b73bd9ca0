/**
 * A golden copy of GLEIF as one file: a line a record, cells separated by tabs, in 65,536 buckets by CRC-32 of the LEI; then
 * the buckets' positions; then a footer. A look-up reads one bucket, some 10 kB. A file of its own keeps millions of
 * entities, which no run needs, out of the tables that every run opens.
 */
import { crc32 } from 'node:zlib';
import { PermanentError } from '../errors.ts';
import type { GleifRecord, GleifReference } from './gleif-reference.ts';

const BUCKETS = 65_536;
const MAGIC = 'LEXGLEI1';
/** Magic, entities, position of the index (both as doubles), CRC-32 of the index. */
const FOOTER_BYTES = 28;
const INDEX_BYTES = (BUCKETS + 1) * 8;
const BLOCK_UNITS = 1024 * 1024;

/** Where a golden copy lies. The bytes are the same as long as it is open. */
export interface GoldenCopyFile {
  /** Names it in errors. */
  readonly name: string;
  readonly size: number;
  /** Fewer bytes where it ends. */
  readAt(position: number, bytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** From 0 to 65,535. */
export function gleifBucket(lei: string): number {
  return crc32(lei) >>> 16;
}

/** @param records ascending by {@link gleifBucket}, each LEI once */
export async function* encodeGoldenCopy(records: AsyncIterable<GleifRecord>): AsyncGenerator<Uint8Array> {
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

/** @throws PermanentError `STORE_CORRUPT`; the file is not closed then */
export async function readGoldenCopy(file: GoldenCopyFile): Promise<GleifReference> {
  const { name, size } = file;
  const end = await file.readAt(Math.max(0, size - INDEX_BYTES - FOOTER_BYTES), INDEX_BYTES + FOOTER_BYTES);
  if (end.length < INDEX_BYTES + FOOTER_BYTES) throw corrupt(name);
  const index = end.subarray(0, INDEX_BYTES);
  const footer = end.subarray(INDEX_BYTES);
  const isOurs = footer.toString('latin1', 0, MAGIC.length) === MAGIC;
  if (!isOurs || footer.readDoubleLE(16) + INDEX_BYTES + FOOTER_BYTES !== size) throw corrupt(name);
  if (crc32(index) !== footer.readUInt32LE(24)) throw corrupt(name);
  return {
    count: footer.readDoubleLE(8),
    async get(lei) {
      const bucket = gleifBucket(lei);
      const from = index.readDoubleLE(bucket * 8);
      const bytes = index.readDoubleLE((bucket + 1) * 8) - from;
      const lines = bytes === 0 ? Buffer.alloc(0) : await file.readAt(from, bytes);
      if (lines.length < bytes) throw corrupt(name);
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

function corrupt(name: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `${name} is no golden copy of GLEIF; import it again.`, { path: name });
}
