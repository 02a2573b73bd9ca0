import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aborted, fail, gate, lambda, machineOf, makeEngine, runStates } from './make-engine.ts';

const processor = (states: Record<string, unknown>, more: object = {}) => ({
  ...more,
  StartAt: Object.keys(states)[0],
  States: states,
});
const mapOf = (states: Record<string, unknown>, more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: processor(states, { ProcessorConfig: { Mode: 'INLINE' } }),
  ...('Next' in more ? {} : { End: true }),
  ...more,
});

describe('Map', () => {
  it('gives the results in the order of the items, whatever order the iterations end in', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: 0, max: 5 }),
        async (seconds, MaxConcurrency) => {
          const { outcome } = await runStates(
            {
              M: mapOf(
                {
                  W: { Type: 'Wait', Seconds: '{% $states.input %}', Next: 'P' },
                  P: { Type: 'Pass', Output: ['{% $states.input %}'], End: true },
                },
                { MaxConcurrency },
              ),
            },
            { input: seconds },
          );
          expect(outcome.output).toEqual(seconds.map((each) => [each]));
        },
      ),
      { numRuns: 40 },
    ));

  it.each([
    [undefined, 60, 40],
    [0, 60, 40],
    [100, 60, 40],
    [3, 60, 3],
    ['{% 2 + 2 %}', 60, 4],
    [3, 2, 2],
  ])('with MaxConcurrency %s runs %i iterations at most %i at once', async (MaxConcurrency, items, expected) => {
    let running = 0;
    let most = 0;
    const functions = {
      async f() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    };
    await runStates(
      { M: mapOf({ T: lambda('f', {}) }, MaxConcurrency === undefined ? {} : { MaxConcurrency }) },
      { input: Array.from({ length: items }, (_, i) => i), functions },
    );
    expect(most).toBe(expected);
  });

  it('ItemSelector and the iteration see the item and its index', async () => {
    const { outcome } = await runStates(
      {
        M: mapOf(
          {
            P: {
              Type: 'Pass',
              Output: {
                in: '{% $states.input %}',
                at: '{% $states.context.Map.Item.Index %}',
                was: '{% $states.context.Map.Item.Value %}',
              },
              End: true,
            },
          },
          {
            Items: '{% [$states.input.list] %}',
            ItemSelector: {
              v: '{% $states.context.Map.Item.Value & $states.input.suffix %}',
              i: '{% $states.context.Map.Item.Index %}',
            },
          },
        ),
      },
      { input: { list: ['a', 'b'], suffix: '!' } },
    );
    expect(outcome.output).toEqual([
      { in: { v: 'a!', i: 0 }, at: 0, was: 'a' },
      { in: { v: 'b!', i: 1 }, at: 1, was: 'b' },
    ]);
  });

  it('journals its iterations as Step Functions does', async () => {
    const { events } = await runStates(
      { M: mapOf({ P: { Type: 'Pass', End: true } }, { MaxConcurrency: 1 }) },
      { input: [7] },
    );
    expect(events.map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
      ['ExecutionStarted', 0],
      ['MapStateEntered', 0],
      ['MapStateStarted', 2],
      ['MapIterationStarted', 3],
      ['PassStateEntered', 4],
      ['PassStateExited', 5],
      ['MapIterationSucceeded', 6],
      ['MapStateSucceeded', 7],
      ['MapStateExited', 7],
      ['ExecutionSucceeded', 9],
    ]);
    expect(events[2]!.mapStateStartedEventDetails).toEqual({ length: 1 });
    expect(events[3]!.mapIterationStartedEventDetails).toEqual({ name: 'M', index: 0 });
  });

  it.each(['{% 5 %}', '{% {} %}', "{% 'abc' %}"])('refuses the items %s', async (Items) => {
    const { outcome } = await runStates({ M: mapOf({ P: { Type: 'Pass', End: true } }, { Items }) });
    expect(outcome).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('a failed iteration ends the others, waits for them, begins no more, and only then the Catch goes on', async () => {
    const mayEnd = gate();
    const log: string[] = [];
    const functions = {
      async f(item: number, signal: AbortSignal) {
        log.push(`begin ${item}`);
        if (item === 1) return fail('Bad');
        await aborted(signal);
        log.push(`told ${item}`);
        await mayEnd.opened;
        log.push(`end ${item}`);
        return 'late result';
      },
      caught: () => log.push('caught'),
    };
    const running = runStates(
      {
        M: mapOf(
          { T: lambda('f', '{% $states.input %}') },
          {
            MaxConcurrency: 2,
            Catch: [{ ErrorEquals: ['Bad'], Next: 'C', Output: '{% $states.errorOutput.Error %}' }],
          },
        ),
        C: lambda('caught', {}, { End: true, Output: '{% $states.input %}' }),
      },
      { input: [0, 1, 2, 3], functions: functions as never },
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['begin 0', 'begin 1', 'told 0']);
    mayEnd.open();
    const { outcome, types, events } = await running;
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'Bad' });
    expect(log).toEqual(['begin 0', 'begin 1', 'told 0', 'end 0', 'caught']);
    expect(types.filter((type) => type.startsWith('Map'))).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'MapIterationStarted',
      'MapIterationFailed',
      'MapIterationAborted',
      'MapStateFailed',
      'MapStateExited',
    ]);
    expect(
      events.filter(({ taskSucceededEventDetails }) => taskSucceededEventDetails?.output.includes('late')),
    ).toEqual([]);
  });

  it('is run again as a whole by Retry', async () => {
    let calls = 0;
    const { outcome, types } = await runStates(
      {
        M: mapOf(
          { T: lambda('f', '{% $states.input %}') },
          { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }] },
        ),
      },
      {
        input: [1, 2],
        functions: {
          f: (item) => {
            calls += 1;
            return calls === 2 ? fail('Once') : item;
          },
        },
      },
    );
    expect(outcome.output).toEqual([1, 2]);
    expect(types.filter((type) => type === 'MapStateStarted')).toHaveLength(2);
    expect(types.filter((type) => type === 'MapStateEntered')).toHaveLength(1);
  });

  it('nests, and a failure inside ends the whole', async () => {
    const { outcome } = await runStates(
      { M: mapOf({ N: mapOf({ T: lambda('f', '{% $states.input %}') }) }) },
      {
        input: [
          [1, 2],
          [3, 4],
        ],
        functions: { f: (item) => (item === 4 ? fail('Deep') : item) },
      },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Deep' });
  });

  it('leaves no frames behind, and none of an earlier Map', async () => {
    const { engine, journal } = makeEngine(
      {
        m: machineOf({
          M: mapOf({ P: { Type: 'Pass', End: true } }, { Next: 'W' }),
          W: { Type: 'Wait', Seconds: 9, End: true },
        }),
      },
      {
        onEvent: (_, { type }) => {
          if (type === 'WaitStateEntered') expect([...journal.frames('run')].map(({ path }) => path)).toEqual(['']);
        },
      },
    );
    await engine.startExecution({ machine: 'm', name: 'run', input: [1, 2, 3] });
    expect([...journal.frames('run')]).toEqual([]);
  });
});

describe('Parallel', () => {
  const parallel = (Branches: object[], more: object = {}) => ({ Type: 'Parallel', Branches, End: true, ...more });

  it('gives every branch the same input, and the results in order', async () => {
    const { outcome, types } = await runStates(
      {
        P: parallel([
          processor({ A: { Type: 'Wait', Seconds: 5, End: true } }),
          processor({ B: { Type: 'Pass', Output: 'b', End: true } }),
        ]),
      },
      { input: 'in' },
    );
    expect(outcome.output).toEqual(['in', 'b']);
    expect(types).toContain('ParallelStateSucceeded');
  });

  it('fails with the error of its first failing branch, after the others have ended', async () => {
    let ended = false;
    const functions = {
      slow: async (_: never, signal: AbortSignal) => {
        await aborted(signal);
        ended = true;
      },
      bad: () => fail('Bad', 'b'),
    };
    const { outcome, types } = await runStates(
      { P: parallel([processor({ A: lambda('slow', {}) }), processor({ B: lambda('bad', {}) })]) },
      { functions },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Bad' });
    expect(ended).toBe(true);
    expect(types.slice(-2)).toEqual(['ParallelStateFailed', 'ExecutionFailed']);
  });

  it('aborts the nested executions of a branch that must end', async () => {
    const nest = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: 'child' },
      End: true,
    };
    const { engine, journal } = makeEngine({
      m: machineOf({
        P: parallel([
          processor({ A: nest }),
          processor({ W: { Type: 'Wait', Seconds: 1, Next: 'B' }, B: { Type: 'Fail', Error: 'X' } }),
        ]),
      }),
      child: machineOf({ C: { Type: 'Wait', Seconds: 60, End: true } }),
    });
    expect(await engine.startExecution({ machine: 'm', name: 'run', input: {} })).toMatchObject({
      status: 'FAILED',
      error: 'X',
    });
    expect(engine.describeExecution('run.1-0.1')).toMatchObject({ status: 'ABORTED', parent: 'run' });
    expect(journal.openBelow('run')).toEqual([]);
  });
});
