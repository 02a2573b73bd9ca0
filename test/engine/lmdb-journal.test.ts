import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { loadStateMachine } from '../../src/engine/definition/load-state-machine.ts';
import { LmdbJournal } from '../../src/engine/lmdb-journal.ts';
import type { Environment } from '../../src/stores/embedded/environment.ts';
import { openEnvironment } from '../../src/stores/embedded/open-environment.ts';
import { journalContract } from '../contract/journal.contract.ts';
import { MemoryItemTables } from '../fakes/memory-item-tables.ts';
import { lambda, machineOf } from './make-engine.ts';

const opened: { readonly environment: Environment; readonly folder: string }[] = [];

async function open(): Promise<LmdbJournal> {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  const environment = openEnvironment({ folder });
  opened.push({ environment, folder });
  return new LmdbJournal(environment);
}

afterAll(async () => {
  for (const { environment, folder } of opened) {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  }
});

journalContract('LMDB', open);

describe('an engine on the LMDB journal', () => {
  it('runs a Map of 1,000 iterations with a task each, and its history can be read page by page', async () => {
    const journal = await open();
    const machine = loadStateMachine(
      machineOf({
        M: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'T', States: { T: lambda('f', '{% $states.input %}') } },
          Next: 'Z',
        },
        Z: { Type: 'Pass', Output: '{% $count($states.input) %}', End: true },
      }),
      { name: 'machine', substitutions: {} },
    );
    const options = { itemTables: new MemoryItemTables({}), isAlive: () => false, invokeFunction: async () => null };
    const engine = createEngine({ machines: [machine], journal, ...options });

    const outcome = await engine.startExecution({
      machine: 'machine',
      name: 'run',
      input: Array.from({ length: 1000 }, (_, i) => i),
    });

    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 1000 });
    const ids: number[] = [];
    for await (const { id } of engine.history('run', { fromEventId: 3 })) ids.push(id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => i + 3));
    expect(ids.at(-1)).toBe(1 + 4 + 7 * 1000 + 2 + 1);
    expect([...journal.frames('run')]).toEqual([]);
  });
});
