/** A deployed stack inside the test's process: the machines, steps and stores are real, AWS's API in front of them is not. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN_NAMESPACES } from '../../src/agreements/namespaces/built-in.ts';
import { rulesInForce } from '../../src/agreements/table-a3/rules-in-force.ts';
import type { Services } from '../../src/cli/services.ts';
import type { JobDefaults } from '../../src/job/job-defaults.ts';
import { DEFAULT_RETENTION } from '../../src/job/retention-policy.ts';
import { openLexSource } from '../../src/lex/open-lex-source.ts';
import { addDefaultLaws } from '../../src/runtime/add-default-laws.ts';
import { type OpenStack, stackData } from '../../src/runtime/aws/stack-data.ts';
import { StackExecutions } from '../../src/runtime/aws/stack-executions.ts';
import { StackRuntime } from '../../src/runtime/aws/stack-runtime.ts';
import { createFunctions, type StepFunction } from '../../src/runtime/functions.ts';
import { type EmbeddedStores, openEmbeddedStores } from '../../src/stores/embedded/open-stores.ts';
import type { JobStats } from '../../src/stores/job-stats.ts';
import { executionArn, FakeStepFunctions, STATE_MACHINE } from '../fakes/fake-step-functions.ts';

/** Waits pass at once. */
const TIMING = {
  now: () => 0,
  sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 2)),
  random: () => 0.5,
};

export interface FakeStack {
  readonly services: Pick<Services, 'openData' | 'openStackRuntime'>;
  readonly stepFunctions: FakeStepFunctions;
  readonly stores: EmbeddedStores;
  /** Folder of the stack's Lex: a file a namespace. */
  readonly lex: string;
  /** Called before a function does its work. */
  onInvoke: (name: string, payload: unknown) => Promise<void> | void;
  /** How often the stack was looked for. */
  opened: number;
  remove(): Promise<void>;
}

/** @param name of the stack; another one is refused */
export async function makeFakeStack(name: string, jobDefaults: JobDefaults | null): Promise<FakeStack> {
  const root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  const lex = join(root, 'lex');
  await mkdir(lex);
  await writeFile(join(lex, 'cct.ndjson'), '');
  const stores = openEmbeddedStores({ folder: join(root, 'data') });
  await addDefaultLaws(stores);
  const source = await openLexSource(lex, {
    idFields: Object.fromEntries(BUILT_IN_NAMESPACES.map((one) => [one.namespace, one.idField])),
  });
  const functions = createFunctions({
    ...stores,
    lex: source,
    namespaces: new Map(BUILT_IN_NAMESPACES.map((module) => [module.namespace, module])),
    rules: rulesInForce(undefined, 'rules'),
    codeVersion: '0.0.0',
    retention: DEFAULT_RETENTION,
  });
  const calls: Promise<unknown>[] = [];
  const stepFunctions = new FakeStepFunctions({
    itemTables: stores.itemTables,
    functions: Object.fromEntries(
      Object.entries(functions).map(([functionName, run]) => [
        functionName,
        ((payload, context) => {
          const call = Promise.resolve(stack.onInvoke(functionName, payload)).then(() => run(payload, context));
          calls.push(call.catch(() => undefined));
          return call;
        }) satisfies StepFunction,
      ]),
    ),
  });
  const open = (asked: string): OpenStack => {
    if (asked !== name) throw new Error(`There is no stack ${asked}.`);
    stack.opened += 1;
    return {
      found: { name, jobDefaults, retention: null },
      stores: { ...stores, jobStats: withArns(stores.jobStats) },
      executions: new StackExecutions(stepFunctions, STATE_MACHINE, { timing: TIMING, patienceMs: 0 }),
      close: () => undefined,
    };
  };
  const stack: FakeStack = {
    services: {
      async openData(place) {
        if (place.kind === 'folder') throw new Error('Nothing may be opened on this machine.');
        return stackData(open(place.stack));
      },
      openStackRuntime: async (place) => new StackRuntime(open(place.stack), TIMING),
    },
    stepFunctions,
    stores,
    lex,
    onInvoke: () => undefined,
    opened: 0,
    async remove() {
      await stepFunctions.settle();
      await Promise.all(calls);
      await source.close();
      await stores.close();
      await rm(root, { recursive: true });
    },
  };
  return stack;
}

/** The lock names its owner by ARN there. */
function withArns(jobStats: JobStats): JobStats {
  return {
    getRun: (date, run) => jobStats.getRun(date, run),
    listRuns: (options) => jobStats.listRuns(options),
    async getLock() {
      const lock = await jobStats.getLock();
      return { ...lock, owner: lock.owner === null ? null : executionArn(lock.owner) };
    },
  };
}
