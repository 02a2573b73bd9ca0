/**
 * A run in a process of its own, without the command line: quicker to start, and with parts of work as small as a test
 * wants. Takes one JSON argument, {@link RunDay}; prints one JSON line, {@link DayResult}. SIGTERM asks it to stop.
 */
import { messageOf, PermanentError } from '../../src/errors.ts';
import type { JobInput } from '../../src/job/job-input.ts';
import { DEFAULT_RETENTION } from '../../src/job/retention-policy.ts';
import { openLocalRuntime } from '../../src/runtime/local-runtime.ts';
import type { RunOutcome } from '../../src/runtime/run-events.ts';
import type { WorkLimits } from '../../src/runtime/runtime-config.ts';

export interface RunDay {
  readonly data: string;
  /** URL or folder. */
  readonly lex: string;
  readonly input: JobInput;
  /** Default: by the rule of `run`. */
  readonly attempt?: number;
  readonly workLimits?: WorkLimits;
}

export type DayResult = RunOutcome | { readonly kind: 'error'; readonly code: string | null; readonly message: string };

const { data, lex, input, attempt, workLimits } = JSON.parse(process.argv[2]!) as RunDay;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

async function run(): Promise<RunOutcome> {
  const runtime = await openLocalRuntime({
    dataFolder: data,
    lex,
    lexToken: null,
    lexTimeouts: { idleMs: 10_000, totalMs: 60_000 },
    rules: {},
    namespaceModules: {},
    retention: DEFAULT_RETENTION,
    threads: 2,
    ...(workLimits === undefined ? {} : { workLimits }),
  });
  try {
    return await runtime.run({ input, attempt: attempt ?? null }, { signal: stop.signal });
  } finally {
    await runtime.close();
  }
}

const result: DayResult = await run().catch((error: unknown) => ({
  kind: 'error' as const,
  code: error instanceof PermanentError ? error.code : null,
  message: messageOf(error),
}));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
