/** The work of `lexdelta runs`. */
import { type RunReport, readRunReport } from '../runtime/run-report.ts';
import { readDate, readWhole } from './arguments.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { count, duration, utcTime } from './terminal/figures.ts';
import { renderTable } from './terminal/table.ts';
import { type Verdict, verdictOf } from './verdict/verdict-of.ts';

interface RunsFlags extends GlobalFlags {
  readonly businessDate?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 20;

export async function listRuns(flags: RunsFlags, context: Context): Promise<number> {
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, 1_000_000);
  const date = flags.businessDate === undefined ? null : readDate(flags.businessDate);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    // Some KiB a run and one run a day: the last `limit` of them are all that is kept.
    const found: RunReport[] = [];
    let total = 0;
    for await (const row of data.jobStats.listRuns(date === null ? {} : { business_date: date })) {
      total += 1;
      found.push(readRunReport(row));
      if (found.length > limit) found.shift();
    }
    const runs = await Promise.all(
      found
        .reverse()
        .map(async (report) => ({ ...report, verdict: verdictOf(report, await data.isAlive(report.run)) })),
    );
    tellRuns(runs, total, context);
    return 0;
  } finally {
    await data.close();
  }
}

type ListedRun = RunReport & { readonly verdict: Verdict };

function tellRuns(runs: readonly ListedRun[], total: number, { terminal }: Context): void {
  if (terminal.isJson) {
    terminal.printJson('runs', { total, runs });
    return;
  }
  if (runs.length === 0) {
    terminal.note('There is no run yet. Start one: lexdelta run --business-date MM-DD-YYYY');
    return;
  }
  const columns = [
    { header: 'run', flexible: true },
    { header: 'status', flexible: true },
    { header: 'started' },
    { header: 'took', align: 'right' },
    { header: 'rows', align: 'right' },
  ] as const;
  terminal.print(...renderTable(columns, runs.map(cellsOf), terminal.width));
  if (total > runs.length) terminal.note(`${count(total - runs.length)} older: lexdelta runs --limit ${total}`);
}

function cellsOf(run: ListedRun): readonly string[] {
  const took = run.ended_at === null ? '' : duration(Date.parse(run.ended_at) - Date.parse(run.started_at));
  return [
    run.run,
    statusWords(run),
    utcTime(run.started_at).slice(0, 16),
    took,
    run.publication === null ? '' : count(run.publication.rows),
  ];
}

function statusWords({ status, verdict }: ListedRun): string {
  if (verdict === 'interrupted') return '! interrupted';
  const icons = { published: '✔', published_incomplete: '!', running: '…', not_published: '✘' } as const;
  return `${icons[verdict]} ${status.replaceAll('_', ' ')}`;
}
