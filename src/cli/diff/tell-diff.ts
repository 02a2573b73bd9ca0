/** The work of `lexdelta diff`. */
import { resolve } from 'node:path';
import { PermanentError } from '../../errors.ts';
import { diffDays, type RowDifference } from '../../publish/history/diff-days.ts';
import { csvDifferences, ndjsonDifferences } from '../../publish/history/diff-formats.ts';
import { namespacesOf } from '../../publish/history/find-agreement.ts';
import { openPublishedDay, type PublishedDay, resolveAsOf } from '../../publish/read-published.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { readDate, refuseJsonStream } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { count } from '../terminal/figures.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import { maskFields } from '../why/time-line.ts';
import { writeWholeFile } from '../write-whole-file.ts';
import { countMasters, type MasterCounts } from './diff-masters-tally.ts';
import { type DiffSummary, DiffTally } from './diff-tally.ts';
import { differencesLine, renderDiff, renderMasters } from './render-diff.ts';

export interface DiffFlags extends GlobalFlags {
  readonly format?: 'ndjson' | 'csv';
  readonly output?: string;
  readonly namespace?: string;
}

/** Examples of each kind of difference. */
const EXAMPLES = 3;

/**
 * Streams the differences, so their number does not matter. Without a format: counts and a few examples.
 * @param onData called before the first byte of data goes to stdout
 */
export async function tellDiff(
  dates: readonly string[],
  flags: DiffFlags,
  context: Context,
  onData: () => void,
): Promise<number> {
  const [fromDate, toDate] = [readDate(dates[0] ?? ''), readDate(dates[1] ?? '')];
  refuseJsonStream(flags, context.terminal.isJson);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const [from, to] = [await openDay(data, fromDate), await openDay(data, toDate)];
    checkNamespace(flags.namespace, from, to);
    const tally = new DiffTally(EXAMPLES);
    const found = tally.count(onlyNamespace(diffDays(data.jobDailyA3Data, from, to), flags.namespace));
    if (flags.output !== undefined) return await writeFile(flags.output, flags, { found, tally, from, to }, context);
    if (flags.format !== undefined) return await stream(formatted(flags.format, found), context, onData);
    await readAll(found, tally, context);
    // Of the master tables as a whole: they have no namespaces.
    const masters = flags.namespace === undefined ? await countMasters(data.jobDailyA3Data, from, to, EXAMPLES) : null;
    tellSummary(tally.summary, masters, from, to, context);
    return 0;
  } finally {
    await data.close();
  }
}

/** The counts are all that is told of them, so nothing else shows that it works. */
async function readAll(found: AsyncIterable<RowDifference>, tally: DiffTally, { terminal }: Context): Promise<void> {
  const end = showProgressLine(terminal, () => {
    const { added, changed, removed } = tally.summary;
    return `comparing  ${count(added + changed + removed)} differences so far`;
  });
  try {
    for await (const _ of found);
  } finally {
    end();
  }
}

async function openDay({ jobStats, jobDailyA3Data: a3 }: JobData, date: string): Promise<PublishedDay> {
  return openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, date));
}

function checkNamespace(namespace: string | undefined, ...days: readonly PublishedDay[]): void {
  const names = namespacesOf(days);
  if (namespace === undefined || names.includes(namespace)) return;
  throw new PermanentError('USAGE', `Neither table has a namespace "${namespace}"; they have ${names.join(', ')}.`);
}

async function* onlyNamespace(
  found: AsyncIterable<RowDifference>,
  namespace: string | undefined,
): AsyncIterable<RowDifference> {
  for await (const one of found) if (namespace === undefined || one.namespace === namespace) yield one;
}

function formatted(format: 'ndjson' | 'csv', found: AsyncIterable<RowDifference>): AsyncIterable<string> {
  return format === 'csv' ? csvDifferences(found) : ndjsonDifferences(found);
}

async function stream(pieces: AsyncIterable<string>, { terminal }: Context, onData: () => void): Promise<number> {
  onData();
  for await (const piece of pieces) {
    if (terminal.isOutputClosed) return 0;
    await terminal.write(piece);
  }
  return 0;
}

interface Differences {
  readonly found: AsyncIterable<RowDifference>;
  readonly tally: DiffTally;
  readonly from: PublishedDay;
  readonly to: PublishedDay;
}

async function writeFile(
  path: string,
  { format = 'ndjson' }: DiffFlags,
  { found, tally, from, to }: Differences,
  context: Context,
): Promise<number> {
  const { terminal } = context;
  const output = resolve(context.cwd, path);
  // Ctrl+C takes the unfinished file away before the process ends.
  const signal = context.catchStopSignals(() => undefined);
  try {
    await writeWholeFile(output, untilStopped(formatted(format, found), signal));
  } catch (error) {
    if (signal.aborted) return exitCodeOfSignal(signal);
    throw error;
  }
  if (terminal.isJson)
    terminal.printJson('diff', { ...days(from, to), ...tally.summary, examples: [], format, output });
  else terminal.note(`${differencesLine(tally.summary, from, to)} Written to ${output}`);
  return 0;
}

async function* untilStopped<T>(pieces: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
  signal.throwIfAborted();
}

function tellSummary(
  summary: DiffSummary,
  masters: readonly MasterCounts[] | null,
  from: PublishedDay,
  to: PublishedDay,
  { terminal }: Context,
): void {
  const masked = { ...summary, examples: summary.examples.map((one) => ({ ...one, fields: maskFields(one.fields) })) };
  if (terminal.isJson)
    terminal.printJson('diff', { ...days(from, to), ...masked, masters, format: null, output: null });
  else terminal.print(...renderDiff(masked, from, to, terminal), ...renderMasters(masters, terminal));
}

function days(from: PublishedDay, to: PublishedDay): object {
  const day = ({ manifest: { business_date, run, rows } }: PublishedDay) => ({ business_date, run, rows });
  return { from: day(from), to: day(to) };
}
