/** The work of `lexdelta deliver`. */
import { resolve } from 'node:path';
import { openPublishedDay, type PublishedDay, resolveAsOf } from '../../publish/read-published.ts';
import { readDate } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { count } from '../terminal/figures.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { countFaults, faultsOf } from './delivery-faulty.ts';
import { type DeliveryFlags, readDeliveryOptions } from './delivery-options.ts';
import { renderDelivery, renderRemarks } from './render-delivery.ts';
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
      else {
        terminal.print(...renderDelivery(day.manifest, made, terminal));
        terminal.note(...renderRemarks(made, options.format, terminal.errorWidth));
      }
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

function body(
  { manifest: { business_date, run, attempt } }: PublishedDay,
  { folder, files, reservations }: Delivery,
): object {
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
    reservations,
  };
}
