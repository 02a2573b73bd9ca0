import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { A3Values } from '../../../src/agreements/table-a3/fields.ts';
import { PARQUET_LIMITS, type ParquetLimits } from '../../../src/publish/parquet/parquet-encoder.ts';
import { ParquetFileWriter } from '../../../src/publish/parquet/parquet-file-writer.ts';
import type { ParquetFile, TableRow } from '../../../src/publish/published.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { a3Values } from '../day-fixture.ts';
import { expectedRow, parquetFooter, parquetRows } from './read-parquet.ts';

const SMALL: ParquetLimits = { ...PARQUET_LIMITS, groupRows: 5 };
/** So that every group has values in a dictionary, and behind it. */
const TINY_PAGES: ParquetLimits = { groupRows: 11, pageBytes: 40, dictionaryBytes: 20 };

function tableRow(values: Partial<A3Values>, rest: Partial<TableRow['lineage']> & { lex_id?: string } = {}): TableRow {
  const { lex_id = 'doc-1', ...lineage } = rest;
  return {
    ...a3Values(values),
    namespace: 'cct',
    lex_id,
    lineage: {
      content_hash: 'c0',
      hash_scheme: 1,
      mapping_version: 'cct-1',
      run: 'agreements-1',
      stale_since: null,
      full_name: null,
      ...lineage,
    },
    uses: [],
  };
}

async function write(
  rows: readonly TableRow[],
  limits?: ParquetLimits,
): Promise<{ readonly file: ParquetFile; readonly bytes: Buffer }> {
  const a3 = new MemoryJobDailyA3Data();
  const writer = new ParquetFileWriter(a3, 'published', 'parquet/x.parquet', limits);
  for (const row of rows) await writer.write(row);
  const file = await writer.close();
  return { file, bytes: (await a3.get('published/parquet/x.parquet')) ?? Buffer.alloc(0) };
}

const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', 'Y', 'N', '株式会社', 'שלום', '\u{1f600}\u200f', '\uffee', '\u{10ffff}', '\0', '~'),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 });
const row: fc.Arbitrary<TableRow> = fc
  .record({
    values: fc.record({
      'A3.2': maybe(text),
      'A3.3': maybe(text),
      'A3.4': maybe(text),
      'A3.5': maybe(
        fc.oneof(day, fc.constantFrom('0001-01-01', '1969-12-31', '1970-01-01', '2024-02-29', '9999-12-31')),
      ),
      'A3.9': maybe(text),
      'A3.12.1': maybe(fc.constantFrom('Y', 'N')),
      'A3.16': maybe(text),
    }),
    lex_id: text,
    stale_since: maybe(day),
    full_name: maybe(text),
    hash_scheme: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ values, ...rest }) => tableRow(values, rest));

describe('a Parquet file', () => {
  it('gives back every value of every row, whatever the script, the date or the nulls', () =>
    fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 17 }), async (rows) => {
        const { file, bytes } = await write(rows, SMALL);

        expect(await parquetRows(bytes)).toEqual(rows.map(expectedRow));
        expect(file.rows).toBe(rows.length);
        expect(parquetFooter(bytes).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual(
          Array.from({ length: Math.ceil(rows.length / 5) }, (_, group) => Math.min(5, rows.length - group * 5)),
        );
      }),
      { numRuns: 60 },
    ));

  it('says of itself exactly what is stored, and is the same for the same rows', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => tableRow({ 'A3.3': `A-${i}` }));

    const { file, bytes } = await write(rows, SMALL);

    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(file).toEqual({ path: 'parquet/x.parquet', bytes: bytes.length, sha256, rows: 12 });
    expect((await write(rows, SMALL)).bytes.equals(bytes)).toBe(true);
  });

  it('holds thousands of rows in pages: repeated, distinct and absent values side by side', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) =>
      tableRow(
        { 'A3.2': `LEI-${i % 7}`, 'A3.3': `A-${i}`, 'A3.6': `P-${i % 3000}`, 'A3.9': i % 4 === 0 ? 'x' : null },
        { lex_id: `doc-${i}`, content_hash: randomBytes(32).toString('hex') },
      ),
    );

    const { bytes } = await write(rows);

    const read = await parquetRows(bytes);
    expect(read.length).toBe(20_000);
    expect(read.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(expectedRow(rows[i]!)))).toBe(-1);
  });

  it('has dates as dates, required keys, and the field of every column', async () => {
    const { schema, key_value_metadata, created_by } = parquetFooter((await write([tableRow({})])).bytes);
    const element = (name: string) => schema.find((one) => one.name === name);

    expect(element('a3_5')).toMatchObject({ type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' });
    expect(element('stale_since')).toMatchObject({ type: 'INT32', logical_type: { type: 'DATE' } });
    expect(element('lex_id')).toMatchObject({ converted_type: 'UTF8', repetition_type: 'REQUIRED' });
    expect(schema.map(({ name }) => name).filter((name) => /[^a-z0-9_]/.test(name))).toEqual([]);
    expect(JSON.parse(key_value_metadata?.[0]?.value ?? '')).toMatchObject({ a3_2: 'A3.2', a3_12_1: 'A3.12.1' });
    expect(created_by).toBe('lexdelta-parquet version 2');
  });

  it('has the bounds and nulls of each column, ordered by bytes, so that readers can pass over groups', async () => {
    const rows = ['\uffee', 'b', '\u{1f600}', null].map((id) => tableRow({ 'A3.6': id, 'A3.5': id && '0099-03-01' }));

    const { row_groups } = parquetFooter((await write(rows)).bytes);

    const statistics = (name: string) =>
      row_groups[0]?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data?.statistics;
    expect(statistics('a3_6')).toMatchObject({ min_value: 'b', max_value: '\u{1f600}', null_count: 1n });
    expect(statistics('a3_5')).toMatchObject({ min_value: new Date('0099-03-01'), null_count: 1n });
    expect(statistics('a3_7')).toMatchObject({ null_count: 4n });
    expect(statistics('a3_7')).not.toHaveProperty('min_value', expect.anything());
  });

  it('gives back every value where a dictionary grows too large for its group', () =>
    fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        const { file, bytes } = await write(rows, TINY_PAGES);

        expect(await parquetRows(bytes)).toEqual(rows.map(expectedRow));
        expect(file.rows).toBe(rows.length);
      }),
      { numRuns: 60 },
    ));

  it('keeps repeated texts in a dictionary, and lets distinct ones stand as they are', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) =>
      tableRow({ 'A3.2': `LEI-${i % 7}`, 'A3.6': `${i}`.padStart(200, 'P'), 'A3.9': i < 2_000 ? 'same' : null }),
    );

    const { row_groups } = parquetFooter((await write(rows)).bytes);

    const plainSize = (name: string) =>
      Number(
        row_groups[0]?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data
          ?.total_uncompressed_size,
      );
    expect(plainSize('a3_2')).toBeLessThan(3_000);
    // Each value once: neither a dictionary beside them, nor a number for each.
    expect(plainSize('a3_6')).toBeGreaterThan(3_000 * 204);
    expect(plainSize('a3_6')).toBeLessThan(3_000 * 207);
  });

  it.each(['2021-02-30', '10/20/2021', '', '10000-01-01'])('refuses %j in a column of dates', async (date) => {
    await expect(write([tableRow({ 'A3.5': date })])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('fails, and does not wait for ever, when the store fails on the way', async () => {
    class FullA3Data extends MemoryJobDailyA3Data {
      override async putOnceStream(_key: string, body: AsyncIterable<Uint8Array>): Promise<never> {
        for await (const _ of body) break;
        throw new Error('disk full');
      }
    }
    const writer = new ParquetFileWriter(new FullA3Data(), 'published', 'x.parquet', { ...SMALL, groupRows: 2000 });
    const long = () => randomBytes(600).toString('base64');

    const writing = async () => {
      for (let i = 0; i < 10_000; i += 1) await writer.write(tableRow({ 'A3.3': long() }));
      return writer.close();
    };

    await expect(writing()).rejects.toThrow('disk full');
  });

  it('leaves nothing when it is given up', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const writer = new ParquetFileWriter(a3, 'published', 'x.parquet', SMALL);
    for (let i = 0; i < 12; i += 1) await writer.write(tableRow({ 'A3.3': `A-${i}` }));

    await writer.abort();

    expect(await a3.get('published/x.parquet')).toBeNull();
  });
});
