/** The work of `lexdelta as-of`. */
import { resolve } from 'node:path';
import type { TableRow } from '../publish/published.ts';
import { openPublishedDay, readTable, resolveAsOf } from '../publish/read-published.ts';
import { csvTable, flatTable, ndjsonTable } from '../publish/table-formats.ts';
import { readDate } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { exitCodeOfSignal } from './signals.ts';
import { plural } from './terminal/figures.ts';
import { writeWholeFile } from './write-whole-file.ts';

export type TableFormat = 'ndjson' | 'csv' | 'flat';
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
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const a3 = data.jobDailyA3Data;
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats: data.jobStats, a3 }, date));
    const { rows, run } = day.manifest;
    const pieces = format(flags.format, readTable(a3, day), date);
    if (flags.output === undefined) {
      onData();
      for await (const piece of pieces) {
        if (terminal.isOutputClosed) return 0;
        await terminal.write(piece);
      }
      return 0;
    }
    const output = resolve(context.cwd, flags.output);
    // Ctrl+C takes the unfinished file away before the process ends.
    const signal = context.catchStopSignals(() => undefined);
    try {
      await writeWholeFile(output, untilStopped(pieces, signal));
    } catch (error) {
      if (signal.aborted) return exitCodeOfSignal(signal);
      throw error;
    }
    if (terminal.isJson) terminal.printJson('as-of', { business_date: date, run, rows, format: flags.format, output });
    else terminal.note(`${plural(rows, 'row')} of Table A-3 as of ${date} (${run}) written to ${output}`);
    return 0;
  } finally {
    await data.close();
  }
}

async function* untilStopped(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<string> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
  signal.throwIfAborted();
}

function format(name: TableFormat, rows: AsyncIterable<TableRow>, date: string): AsyncIterable<string> {
  switch (name) {
    case 'ndjson':
      return ndjsonTable(rows, date);
    case 'csv':
      return csvTable(rows, date);
    case 'flat':
      return flatTable(rows, date, { header: true });
  }
}
