/**
 * Pages of a Parquet column, version 1: the one that every engine reads. Compressed with ZSTD: half the bytes of SNAPPY on
 * such rows, and faster, being Node's own.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';

/** Fixed, like all else that the bytes depend on. Level 1 is no faster here, and 2 % larger. */
const ZSTD_LEVEL = 3;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } };

export interface Page {
  /** Header and compressed body. */
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  /** With the body uncompressed. */
  readonly plainBytes: number;
}

/** The rows of a page: how many, and for an optional column which of them have a value (1) or are null (0). */
export interface PageRows {
  readonly rows: number;
  readonly defined: Uint8Array | null;
}

export function dictionaryPage(values: Uint8Array, count: number): Page {
  return page(values, (sizes) => ({
    ...sizes,
    type: 'DICTIONARY_PAGE',
    dictionary_page_header: { num_values: count, encoding: 'PLAIN' },
  }));
}

/** @param values the values that are not null, in PLAIN */
export function plainPage(values: Uint8Array, rows: PageRows): Page {
  const body = new ByteWriter(values.length + rows.rows);
  writeLevels(body, rows);
  body.appendBytes(values);
  return dataPage(body, 'PLAIN', rows);
}

/** @param indexes of the values that are not null; `distinct`: entries of the dictionary, at least 1 */
export function indexPage(indexes: Uint32Array, distinct: number, rows: PageRows): Page {
  const body = new ByteWriter(indexes.length * 4 + rows.rows);
  writeLevels(body, rows);
  const bitWidth = Math.max(1, 32 - Math.clz32(distinct - 1));
  body.appendUint8(bitWidth);
  writeRleBitPackedHybrid(body, indexes, bitWidth);
  return dataPage(body, 'RLE_DICTIONARY', rows);
}

/** Definition levels, their length before them. A required column has none. */
function writeLevels(body: ByteWriter, { defined }: PageRows): void {
  if (defined === null) return;
  const levels = new ByteWriter();
  writeRleBitPackedHybrid(levels, defined, 1);
  body.appendUint32(levels.offset);
  body.appendBytes(levels.getBytes());
}

function dataPage(body: ByteWriter, encoding: 'PLAIN' | 'RLE_DICTIONARY', { rows }: PageRows): Page {
  return page(body.getBytes(), (sizes) => ({
    ...sizes,
    type: 'DATA_PAGE',
    data_page_header: {
      num_values: rows,
      encoding,
      definition_level_encoding: 'RLE',
      repetition_level_encoding: 'RLE',
    },
  }));
}

type Header = Parameters<typeof writePageHeader>[1];
type Sizes = Pick<Header, 'uncompressed_page_size' | 'compressed_page_size'>;

function page(body: Uint8Array, headerOf: (sizes: Sizes) => Header): Page {
  const compressed = zstdCompressSync(body, ZSTD);
  const header = new ByteWriter(64);
  writePageHeader(header, headerOf({ uncompressed_page_size: body.length, compressed_page_size: compressed.length }));
  const parts = [header.getBytes(), compressed];
  return { parts, bytes: header.offset + compressed.length, plainBytes: header.offset + body.length };
}
