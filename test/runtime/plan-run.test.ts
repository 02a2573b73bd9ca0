import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryEvent } from '../../src/engine/history-event.ts';
import type { ExecutionRecord } from '../../src/engine/journal.ts';
import { LmdbJournal } from '../../src/engine/lmdb-journal.ts';
import { parseExecutionName } from '../../src/job/business-date.ts';
import { DEFAULT_RETENTION } from '../../src/job/retention-policy.ts';
import { StackExecutions } from '../../src/runtime/aws/stack-executions.ts';
import { StackRuntime } from '../../src/runtime/aws/stack-runtime.ts';
import { openLocalRuntime } from '../../src/runtime/local-runtime.ts';
import { takeExecution } from '../../src/stores/embedded/incarnation.ts';
import { type EmbeddedStores, openEmbeddedStores } from '../../src/stores/embedded/open-stores.ts';
import { type Before, HEAD, planRunContract } from '../contract/plan-run.contract.ts';
import { executionArn, FakeStepFunctions, STATE_MACHINE } from '../fakes/fake-step-functions.ts';

const folders = () => mkdtemp(join(tmpdir(), 'lexdelta-'));

planRunContract('on this machine', async (before) => {
  const folder = await folders();
  const stores = openEmbeddedStores({ folder });
  const journal = new LmdbJournal(stores.environment);
  const held: (() => Promise<void>)[] = [];
  for (const [run, status] of Object.entries(before.executions ?? {})) {
    await journal.commit([begun(run, status)]);
    if (status !== 'RUNNING') continue;
    const taken = await takeExecution({ folder, execution: run });
    if ('guard' in taken) held.push(() => taken.release());
  }
  await fill(stores, before, (run) => run);
  await stores.close();
  const runtime = await openLocalRuntime({
    dataFolder: folder,
    lex: null,
    lexToken: null,
    lexTimeouts: { idleMs: 1, totalMs: 1 },
    rules: {},
    namespaceModules: {},
    retention: DEFAULT_RETENTION,
    threads: 1,
  });
  return {
    runtime,
    async close() {
      await runtime.close();
      for (const release of held) await release();
      await rm(folder, { recursive: true });
    },
  };
});

planRunContract('on a stack', async (before) => {
  const folder = await folders();
  const stores = openEmbeddedStores({ folder });
  const stepFunctions = new FakeStepFunctions({ itemTables: stores.itemTables, functions: {} });
  for (const [run, status] of Object.entries(before.executions ?? {})) await stepFunctions.remember(run, status);
  await fill(stores, before, executionArn);
  const runtime = new StackRuntime({
    found: { name: 'ours', jobDefaults: null, retention: null },
    stores,
    executions: new StackExecutions(stepFunctions, STATE_MACHINE),
    close: () => undefined,
  });
  return {
    runtime,
    async close() {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
});

/** Rows, lock and head as the machine writes them. */
async function fill(stores: EmbeddedStores, { rows = {}, owner, asOf }: Before, nameOwner: (run: string) => string) {
  for (const [run, status] of Object.entries(rows)) {
    const { business_date, attempt } = parseExecutionName(run)!;
    const key = { business_date: { S: business_date }, execution_name: { S: run } };
    const row = { ...key, attempt: { N: String(attempt) }, status: { S: status }, fence: { N: '1' } };
    await stores.itemTables.update('JobStats', key, () => row);
  }
  const key = { business_date: { S: 'LOCK' }, execution_name: { S: 'LOCK' } };
  await stores.itemTables.update('JobStats', key, () => ({
    ...key,
    fence: { N: '1' },
    ...(owner === undefined ? {} : { owner: { S: nameOwner(owner) } }),
    ...(asOf === undefined ? {} : { as_of: { S: asOf }, head: { S: HEAD } }),
  }));
}

function begun(run: string, status: ExecutionRecord['status']) {
  const record: ExecutionRecord = {
    name: run,
    machine: 'DailyAgreementJob',
    root: run,
    parent: null,
    status,
    input: {},
    startedAtMs: 0,
    stoppedAtMs: status === 'RUNNING' ? null : 1,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
  };
  const timestamp = new Date(0).toISOString();
  const events: readonly HistoryEvent[] = [{ id: 1, previousEventId: 0, timestamp, type: 'ExecutionStarted' }];
  return { execution: run, root: run, events, putFrames: [], removeBelow: [], record };
}
