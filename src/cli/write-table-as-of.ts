/** The work of `lexdelta as-of`. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PermanentError } from '../errors.ts';
import { readParquetParts } from '../publish/parquet/read-parquet-parts.ts';
import type { TableRow } from '../publish/published.ts';
import { openPublishedDay, type PublishedDay, readTable, readTimes, resolveAsOf } from '../publish/read-published.ts';
import { csvTable, flatTable, ndjsonTable, parquetTable } from '../publish/table-formats.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { readDate, refuseJsonStream } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { exitCodeOfSignal } from './signals.ts';
import { plural } from './terminal/figures.ts';
import { writeParquetParts } from './write-parquet-parts.ts';
import { writeWholeFile } from './write-whole-file.ts';

export type TableFormat = 'ndjson' | 'csv' | 'flat' | 'parquet';
export interface AsOfFlags extends GlobalFlags {
  readonly format: TableFormat;
  readonly output?: string;
}

/**
 * Streams the table, so its size does not matter. On stdout its end cannot be told from a reader's view: the exit code
 * says whether it is whole; a file is whole or not there.
 * @param onData called before the first byte goes to stdout
 */
export async function writeTableAsOf(
  dateText: string,
  flags: AsOfFlags,
  context: Context,
  onData: () => void,
): Promise<number> {
  const { terminal } = context;
  const date = readDate(dateText);
  refuseJsonStream(flags, terminal.isJson);
  if (flags.format === 'parquet' && flags.output === undefined && terminal.stdout.isTTY === true) {
    throw new PermanentError('USAGE', 'A terminal cannot show Parquet: give --output a file or a folder, or pipe it.');
  }
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const a3 = data.jobDailyA3Data;
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats: data.jobStats, a3 }, date));
    const { rows, run } = day.manifest;
    if (flags.output === undefined) {
      onData();
      for await (const piece of format(flags.format, readTable(a3, day), date)) {
        if (terminal.isOutputClosed) return 0;
        await terminal.write(piece);
      }
      return 0;
    }
    // Ctrl+C takes the unfinished file away before the process ends.
    const signal = context.catchStopSignals(() => undefined);
    let output = resolve(context.cwd, flags.output);
    try {
      if (flags.format === 'parquet' && (await isFolder(flags.output, output))) {
        output = await writeParts(output, day, a3, signal);
      } else {
        await writeWholeFile(output, untilStopped(format(flags.format, readTable(a3, day), date), signal));
      }
    } catch (error) {
      if (signal.aborted) return exitCodeOfSignal(signal);
      throw error;
    }
    if (terminal.isJson) {
      const extraction = (await readTimes(a3, day))?.extraction ?? null;
      terminal.printJson('as-of', { business_date: date, run, rows, extraction, format: flags.format, output });
    } else terminal.note(`${plural(rows, 'row')} of Table A-3 as of ${date} (${run}) written to ${output}`);
    return 0;
  } finally {
    await data.close();
  }
}

/** Whether it is one, or is written as one is. */
async function isFolder(given: string, path: string): Promise<boolean> {
  return given.endsWith('/') || ((await stat(path).catch(() => null))?.isDirectory() ?? false);
}

function writeParts(
  folder: string,
  day: PublishedDay,
  a3: Pick<JobDailyA3Data, 'open'>,
  signal: AbortSignal,
): Promise<string> {
  const { business_date, attempt } = day.manifest;
  const guard = (pieces: AsyncIterable<Uint8Array>) => untilStopped(pieces, signal);
  return writeParquetParts(folder, { asOf: business_date, attempt }, readParquetParts(a3, day), guard);
}

async function* untilStopped<T>(pieces: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
  signal.throwIfAborted();
}

function format(name: TableFormat, rows: AsyncIterable<TableRow>, date: string): AsyncIterable<string | Uint8Array> {
  switch (name) {
    case 'ndjson':
      return ndjsonTable(rows, date);
    case 'csv':
      return csvTable(rows, date);
    case 'flat':
      return flatTable(rows, date, { header: true });
    case 'parquet':
      return parquetTable(rows, date);
  }
}
