import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/engine/json.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import { aborted, type Definition, fail, gate, lambda, machineOf, makeEngine } from './make-engine.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Small machines of every kind of state; names are unique by a running number. */
const definitions = fc.letrec<{ states: unknown; step: unknown }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('task', 'flaky', 'pass', 'wait', 'choice', 'caught', 'nested') }),
    fc.record({
      kind: fc.constant('map'),
      inner: tie('states'),
      width: fc.integer({ min: 0, max: 3 }),
      MaxConcurrency: fc.integer({ min: 0, max: 2 }),
    }),
    fc.record({ kind: fc.constant('parallel'), inner: tie('states') }),
  ),
  states: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
})).states;

type Step = {
  readonly kind: string;
  readonly inner?: Step[];
  readonly width?: number;
  readonly MaxConcurrency?: number;
};

/** A group of states that runs the steps one after the other; each keeps the input in its output. */
function groupOf(
  steps: readonly Step[],
  counter: { next: number },
): { StartAt: string; States: Record<string, Definition> } {
  const names = steps.map(({ kind }) => {
    counter.next += 1;
    return `${kind}${counter.next}`;
  });
  const States: Record<string, Definition> = {};
  for (const [i, step] of steps.entries()) {
    const flow = names[i + 1] === undefined ? { End: true } : { Next: names[i + 1] };
    Object.assign(States, stateOf(step, names[i]!, flow, counter));
  }
  return { StartAt: names[0]!, States };
}

function stateOf(
  { kind, inner = [], width = 0, MaxConcurrency }: Step,
  name: string,
  flow: Definition,
  counter: { next: number },
): Record<string, Definition> {
  const id = { name, path: '{% $states.context.Map.Item.Index ? $states.context.Map.Item.Index : 0 %}' };
  switch (kind) {
    case 'task':
      return { [name]: lambda('work', id, { ...flow, Assign: { [`v${name}`]: '{% $states.result.Payload %}' } }) };
    case 'flaky':
      return {
        [name]: lambda('flaky', id, {
          ...flow,
          Retry: [{ ErrorEquals: ['Flaky'], MaxAttempts: 9, JitterStrategy: 'FULL' }],
        }),
      };
    case 'caught':
      return {
        [name]: lambda('broken', id, {
          ...flow,
          Catch: [{ ErrorEquals: ['States.ALL'], Next: `${name}c`, Output: '{% $states.errorOutput.Error %}' }],
        }),
        [`${name}c`]: { Type: 'Pass', ...flow },
      };
    case 'wait':
      return { [name]: { Type: 'Wait', Seconds: 3, ...flow } };
    case 'choice':
      return {
        [name]: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $exists($states.input) %}', Next: `${name}c` }],
          Default: `${name}c`,
        },
        [`${name}c`]: { Type: 'Pass', Output: { was: '{% $states.input %}' }, ...flow },
      };
    case 'map': {
      const Items = Array.from({ length: width }, (_, i) => i);
      return { [name]: { Type: 'Map', Items, MaxConcurrency, ItemProcessor: groupOf(inner, counter), ...flow } };
    }
    case 'parallel':
      return { [name]: { Type: 'Parallel', Branches: [groupOf(inner, counter), groupOf(inner, counter)], ...flow } };
    case 'nested':
      return {
        [name]: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync:2',
          Arguments: { StateMachineArn: 'child', Input: name },
          Output: '{% $states.result.Output %}',
          ...flow,
        },
      };
    default:
      return { [name]: { Type: 'Pass', Output: [name], ...flow } };
  }
}

const CHILD = machineOf({
  first: lambda('work', { name: '{% $states.input %}' }, { Next: 'second' }),
  second: { Type: 'Wait', Seconds: 1, End: true },
});

/** Runs to the end; the process dies at each of these commits (counted from the last death) and starts again. */
async function runWithDeaths(main: Definition, deaths: readonly number[]) {
  const journal = new MemoryJournal();
  const clock = new FakeClock();
  const effects: string[] = [];
  const functions = {
    work: (payload: object) => {
      effects.push(JSON.stringify(payload));
      return payload;
    },
    flaky: (payload: object) => {
      effects.push(JSON.stringify(payload));
      return effects.filter((each) => each === JSON.stringify(payload)).length < 3 ? fail('Flaky') : 'flaky';
    },
    broken: () => fail('Broken'),
  };
  const start = () =>
    makeEngine({ main, child: CHILD }, { journal, clock, functions: functions as never }).engine.startExecution({
      machine: 'main',
      name: 'run',
      input: 'in',
    });
  for (const after of deaths) {
    journal.refuseFrom = journal.commits + after;
    try {
      const outcome = await start();
      return { outcome, journal, effects };
    } catch (error) {
      expect(error).toBe(journal.refusal);
      if (journal.execution('run')?.status !== undefined && journal.execution('run')!.status !== 'RUNNING') break;
    }
  }
  journal.refuseFrom = Number.POSITIVE_INFINITY;
  return { outcome: await start(), journal, effects };
}

function entered(journal: MemoryJournal): readonly string[] {
  return journal.names
    .flatMap((name) => journal.events(name, 0, 100_000))
    .flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [])
    .toSorted();
}

describe('resume after a kill', () => {
  it('any interruptions leave the same output, the same states entered, and every effect at least once', () =>
    fc.assert(
      fc.asyncProperty(
        definitions,
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
        async (steps, deaths) => {
          const main = { QueryLanguage: 'JSONata', ...groupOf(steps as Step[], { next: 0 }) };

          const calm = await runWithDeaths(main, []);
          const rough = await runWithDeaths(main, deaths);

          expect(rough.outcome).toEqual(calm.outcome);
          expect(entered(rough.journal)).toEqual(entered(calm.journal));
          expect(new Set(rough.effects)).toEqual(new Set(calm.effects));
          expect([...rough.journal.frames('run')]).toEqual([]);
        },
      ),
      { numRuns: 100 },
    ));

  it('never runs a finished task again, and runs one that was running again with the same arguments', async () => {
    const journal = new MemoryJournal();
    const calls: unknown[] = [];
    const machine = machineOf({
      A: lambda('f', { id: '{% $uuid() %}' }, { Next: 'B' }),
      B: lambda('f', { id: '{% $uuid() %}' }),
    });
    let random = 0;
    const options = {
      journal,
      random: () => (random = (random + 0.137) % 1),
      functions: {
        f: (payload: unknown) => {
          calls.push(payload);
          return payload;
        },
      } as never,
    };
    journal.refuseFrom = 4; // Begin, A begins, B begins; B's end is lost.
    await expect(
      makeEngine({ machine }, options).engine.startExecution({ machine: 'machine', name: 'run', input: {} }),
    ).rejects.toThrow('killed');
    journal.refuseFrom = Number.POSITIVE_INFINITY;
    await makeEngine({ machine }, options).engine.resumeExecution('run');

    expect(calls).toHaveLength(3);
    expect(calls[2]).toEqual(calls[1]);
    expect(
      journal
        .events('run', 0, 99)
        .map(({ type }) => type)
        .filter((type) => type.startsWith('Exec') || type === 'TaskStarted'),
    ).toEqual([
      'ExecutionStarted',
      'TaskStarted',
      'TaskStarted',
      'ExecutionRedriven',
      'TaskStarted',
      'ExecutionSucceeded',
    ]);
  });

  it.each([
    ['a wait', { W: { Type: 'Wait', Seconds: 100, End: true } }, 40, 60_000],
    ['a wait that is over', { W: { Type: 'Wait', Seconds: 100, End: true } }, 400, null],
    [
      'a back-off',
      { T: lambda('f', {}, { Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 100 }], End: true }) },
      30,
      70_000,
    ],
  ])('continues %s to its due time', async (_, states, deadSeconds, leftMs) => {
    const journal = new MemoryJournal();
    const clock = new FakeClock();
    let calls = 0;
    const functions = {
      f: () => {
        calls += 1;
        return calls === 1 ? fail('E') : 1;
      },
    };
    const first = makeEngine({ machine: machineOf(states) }, { journal, clock, functions });
    const stopped = new AbortController();
    const running = first.engine.startExecution({ machine: 'machine', name: 'run', input: {}, signal: stopped.signal });
    for (let i = 0; clock.sleeps.length === 0 && i < 50; i += 1) await Promise.resolve();
    stopped.abort();
    expect(await running).toEqual({ status: 'STOPPED' });

    clock.skip(deadSeconds * 1000);
    clock.sleeps.length = 0;
    const outcome = await makeEngine(
      { machine: machineOf(states) },
      { journal, clock, functions },
    ).engine.resumeExecution('run');
    expect(outcome.status).toBe('SUCCEEDED');
    expect(clock.sleeps).toEqual(leftMs === null ? [] : [leftMs]);
  });

  it('counts timeouts from the original entry, of the task and of the machine', async () => {
    for (const [more, machineMore, expected] of [
      [{ TimeoutSeconds: 50 }, {}, { status: 'FAILED', error: 'States.Timeout' }],
      [{}, { TimeoutSeconds: 50 }, { status: 'TIMED_OUT' }],
    ] as const) {
      const journal = new MemoryJournal();
      const clock = new FakeClock();
      let calls = 0;
      const machine = machineOf({ T: lambda('f', {}, { ...more, End: true }) }, machineMore);
      const functions = {
        f: () => {
          calls += 1;
          return 1;
        },
      };
      journal.refuseFrom = 3;
      await expect(
        makeEngine({ machine }, { journal, clock, functions }).engine.startExecution({
          machine: 'machine',
          name: 'run',
          input: {},
        }),
      ).rejects.toThrow('killed');
      journal.refuseFrom = Number.POSITIVE_INFINITY;
      clock.skip(60_000);
      const outcome = await makeEngine(
        { machine },
        { journal, clock, functions: { f: (_: never, signal: AbortSignal) => aborted(signal) } },
      ).engine.resumeExecution('run');
      expect(outcome).toMatchObject(expected);
      expect(calls).toBe(1);
    }
  });

  it('a failure that was journaled stays one', async () => {
    const journal = new MemoryJournal();
    let calls = 0;
    const machine = machineOf({
      M: { Type: 'Map', ItemProcessor: { StartAt: 'T', States: { T: lambda('f', {}) } }, End: true },
    });
    const functions = {
      f: () => {
        calls += 1;
        return calls === 1 ? fail('First') : 1;
      },
    };
    journal.refuseFrom = 5; // Begin, Map begins, iteration begins, iteration fails; the Map's own failure is lost.
    await expect(
      makeEngine({ machine }, { journal, functions }).engine.startExecution({
        machine: 'machine',
        name: 'run',
        input: [1],
      }),
    ).rejects.toThrow('killed');
    journal.refuseFrom = Number.POSITIVE_INFINITY;
    expect(await makeEngine({ machine }, { journal, functions }).engine.resumeExecution('run')).toMatchObject({
      error: 'First',
    });
    expect(calls).toBe(1);
  });

  it('says so when the definition no longer has the state', async () => {
    const journal = new MemoryJournal();
    journal.refuseFrom = 3;
    const options = { journal, functions: { f: () => 1 } };
    await expect(
      makeEngine({ machine: machineOf({ Old: lambda('f', {}) }) }, options).engine.startExecution({
        machine: 'machine',
        name: 'run',
        input: {},
      }),
    ).rejects.toThrow('killed');
    journal.refuseFrom = Number.POSITIVE_INFINITY;
    const { engine } = makeEngine({ machine: machineOf({ New: lambda('f', {}) }) }, options);
    await expect(engine.resumeExecution('run')).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
    expect(engine.describeExecution('run')).toMatchObject({ status: 'RUNNING' });
  });
});

describe('stop', () => {
  const machine = machineOf({
    M: {
      Type: 'Map',
      MaxConcurrency: 2,
      ItemProcessor: { StartAt: 'T', States: { T: lambda('f', '{% $states.input %}') } },
      End: true,
    },
  });

  it('tells the tasks, waits for them, keeps what they finished, journals no failure, and can be resumed', async () => {
    const journal = new MemoryJournal();
    const mayEnd = gate();
    const calls: number[] = [];
    const functions = {
      async f(item: number, signal: AbortSignal) {
        calls.push(item);
        await aborted(signal);
        await mayEnd.opened;
        return item === 0 ? 'finished' : fail('AbortError');
      },
    };
    const { engine } = makeEngine({ machine }, { journal, functions: functions as never });
    const running = engine.startExecution({ machine: 'machine', name: 'run', input: [0, 1, 2] });
    await turn();
    let isStopped = false;
    const stopping = engine.stop().then(() => {
      isStopped = true;
    });
    await turn();
    expect(isStopped).toBe(false);
    mayEnd.open();
    await stopping;

    expect(await running).toEqual({ status: 'STOPPED' });
    expect(calls).toEqual([0, 1]);
    const types = journal.events('run', 0, 99).map(({ type }) => type);
    expect(types.filter((type) => /Failed|Aborted/.test(type))).toEqual([]);
    expect(types.filter((type) => type === 'TaskSucceeded')).toHaveLength(1);
    expect(engine.describeExecution('run')).toMatchObject({ status: 'RUNNING' });

    const again = makeEngine({ machine }, { journal, functions: { f: (item: never) => `again ${item}` } });
    expect(await again.engine.startExecution({ machine: 'machine', name: 'run', input: [0, 1, 2] })).toEqual({
      status: 'SUCCEEDED',
      output: ['finished', 'again 1', 'again 2'],
    });
  });

  it('keeps the result of a task before another state', async () => {
    const journal = new MemoryJournal();
    const states = { A: lambda('f', 'a', { Next: 'B' }), B: lambda('f', 'b') };
    const calls: string[] = [];
    const functions = {
      f: async (item: string, signal: AbortSignal) => {
        calls.push(item);
        await aborted(signal);
        return item;
      },
    };
    const { engine } = makeEngine({ machine: machineOf(states) }, { journal, functions: functions as never });
    const running = engine.startExecution({ machine: 'machine', name: 'run', input: {} });
    await turn();
    await engine.stop();
    expect(await running).toEqual({ status: 'STOPPED' });
    const again = makeEngine(
      { machine: machineOf(states) },
      {
        journal,
        functions: {
          f: (item: string) => {
            calls.push(item);
            return item;
          },
        } as never,
      },
    );
    expect(await again.engine.resumeExecution('run')).toEqual({ status: 'SUCCEEDED', output: 'b' });
    expect(calls).toEqual(['a', 'b']);
  });

  it('stops a nested execution too, and both go on as the same ones', async () => {
    const journal = new MemoryJournal();
    const machines = {
      main: machineOf({
        N: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync:2',
          Arguments: { StateMachineArn: 'child', Input: 'x' },
          Output: '{% $states.result.Output %}',
          End: true,
        },
      }),
      child: machineOf({ T: lambda('f', {}) }),
    };
    const first = makeEngine(machines, {
      journal,
      functions: {
        f: async (_: never, signal: AbortSignal) => {
          await aborted(signal);
          return fail('AbortError');
        },
      },
    });
    const running = first.engine.startExecution({ machine: 'main', name: 'run', input: {} });
    await turn();
    await first.engine.stop();
    expect(await running).toEqual({ status: 'STOPPED' });
    expect(journal.openBelow('run')).toEqual(['run.1']);
    const second = makeEngine(machines, { journal, functions: { f: () => 'done' } });
    expect(await second.engine.resumeExecution('run')).toEqual({ status: 'SUCCEEDED', output: 'done' });
    expect(journal.events('run.1', 0, 99).map(({ type }) => type)).toContain('ExecutionRedriven');
    expect(journal.execution('run.2')).toBeNull();
  });
});

describe('a journal that refuses', () => {
  it('ends everything at once, tells the tasks, gives its error to the caller and is not written again', async () => {
    const journal = new MemoryJournal();
    journal.refusal = Object.assign(new Error('full'), { code: 'STORE_FULL' });
    const ended: Json[] = [];
    const functions = {
      async f(item: number, signal: AbortSignal) {
        if (item === 0) {
          journal.refuseFrom = journal.commits + 1;
          return 'first';
        }
        await aborted(signal);
        ended.push(item);
        return 'late';
      },
    };
    const machine = machineOf({
      M: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'T', States: { T: lambda('f', '{% $states.input %}') } },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
        Next: 'Z',
      },
      Z: { Type: 'Succeed' },
    });
    const { engine } = makeEngine({ machine }, { journal, functions: functions as never });
    // The first task answers when all have begun.
    const running = engine.startExecution({ machine: 'machine', name: 'run', input: [2, 1, 0] });
    await expect(running).rejects.toBe(journal.refusal);
    expect(ended.toSorted()).toEqual([1, 2]);
    const after = journal.commits;
    await turn();
    expect(journal.commits).toBe(after);
    expect(engine.describeExecution('run')).toMatchObject({ status: 'RUNNING' });
  });
});
