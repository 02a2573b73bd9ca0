/** What JobStats keeps of a run, read back: the source of verdicts, `runs` and `show`. */

import { type Acceptance, acceptances } from '../job/acceptances.ts';
import type {
  Extraction,
  GateResult,
  NamespaceCounts,
  Override,
  RetentionSummary,
  SliceCounts,
  WriteManifestOutput,
} from '../job/contracts.ts';
import { DEFAULT_INPUT, type JobInput } from '../job/job-input.ts';
import { manifestKey } from '../publish/attempt-files.ts';
import type { JobStatsRow, RunStatus } from '../stores/job-stats.ts';
import { messageOfCause } from './error-cause.ts';
import type { JobExecution } from './job-data.ts';

/** `ended` is `null` where the run failed before the last of Lex's answers. ISO. */
export type ReportedExtraction = Pick<Extraction, 'began'> & { readonly ended: Extraction['ended'] | null };

export interface RunReport {
  readonly run: string;
  readonly business_date: string;
  readonly attempt: number;
  readonly status: RunStatus;
  readonly fence: number;
  /** ISO; `ended_at` is `null` while it runs, or when nobody could write it. */
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly iterations: number;
  readonly query: readonly NamespaceCounts[];
  readonly query_gate: GateResult | null;
  readonly warnings: readonly string[];
  readonly transformation: SliceCounts | null;
  readonly transformation_gate: GateResult | null;
  readonly failed_slices: number;
  /** Set once the manifest is written; published only when status is `succeeded` or `published_incomplete`. */
  readonly publication: WriteManifestOutput | null;
  /** `null`: it has not come so far, or ran before there was any. */
  readonly retention: RetentionSummary | null;
  /** When Lex was read; `null`: it was not, nobody could write it, or it ran before it was told. */
  readonly extraction: ReportedExtraction | null;
  /** What operators accepted, each with its figures. */
  readonly overrides: readonly Acceptance[];
  readonly base: string | null;
  readonly error: { readonly code: string | null; readonly name: string; readonly message: string } | null;
}

/** Reads a JobStats row. Attributes that are not there yet are empty: the run has not come so far. */
export function readRunReport(row: JobStatsRow): RunReport {
  const json = <T>(key: string, fallback: T): T => {
    const text = row[key];
    return typeof text === 'string' && text !== '' ? (JSON.parse(text) as T) : fallback;
  };
  const text = (key: string): string | null => {
    const value = row[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const report = {
    run: row.execution_name,
    business_date: row.business_date,
    attempt: row.attempt,
    status: row.status,
    fence: row.fence,
    started_at: text('started_at') ?? '',
    ended_at: text('ended_at'),
    iterations: Number(row['iterations'] ?? 0),
    query: json<readonly NamespaceCounts[]>('query', []),
    query_gate: json<GateResult | null>('query_gate', null),
    warnings: json<readonly string[]>('warnings', []),
    transformation: json<SliceCounts | null>('transformation', null),
    transformation_gate: json<GateResult | null>('transformation_gate', null),
    failed_slices: Number(row['failed_slices'] ?? 0),
    publication: readPublication(json<WriteManifestOutput | null>('publication', null)),
    retention: json<RetentionSummary | null>('retention', null),
    extraction: readExtraction(json<Partial<ReportedExtraction> | null>('extraction', null)),
    base: text('base'),
    error: readError(text('error'), text('cause')),
  };
  const { max_removed_percentage } = { ...DEFAULT_INPUT, ...json<Partial<JobInput>>('input', {}) };
  const facts = { ...report, fill_gate: report.publication?.fill_gate ?? null, max_removed_percentage };
  return { ...report, overrides: acceptances(json<readonly Override[]>('overrides', []), facts) };
}

/** Its status as whichever engine says it. */
type EndedExecution = Omit<JobExecution, 'status'> & { readonly status: string };

/**
 * The report of an execution that has ended. What no Catch saw (a timeout, an abort, a defect) left the row as it was, or
 * none at all: then the engine's word counts.
 */
export function readEndedReport(
  row: JobStatsRow | null,
  execution: {
    readonly run: string;
    readonly business_date: string;
    readonly attempt: number;
    readonly record: EndedExecution | null;
    /** The manifest last published, where it is known. */
    readonly head?: string | null;
  },
): RunReport {
  const { run, business_date, attempt, record, head = null } = execution;
  const report = readRunReport(row ?? { business_date, execution_name: run, attempt, status: 'running', fence: 0 });
  if (record === null || report.status !== 'running' || record.status === 'RUNNING') return report;
  const isHead = head === manifestKey(execution) && record.status !== 'SUCCEEDED';
  return {
    ...report,
    status: isHead ? 'published_incomplete' : statusOf(record),
    base: row === null ? head : report.base,
    started_at: report.started_at || new Date(record.startedAtMs).toISOString(),
    ended_at: record.stoppedAtMs === null ? null : new Date(record.stoppedAtMs).toISOString(),
    error:
      record.error === null && record.cause === null ? null : readError(record.error ?? record.status, record.cause),
  };
}

/** The embedded engine aborts what another run has taken over from; on AWS an operator does, who may say why. */
function statusOf({ status, error }: EndedExecution): RunStatus {
  if (status === 'ABORTED') return error === 'Lexdelta.Superseded' ? 'superseded' : 'aborted';
  return status === 'SUCCEEDED' ? 'succeeded' : status === 'TIMED_OUT' ? 'timed_out' : 'failed';
}

/** Runs of before findings were counted by rule, and fields at all, say nothing of them; nor of what they left out. */
function readPublication(stored: WriteManifestOutput | null): WriteManifestOutput | null {
  return stored === null ? null : { ...NOT_COUNTED, ...stored };
}

const NOT_COUNTED: Partial<WriteManifestOutput> = {
  manifest_sha256: null,
  left_out: [],
  carried_over: [],
  held_removals: null,
  share_jumps: [],
  findings_by_rule: {},
  fill_gate: null,
};

/** A run that failed before it asked Lex for anything has neither time. */
function readExtraction(stored: Partial<ReportedExtraction> | null): ReportedExtraction | null {
  const { began = null, ended = null } = stored ?? {};
  return began === null ? null : { began, ended };
}

/** Our own causes begin with `[CODE]`. */
function readError(name: string | null, cause: string | null): RunReport['error'] {
  if (name === null) return null;
  const message = messageOfCause(cause ?? '');
  return { name, code: /^\[([A-Z_]+)\]/.exec(message)?.[1] ?? null, message: message || name };
}
