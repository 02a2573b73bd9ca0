import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../src/engine/definition/load-state-machine.ts';
import { localSubstitutions, readDefinitions, TRANSFORM_DELTA_BATCH } from '../../src/runtime/machines.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryItemTables } from '../fakes/memory-item-tables.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';

/** What the transformation gate's cause tells of the first slice that failed. */
describe('the cause of a failed slice', () => {
  const transform = { fails: () => thrown('[LEX_BAD_PAGE] Not JSON.'), hangs: () => new Promise(() => {}) };

  it.each([
    ['fails', '[LEX_BAD_PAGE] Not JSON.'],
    ['hangs', 'States.Timeout'],
  ] as const)('is what the function said, or how it ended: %s', async (how, cause) => {
    const outcome = await run({ slices: 1, TransformDocumentData: transform[how] });

    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { slices: 1, failed: 1, cause } });
  });

  it('comes through from a batch inside a batch', async () => {
    const outcome = await run({
      slices: 2,
      GetDeltaDocsBatchInfo: ({ from, to }) => (from === 1 ? thrown('[STORE_CORRUPT] No "plan".') : { from, to }),
    });

    expect(outcome).toMatchObject({ output: { failed: 1, cause: '[STORE_CORRUPT] No ' } });
  });

  it('is null when none failed', async () => {
    expect(await run({ slices: 1 })).toMatchObject({ output: { failed: 0, cause: null } });
  });
});

interface Batch {
  readonly from: number;
  readonly to: number;
}
interface Script {
  readonly slices: number;
  readonly GetDeltaDocsBatchInfo?: (input: Batch) => unknown;
  readonly TransformDocumentData?: () => unknown;
}

/** Runs one batch whose leaves hold one slice. */
async function run({ slices, ...script }: Script) {
  const functions: Readonly<Record<string, (input: Batch) => unknown>> = {
    GetDeltaDocsBatchInfo: ({ from, to }) => ({ from, to }),
    ProcessPayloadForRecursion: ({ from, to }) => ({
      is_leaf: to - from === 1,
      slices: to - from === 1 ? [from] : [],
      delta_docs_batches: to - from === 1 ? [] : [from, from + 1].map((at) => ({ from: at, to: at + 1 })),
    }),
    TransformDocumentData: () => ({}),
    ...script,
  };
  const definition = readDefinitions()[TRANSFORM_DELTA_BATCH];
  const engine = createEngine({
    machines: [loadStateMachine(definition, { name: TRANSFORM_DELTA_BATCH, substitutions: localSubstitutions() })],
    journal: new MemoryJournal(),
    itemTables: new MemoryItemTables({}),
    clock: new FakeClock(),
    isAlive: () => false,
    invokeFunction: async (name, payload) => functions[name]!(payload as unknown as Batch),
  });
  const input = { job_id: 'j', business_date: '2021-10-20', attempt: 1, plan: 'p', batch: 0, from: 0, to: slices };
  return engine.startExecution({ machine: TRANSFORM_DELTA_BATCH, name: 'run', input });
}

function thrown(message: string): never {
  throw Object.assign(new Error(message), { name: 'PermanentError' });
}
