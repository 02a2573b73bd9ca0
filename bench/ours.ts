/** Our whole query stage inside a whole run: from the first to the last event of QueryNamespaces, journal and receipts included. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseJobInput } from '../src/job/job-input.ts';
import { DEFAULT_RETENTION } from '../src/job/retention-policy.ts';
import { openLocalRuntime } from '../src/runtime/local-runtime.ts';
import { contend } from './contender.ts';

await contend(async (task, memory) => {
  const dataFolder = join(task.folder, `run-${process.pid}`);
  cpSync(join(task.folder, 'known'), dataFolder, { recursive: true });
  const runtime = await openLocalRuntime({
    dataFolder,
    lex: task.lexUrl,
    lexToken: null,
    lexTimeouts: { idleMs: 30_000, totalMs: 300_000 },
    rules: {},
    namespaceModules: {},
    retention: DEFAULT_RETENTION,
    threads: 2,
  });
  let begin = 0;
  let end = 0;
  try {
    const input = parseJobInput({
      max_parallel_executions: 2,
      query_batch_size: task.pageSize,
      business_date: '2021-10-20',
      query_percentage_success: 1,
      docs_transformation_percentage_success: 0, // Nobody imported look-ups: every changed document is rejected.
      namespaces: [{ namespace: 'mac' }],
    });
    const outcome = await runtime.run(
      { input, attempt: null },
      {
        onEvent: (event) => {
          if (event.type !== 'state' || event.state !== 'QueryNamespaces') return;
          if (event.phase === 'entered') begin = performance.now();
          else {
            end = performance.now();
            memory.stop();
          }
        },
      },
    );
    if (outcome.kind !== 'ended' || outcome.report.status !== 'succeeded') {
      throw new Error(`The run did not succeed: ${JSON.stringify(outcome).slice(0, 2000)}`);
    }
    const [counts] = outcome.report.query;
    return { documents: counts!.total_docs_queried, changed: counts!.planned, ms: end - begin };
  } finally {
    await runtime.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
