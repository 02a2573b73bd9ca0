/** The command line inside the test's process, with a runtime that only plays one. */
import { PassThrough, Readable } from 'node:stream';
import type { Context } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { Services } from '../../src/cli/services.ts';
import type { StopSignal } from '../../src/cli/signals.ts';
import { Terminal } from '../../src/cli/terminal/terminal.ts';
import type { NamespaceCounts } from '../../src/job/contracts.ts';
import type { JobRuntime, RunRequest } from '../../src/runtime/job-runtime.ts';
import type { RunPlan } from '../../src/runtime/plan-run.ts';
import type { RunEvent, RunOutcome } from '../../src/runtime/run-events.ts';
import type { RunReport } from '../../src/runtime/run-report.ts';
import type { RuntimeConfig } from '../../src/runtime/runtime-config.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly services?: Partial<Services>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Given to the command as the first stop signal at once. */
  readonly stop?: StopSignal;
  /** ISO. @default the morning of 2021-10-20 */
  readonly now?: string;
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const cwd = options.cwd ?? '/nowhere';
  const context: Context = {
    terminal: new Terminal(stdout, stderr, options.env ?? {}),
    stdin: Readable.from([options.stdin ?? '']),
    env: options.env ?? {},
    cwd,
    home: cwd,
    services: { ...REFUSING_SERVICES, ...options.services },
    now: () => Date.parse(options.now ?? '2021-10-20T06:02:11Z'),
    catchStopSignals: (onStop) => {
      if (options.stop === undefined) return new AbortController().signal;
      onStop(options.stop);
      return AbortSignal.abort(options.stop);
    },
  };
  const exitCode = await runProgram(args, context);
  return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** A command that should have been refused must not get so far. */
const refuse = (): never => {
  throw new Error('Nothing may be opened here.');
};
const REFUSING_SERVICES: Services = {
  openRuntime: refuse,
  openStackRuntime: refuse,
  openData: refuse,
  rebuildHashes: refuse,
  startLex: refuse,
};

export interface FakeRun {
  readonly outcome: RunOutcome;
  readonly events?: readonly RunEvent[];
  readonly preview?: RunPlan;
  /** @default nothing has been run */
  readonly jobStats?: JobRuntime['jobStats'];
}

const EMPTY_JOB_STATS: JobRuntime['jobStats'] = {
  getLock: async () => ({ owner: null, fence: 0, head: null, as_of: null, hashes_of: null }),
  async *listRuns() {},
};

/** A runtime whose run ends as told. What it was asked for is kept in `seen`. */
export function fakeRuntime({ outcome, events = [], preview, jobStats = EMPTY_JOB_STATS }: FakeRun): {
  readonly services: Pick<Services, 'openRuntime'>;
  readonly seen: { config?: RuntimeConfig; request?: RunRequest };
} {
  const seen: { config?: RuntimeConfig; request?: RunRequest } = {};
  const services = {
    openRuntime: async (config: RuntimeConfig) => {
      seen.config = config;
      return {
        isElsewhere: false,
        jobDefaults: null,
        jobStats,
        run: async (request: RunRequest, follow: { readonly onEvent?: (event: RunEvent) => void }) => {
          seen.request = request;
          for (const event of events) follow.onEvent?.(event);
          return outcome;
        },
        preview: async (request: RunRequest) => {
          seen.request = request;
          return preview!;
        },
        close: async () => undefined,
      };
    },
  };
  return { services, seen };
}

export function namespaceCounts(namespace: string, counts: Partial<NamespaceCounts> = {}): NamespaceCounts {
  return {
    namespace,
    iteration: 1,
    total_docs: 0,
    total_docs_queried: 0,
    new: 0,
    changed: 0,
    reprocessed: 0,
    touched: 0,
    unchanged: 0,
    standing: 0,
    unreadable: 0,
    planned: 0,
    removed: 0,
    removals_held: 0,
    failed_pages: 0,
    gaps: 0,
    repaired_joints: 0,
    complete: true,
    cause: null,
    ...counts,
  };
}

/** The second day of a large bank, published. */
export function publishedReport(change: Partial<RunReport> = {}): RunReport {
  const gate = (numerator: number, denominator: number) => ({
    passed: true,
    numerator,
    denominator,
    ratio: numerator / denominator,
    threshold: 0.9,
    accepted: false,
  });
  return {
    run: 'agreements-2021-10-20',
    business_date: '2021-10-20',
    attempt: 1,
    status: 'succeeded',
    fence: 2,
    retention: null,
    extraction: null,
    started_at: '2021-10-20T06:02:11Z',
    ended_at: '2021-10-20T06:11:52Z',
    iterations: 1,
    query: [
      namespaceCounts('mac', {
        total_docs: 2_400_000,
        total_docs_queried: 2_400_000,
        unchanged: 2_398_020,
        new: 80,
        changed: 1_900,
        planned: 1_980,
        removed: 9,
      }),
      namespaceCounts('pwm', {
        total_docs: 1_308_719,
        total_docs_queried: 1_308_719,
        unchanged: 1_307_677,
        new: 38,
        changed: 1_004,
        planned: 1_042,
      }),
    ],
    query_gate: gate(3_708_719, 3_708_719),
    warnings: [],
    transformation: {
      planned: 3_022,
      valid: 2_981,
      rejected: 41,
      rejected_again: 0,
      rows: 3_100,
      touched: 0,
      removed: 9,
      unreadable: 0,
    },
    transformation_gate: gate(2_981, 3_022),
    failed_slices: 0,
    publication: {
      manifest: 'published/as_of=2021-10-20/attempt=1/manifest.json',
      manifest_sha256: 'ab'.repeat(32),
      rows: 3_921_440,
      added: 120,
      changed: 2_900,
      removed: 12,
      rejected: 55,
      stale: 7,
      left_out: [],
      carried_over: [],
      held_removals: null,
      share_jumps: [],
      table_findings: 0,
      findings_by_rule: {},
      fill_gate: null,
    },
    overrides: [],
    base: 'published/as_of=2021-10-19/attempt=1/manifest.json',
    error: null,
    ...change,
  };
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString('utf8') ?? '';
}
