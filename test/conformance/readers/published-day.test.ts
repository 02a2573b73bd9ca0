/** Two days of the sample as DuckDB and the tools of the descriptors' own standards read them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROW_FIELDS } from '../../../src/agreements/table-a3/fields.ts';
import { manifestKey } from '../../../src/publish/attempt-files.ts';
import { dataPackage } from '../../../src/publish/data-package.ts';
import { columnName, TABLE_COLUMNS } from '../../../src/publish/parquet/columns.ts';
import { PARQUET_LIMITS } from '../../../src/publish/parquet/parquet-encoder.ts';
import { ParquetFileWriter } from '../../../src/publish/parquet/parquet-file-writer.ts';
import type { TableRow } from '../../../src/publish/published.ts';
import { openPublishedDay, readTable } from '../../../src/publish/read-published.ts';
import { FolderJobDailyA3Data } from '../../../src/stores/embedded/folder-job-daily-a3-data.ts';
import { checkDescriptor, duckdb } from './run-readers.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const DATES = ['2021-10-20', '2021-10-21'] as const;

let root: string;
let a3: FolderJobDailyA3Data;
const rows = new Map<string, readonly TableRow[]>();

function lexdelta(...args: readonly string[]): void {
  const command = [join(REPOSITORY, 'bin', 'lexdelta.js'), ...args, '--data', join(root, 'data'), '--json'];
  execFileSync(process.execPath, command, { stdio: 'ignore' });
}

/** All published days as one table. */
function table(): string {
  return `read_parquet('${root}/data/JobDailyA3Data/published/*/*/parquet/*.parquet', hive_partitioning = true)`;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  lexdelta('demo');
  a3 = new FolderJobDailyA3Data(join(root, 'data', 'JobDailyA3Data'));
  for (const date of DATES) {
    const day = await openPublishedDay(a3, manifestKey({ business_date: date, attempt: 1 }));
    rows.set(date, await Array.fromAsync(readTable(a3, day)));
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Properties of ours are no trouble for readers of the package. */
const RESERVATIONS = {
  empty_mandatory: { 'A3.5': 1 },
  stale_rows: 0,
  rejected_documents: 2,
  unreadable_lines: 0,
  removals_held: 0,
  not_transformed: 0,
  not_whole: [],
  accepted: [],
  carried_over: [],
};

describe('DuckDB on published days', () => {
  it('reads them as one table with hive partitions and the right types', () => {
    const types = Object.fromEntries(duckdb(`describe from ${table()}`).map(([name, type]) => [String(name), type]));

    const ours = { text: 'VARCHAR', date: 'DATE', integer: 'INTEGER' } as const;
    expect(types).toEqual({
      ...Object.fromEntries(TABLE_COLUMNS.map(({ name, type }) => [name, ours[type]])),
      as_of: 'DATE',
      attempt: 'BIGINT',
    });
  });

  it('counts the rows of each day', () => {
    expect(duckdb(`select as_of, attempt, count(*) from ${table()} group by all order by all`)).toEqual(
      DATES.map((date) => [date, 1, rows.get(date)?.length]),
    );
  });

  it('has every value of every row, in the order of the table', () => {
    const columns = TABLE_COLUMNS.map(({ name }) => name).join(', ');

    for (const date of DATES) {
      const part = `${root}/data/JobDailyA3Data/published/as_of=${date}/attempt=1/parquet/*.parquet`;
      expect(duckdb(`select ${columns} from '${part}'`)).toEqual(
        rows.get(date)?.map((row) => TABLE_COLUMNS.map(({ read }) => read(row))),
      );
    }
  });

  it('finds the same rows in the flat file that is delivered', () => {
    lexdelta('deliver', DATES[1], '--output', join(root, 'deliveries'));
    const flat = join(root, 'deliveries', DATES[1], `A-3_${DATES[1]}.txt`);
    const fields = ['A3.1', ...ROW_FIELDS].map((field) => `"${field}"`).join(', ');
    const columns = ROW_FIELDS.map((field) => `${columnName(field)}::varchar`).join(', ');
    const text = `read_csv('${flat}', delim = '~', quote = '', escape = '', header = true, all_varchar = true)`;
    const parquet = `select as_of::varchar, ${columns} from ${table()} where as_of = date '${DATES[1]}'`;
    const lines = `select ${fields} from ${text}`;

    expect(duckdb(`select count(*) from ${text}`)).toEqual([[rows.get(DATES[1])?.length]]);
    expect(duckdb(`(${parquet} except all ${lines}) union all (${lines} except all ${parquet})`)).toEqual([]);
  });

  it('passes over days by their path, and over row groups by the bounds of their columns', async () => {
    const some = (rows.get(DATES[0]) ?? []).slice(0, 500);
    const writer = new ParquetFileWriter(a3, 'other', 'x.parquet', { ...PARQUET_LIMITS, groupRows: 100 });
    for (const row of some) await writer.write(row);
    await writer.close();
    const file = join(root, 'data', 'JobDailyA3Data', 'other', 'x.parquet');
    const explain = (sql: string) => String(duckdb(`explain analyze ${sql}`)[0]?.[1]).replace(/\s+/g, ' ');

    const [{ lex_id = '', namespace = '' } = {}] = some.slice(250);
    const byKey = explain(`select * from '${file}' where namespace = '${namespace}' and lex_id = '${lex_id}'`);
    const byDay = explain(`select a3_2 from ${table()} where as_of = date '${DATES[0]}'`);

    expect(byKey).toContain('Row Groups Scanned: 1 / 5');
    expect(byDay).toContain('Scanning Files: 1/2');
    const statistics = `select stats_min_value, stats_max_value from parquet_metadata('${file}')
      where path_in_schema = 'lex_id' and row_group_id = 2`;
    expect(duckdb(statistics)).toEqual([[some[200]?.lex_id, some[299]?.lex_id]]);
  });

  it('has every value where a dictionary grew too large for its group', async () => {
    const all = rows.get(DATES[0]) ?? [];
    const limits = { groupRows: 200, pageBytes: 600, dictionaryBytes: 300 };
    const writer = new ParquetFileWriter(a3, 'other', 'pages.parquet', limits);
    for (const row of all) await writer.write(row);
    await writer.close();
    const file = join(root, 'data', 'JobDailyA3Data', 'other', 'pages.parquet');

    const columns = TABLE_COLUMNS.map(({ name }) => name).join(', ');
    expect(duckdb(`select ${columns} from '${file}'`)).toEqual(
      all.map((row) => TABLE_COLUMNS.map(({ read }) => read(row))),
    );
  });

  it('reads the folder that as-of fills in the same way, and a single file with its date', () => {
    for (const date of DATES) {
      lexdelta('as-of', date, '--format', 'parquet', '--output', `${root}/tables/`);
    }
    lexdelta('as-of', DATES[0], '--format', 'parquet', '--output', join(root, 'one.parquet'));

    const tables = `read_parquet('${root}/tables/**/*.parquet', hive_partitioning = true)`;
    expect(duckdb(`select count(*) from (from ${tables} except all from ${table()})`)).toEqual([[0]]);
    expect(duckdb(`select count(*) from ${tables}`)).toEqual(duckdb(`select count(*) from ${table()}`));
    expect(duckdb(`select as_of, count(*) from '${root}/one.parquet' group by all`)).toEqual([
      [DATES[0], rows.get(DATES[0])?.length],
    ]);
  });
});

describe('the descriptors', () => {
  it('hold: the contract of each day keeps to the schema of its standard', () => {
    for (const date of DATES) {
      const file = join(root, 'data', 'JobDailyA3Data', 'published', `as_of=${date}`, 'attempt=1', 'contract.json');
      expect(checkDescriptor('contract', file)).toEqual([]);
    }
  });

  it('hold: frictionless reads every delivered file by the data package beside it, and sha256sum knows them', () => {
    const dressed = ['--header', 'names', '--line-end', 'crlf', '--not-applicable', 'N/A'];
    for (const [name, flags] of Object.entries({ plain: [], bare: ['--no-header'], dressed })) {
      const output = join(root, name);
      lexdelta('deliver', DATES[0], '--output', output, ...flags);
      const folder = join(output, DATES[0]);

      expect(checkDescriptor('package', join(folder, 'datapackage.json'))).toEqual([
        `a-3: ${rows.get(DATES[0])?.length} rows`,
        expect.stringMatching(/^co: \d+ rows$/),
        expect.stringMatching(/^cp: \d+ rows$/),
      ]);
      execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, stdio: 'ignore' });
    }
  });

  it('hold: frictionless reads the flat file by its data package, and finds what is wrong in another', async () => {
    const flat = join(root, 'a-3.txt');
    lexdelta('as-of', DATES[0], '--format', 'flat', '--output', flat);
    const good = await readFile(flat, 'utf8');
    const package_ = join(root, 'datapackage.json');
    const describeFile = async (text: string) => {
      const body = Buffer.from(text);
      const sha256 = createHash('sha256').update(body).digest('hex');
      const file = { table: 'A-3', path: 'a-3.txt', bytes: body.length, sha256 } as const;
      const run = 'agreements-2021-10-20';
      const about = { business_date: DATES[0], run, version: '0.1.0', reservations: RESERVATIONS };
      const more = {
        rows: rows.get(DATES[0])?.length ?? 0,
        header: 'numbers',
        lineEnd: 'lf',
        missingValues: [''],
      } as const;
      await writeFile(flat, body);
      await writeFile(package_, JSON.stringify(dataPackage(about, [{ ...file, ...more }])));
    };

    await describeFile(good);
    expect(checkDescriptor('package', package_)).toEqual([`a-3: ${rows.get(DATES[0])?.length} rows`]);

    await describeFile(good.replace(/~[YN]~/, '~X~'));
    expect(checkDescriptor('package', package_)).toEqual([expect.stringContaining('"X"')]);
  });
});
