/** The work of `lexdelta deliver`. */
import { resolve } from 'node:path';
import { CHECKSUM_FILE } from '../../publish/delivery/delivery-files.ts';
import { openPublishedDay, type PublishedDay, resolveAsOf } from '../../publish/read-published.ts';
import { readDate } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf, shellWord } from '../define-command.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { commandLines } from '../terminal/command-lines.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { countFaults, faultLines, faultsOf } from './delivery-faulty.ts';
import { type DeliveryFlags, readDeliveryOptions } from './delivery-options.ts';
import {
  type Delivery,
  type DeliveryDeps,
  type DeliveryOptions,
  type DeliveryProgress,
  writeDelivery,
} from './write-delivery.ts';

export interface DeliverFlags extends GlobalFlags, DeliveryFlags {
  readonly output: string;
}

/** Streams, so the size of the tables does not matter. */
export async function deliver(dateText: string, flags: DeliverFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const date = readDate(dateText);
  const options = await readDeliveryOptions(flags, context);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const a3 = data.jobDailyA3Data;
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats: data.jobStats, a3 }, date));
    // Ctrl+C takes the unfinished files away before the process ends.
    const signal = context.catchStopSignals(() => undefined);
    try {
      const made = await write(day, resolve(context.cwd, flags.output), options, { a3, signal }, terminal);
      if (terminal.isJson) terminal.printJson('deliver', body(day, made));
      else tell(day, made, options, terminal);
      return 0;
    } catch (error) {
      if (signal.aborted) return exitCodeOfSignal(signal);
      throw error;
    }
  } finally {
    await data.close();
  }
}

async function write(
  day: PublishedDay,
  output: string,
  options: DeliveryOptions,
  deps: DeliveryDeps,
  terminal: Terminal,
): Promise<Delivery> {
  let now: DeliveryProgress | null = null;
  const onProgress = (progress: DeliveryProgress) => {
    now = progress;
  };
  const end = showProgressLine(terminal, () => (now === null ? null : progressLine(now)));
  try {
    return await writeDelivery(day, output, options, { ...deps, onProgress });
  } finally {
    end();
  }
}

function progressLine({ table, stage, bytes }: DeliveryProgress): string {
  return `${table}: ${count(Math.round(bytes / 1e6))} MB ${stage === 'write' ? 'written' : 'read back'}`;
}

function body({ manifest: { business_date, run, attempt } }: PublishedDay, { folder, files }: Delivery): object {
  return {
    business_date,
    run,
    attempt,
    folder,
    files: files.map(({ table, path, rows, bytes, sha256, ambiguous }) => ({
      table,
      path,
      rows,
      bytes,
      sha256,
      ambiguous,
    })),
    faults: countFaults(files),
    first_faults: faultsOf(files),
  };
}

function tell(
  { manifest: { business_date, run } }: PublishedDay,
  { folder, files }: Delivery,
  { format }: DeliveryOptions,
  terminal: Terminal,
): void {
  const tables = files.map(({ table }) => table).join(', ');
  const faults = countFaults(files);
  const found =
    faults === 0 ? 'Every row was read back and is as its table wants it.' : `${plural(faults, 'fault')} were allowed.`;
  const columns = [
    { header: 'file' },
    { header: 'rows', align: 'right' },
    { header: 'bytes', align: 'right' },
    { header: 'SHA-256', flexible: true },
  ] as const;
  const rows = files.map(({ path, rows, bytes, sha256 }) => [path, count(rows), count(bytes), sha256]);
  terminal.print(
    ...wrap(`${tables} as of ${business_date} (${run}). ${found}`, terminal.width),
    '',
    ...renderTable(columns, rows, terminal.width, '  '),
    '',
    ...wrap(harmless(folder), terminal.width, '  in     ', '         '),
    ...commandLines(
      `(cd ${shellWord(folder)} && sha256sum -c ${CHECKSUM_FILE})`,
      terminal.commandWidth,
      '  check  ',
      '         ',
    ),
  );
  for (const line of faultLines(faultsOf(files), faults)) {
    terminal.note(...wrap(harmless(line), terminal.errorWidth, '! ', '  '));
  }
  const ambiguous = files.reduce((sum, file) => sum + file.ambiguous, 0);
  if (ambiguous === 0) return;
  const texts = new Set(
    [format.notApplicable, ...Object.values(format.notApplicableByField)].filter((text) => text !== ''),
  );
  const what = `${plural(ambiguous, 'value')} of the tables read like the text for what does not apply (${[...texts].join(', ')}).`;
  terminal.note(...wrap(harmless(what), terminal.errorWidth, '! ', '  '));
}
