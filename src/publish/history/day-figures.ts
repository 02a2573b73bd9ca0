/** The figures of a published day, for trends. */

import type { GateResult } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { type PublishedDay, readLedger } from '../read-published.ts';
import { changedShare } from './changed-share.ts';

export interface NamespaceFigures {
  readonly namespace: string;
  readonly listed: number;
  readonly new: number;
  readonly changed: number;
  /** Transformed again though nothing of them had changed in Lex. */
  readonly reprocessed: number;
  readonly removed: number;
  /** Of this run; those that stand rejected are not among them. */
  readonly rejected: number;
  readonly standing: number;
  /** Lines of Lex that could not be read: their documents kept what they had. */
  readonly unreadable: number;
  /** New, changed and reprocessed of those listed, 0 to 1; 0 where nothing is listed. */
  readonly changed_share: number;
  readonly complete: boolean;
}

export interface DayFigures {
  readonly date: string;
  readonly attempt: number;
  readonly run: string;
  /** Nothing was published before, so everything was new. */
  readonly is_first: boolean;
  readonly namespaces: readonly NamespaceFigures[];
  readonly total: Omit<NamespaceFigures, 'namespace'>;
  readonly rows: number;
  readonly stale_rows: number;
  /** Documents rejected as of the day, standing ones and unreadable rows included. */
  readonly rejected_now: number;
  readonly table_findings: number;
  readonly gates: { readonly query: GateResult; readonly transformation: GateResult };
  /** From the run's start to its manifest; `null`: not known. Its end, somewhat later, stands in JobStats alone. */
  readonly duration_ms: number | null;
}

type Counts = Omit<NamespaceFigures, 'namespace' | 'changed_share' | 'complete'>;

/** @throws PermanentError `STORE_CORRUPT` */
export async function readDayFigures(a3: Pick<JobDailyA3Data, 'get' | 'open'>, day: PublishedDay): Promise<DayFigures> {
  const { manifest } = day;
  const ledger = await readLedger(a3, day);
  const namespaces = ledger.namespaces.map((counts): NamespaceFigures => {
    const { namespace, listed, changed, reprocessed, removed, rejected, standing, unreadable } = counts;
    const figures = { listed, new: counts.new, changed, reprocessed, removed, rejected, standing, unreadable };
    return { namespace, ...figures, changed_share: changedShare(figures), complete: counts.complete };
  });
  const sum = (key: keyof Counts) => namespaces.reduce((total, counts) => total + counts[key], 0);
  const sums: Counts = {
    listed: sum('listed'),
    new: sum('new'),
    changed: sum('changed'),
    reprocessed: sum('reprocessed'),
    removed: sum('removed'),
    rejected: sum('rejected'),
    standing: sum('standing'),
    unreadable: sum('unreadable'),
  };
  return {
    date: manifest.business_date,
    attempt: manifest.attempt,
    run: manifest.run,
    is_first: manifest.base === null,
    namespaces,
    total: { ...sums, changed_share: changedShare(sums), complete: namespaces.every(({ complete }) => complete) },
    rows: manifest.rows,
    stale_rows: ledger.rows.stale,
    rejected_now: ledger.rejected_now,
    table_findings: manifest.findings.lines,
    gates: { query: manifest.gates.query, transformation: manifest.gates.transformation },
    duration_ms: await durationOf(a3, day),
  };
}

/** Clock values stand outside the manifest, and nothing vouches for them. */
async function durationOf(a3: Pick<JobDailyA3Data, 'get'>, { folder }: PublishedDay): Promise<number | null> {
  try {
    const body = await a3.get(`${folder}/times.json`);
    const times = JSON.parse(body?.toString('utf8') ?? 'null') as { started_at?: unknown; ended_at?: unknown } | null;
    const duration = Date.parse(String(times?.ended_at)) - Date.parse(String(times?.started_at));
    return Number.isFinite(duration) && duration >= 0 ? duration : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
