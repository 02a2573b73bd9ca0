import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityItem } from '../../../src/agreements/make-look-up-items.ts';
import { A3_FIELDS, ROW_FIELDS } from '../../../src/agreements/table-a3/fields.ts';
import { cleanText } from '../../../src/agreements/table-a3/text.ts';
import { PLAIN_FORMAT } from '../../../src/publish/delivery/flat-format.ts';
import { FlatLines, flatPieces } from '../../../src/publish/delivery/flat-lines.ts';
import { flatSource } from '../../../src/publish/delivery/flat-source.ts';
import { columnName } from '../../../src/publish/parquet/columns.ts';
import { openPublishedDay, type PublishedDay, readTable } from '../../../src/publish/read-published.ts';
import { ndjsonTable } from '../../../src/publish/table-formats.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../../fakes/memory-look-ups.ts';
import { publishDay, transformedRow, validLine } from '../day-fixture.ts';
import { parquetRows } from '../parquet/read-parquet.ts';

const DAY = { business_date: '2021-10-20', attempt: 1 };

async function flat(a3: MemoryJobDailyA3Data, day: PublishedDay, table: 'A-3' | 'CO' | 'CP') {
  const source = flatSource(a3, day, table);
  const pieces = await Array.fromAsync(
    flatPieces(new FlatLines(table, DAY.business_date, PLAIN_FORMAT), source.batches),
  );
  const [, ...lines] = pieces.join('').split('\n').slice(0, -1);
  expect(lines).toHaveLength(source.rows);
  return lines.map((line) => line.split('~').map((value) => (value === '' ? null : value)));
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((given) => cleanText(given).text || null);
const values = fc.record({ 'A3.4': text, 'A3.5': fc.constantFrom('2010-01-25', null), 'A3.7': text, 'A3.13': text });

describe('the flat file of a published day', () => {
  it('has the same rows as its Parquet and its NDJSON, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 25 }), async (all) => {
        const a3 = new MemoryJobDailyA3Data();
        const lines = all.map((one, i) => {
          const row = transformedRow({ 'A3.2': 'BANK', 'A3.3': `AGR-${i}`, 'A3.6': 'CLIENT', ...one });
          return validLine(`mac-${String(i).padStart(3, '0')}`, [row]);
        });
        const { manifest } = await publishDay(a3, DAY, null, [{ namespace: 'mac', lines }]);
        const day = await openPublishedDay(a3, manifest);

        const flatRows = await flat(a3, day, 'A-3');

        const ndjson = (await Array.fromAsync(ndjsonTable(readTable(a3, day), DAY.business_date))).join('');
        const records = ndjson
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, string | null>);
        expect(flatRows).toEqual(records.map((record) => A3_FIELDS.map((field) => record[field])));
        const parts = day.manifest.shards.map(async ({ parquet }) =>
          parquetRows((await a3.get(`${day.folder}/${parquet?.path}`))!),
        );
        const parquet = (await Promise.all(parts)).flat();
        expect(flatRows).toEqual(
          parquet.map((row) => [DAY.business_date, ...ROW_FIELDS.map((field) => row[columnName(field)])]),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('stands beside master tables of every entity of the role, and of no other', async () => {
    const masters = new MemoryEntityTable();
    await masters.putAll([
      entityItem('BANK', ['CO'], { 'CO.3': 'N', 'CO.4': 'The Bank, Ltd.', 'CO.12': 'REN', 'CP.4': 'not its role' }),
      entityItem('CLIENT', ['CP'], { 'CP.4': 'A "Client"', 'CP.12': 'Its Parent' }),
    ]);
    const a3 = new MemoryJobDailyA3Data();
    const { manifest } = await publishDay(a3, DAY, null, [], { masters });
    const day = await openPublishedDay(a3, manifest);
    const nothing = (columns: number) => Array<null>(columns).fill(null);

    expect(await flat(a3, day, 'A-3')).toEqual([]);
    expect(await flat(a3, day, 'CO')).toEqual([
      [DAY.business_date, 'BANK', 'N', 'The Bank, Ltd.', ...nothing(7), 'REN'],
    ]);
    expect(await flat(a3, day, 'CP')).toEqual([
      [DAY.business_date, 'CLIENT', null, 'A "Client"', ...nothing(7), 'Its Parent'],
    ]);
  });

  it('has none beside it on a day that was published without them', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const { manifest } = await publishDay(a3, DAY, null, []);
    const { manifest: whole, ...day } = await openPublishedDay(a3, manifest);
    const { masters: _, ...older } = whole;

    expect(() => flatSource(a3, { ...day, manifest: older }, 'CO')).toThrow('NO_MASTER_TABLES');
    expect(await flat(a3, { ...day, manifest: older }, 'A-3')).toEqual([]);
  });
});
