/** The tables of a published day that are delivered: where their rows stand, and how a row gives a field. */
import type { A3RowField } from '../../agreements/table-a3/fields.ts';
import { PermanentError } from '../../errors.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { FlatTable } from '../data-package.ts';
import { parsedBatches } from '../lines.ts';
import type { MasterLine, PublishedFile, TableRow } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import type { PublishedDay } from '../read-published.ts';

export interface FlatSource {
  readonly table: FlatTable;
  readonly rows: number;
  /**
   * The rows in the order of the table, each as a function from a field's number to its value, `null` where it has none.
   * @throws PermanentError `STORE_CORRUPT`
   */
  readonly batches: AsyncIterable<readonly FlatRow[]>;
}

/** Of a row of A-3 it gives `namespace` and `lex_id` as well. */
export type FlatRow = (field: string) => string | null;

/** @throws PermanentError `NO_MASTER_TABLES`: the day was published before they were */
export function flatSource(a3: Pick<JobDailyA3Data, 'open'>, day: PublishedDay, table: FlatTable): FlatSource {
  if (table === 'A-3') {
    const files = day.manifest.shards.map((shard) => shard.table);
    return { table, rows: day.manifest.rows, batches: read<TableRow>(a3, day, files, agreementRow) };
  }
  const file = mastersOf(day)[table];
  return { table, rows: file.lines, batches: read<MasterLine>(a3, day, [file], masterRow(`${table}.2`)) };
}

/** @throws PermanentError `NO_MASTER_TABLES` */
function mastersOf({ manifest: { business_date, masters } }: PublishedDay) {
  if (masters !== undefined) return masters;
  const what = `The table as of ${business_date} was published without the tables CO and CP of its day.`;
  throw new PermanentError('NO_MASTER_TABLES', what, { business_date });
}

export function agreementRow(row: TableRow): FlatRow {
  return (field) => row[field as A3RowField | 'namespace' | 'lex_id'];
}

function masterRow(identifier: string): (line: MasterLine) => FlatRow {
  return ({ entity_id, fields }) =>
    (field) =>
      field === identifier ? entity_id : (fields[field] ?? null);
}

async function* read<T>(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder }: PublishedDay,
  files: readonly PublishedFile[],
  rowOf: (parsed: T) => FlatRow,
): AsyncIterable<readonly FlatRow[]> {
  for (const file of files) {
    const lines = readPublishedLines(a3, folder, file);
    for await (const batch of parsedBatches(lines, `${folder}/${file.path}`, (line) => JSON.parse(line) as T)) {
      yield batch.map(rowOf);
    }
  }
}
