import { describe, expect, it } from 'vitest';
import { aborted, fail, gate, lambda, machineOf, makeEngine, runStates } from './make-engine.ts';

const LIMIT = 262_144;

describe('lambda:invoke', () => {
  it('gives Payload, StatusCode and version, and passes both ways through JSON', async () => {
    const seen: unknown[] = [];
    const { outcome } = await runStates(
      { T: { ...lambda('f', { a: [1, null] }), Output: '{% $states.result %}' } },
      {
        functions: {
          f: (payload) => {
            seen.push(payload);
            return { at: new Date(0), gone: undefined };
          },
        },
      },
    );
    expect(outcome.output).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: { at: '1970-01-01T00:00:00.000Z' },
      StatusCode: 200,
    });
    expect(seen).toEqual([{ a: [1, null] }]);
  });

  it('names the error after the thrown one, and its cause as Lambda does', async () => {
    const { outcome, events } = await runStates(
      { T: lambda('f', {}) },
      { functions: { f: () => fail('My.Error', 'why') } },
    );
    const cause = '{"errorType":"My.Error","errorMessage":"why","trace":[]}';
    expect(outcome).toEqual({ status: 'FAILED', error: 'My.Error', cause });
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
    expect(events.at(-2)!.taskFailedEventDetails).toEqual({
      resource: 'invoke',
      resourceType: 'lambda',
      error: 'My.Error',
      cause,
    });
  });

  it('uses the input as arguments where there are none, and an empty payload where none is given', async () => {
    const { outcome } = await runStates(
      { T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true } },
      { input: { FunctionName: 'f' }, functions: { f: (payload) => payload } },
    );
    expect(outcome.output).toMatchObject({ Payload: {} });
  });
});

describe('timeouts of a task', () => {
  it('end it with States.Timeout, tell it, and throw its late result away', async () => {
    const late = gate();
    let told = false;
    const functions = {
      async f(_: never, signal: AbortSignal) {
        await aborted(signal);
        told = true;
        await late.opened;
        return 'late';
      },
    };
    const { outcome, types, events } = await runStates(
      { T: lambda('f', {}, { TimeoutSeconds: '{% 5 %}', End: true }) },
      { functions },
    );
    late.open();
    expect(outcome).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    expect(events.at(-2)?.taskTimedOutEventDetails).toEqual({
      error: 'States.Timeout',
      resource: 'invoke',
      resourceType: 'lambda',
    });
    expect(types.slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
    expect(told).toBe(true);
  });

  it('do not concern a task that ends in time', async () => {
    const { outcome } = await runStates(
      { T: lambda('f', {}, { TimeoutSeconds: 5, End: true }) },
      { functions: { f: () => 1 } },
    );
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 1 });
  });

  it.each(['{% 0 %}', '{% 1.5 %}', "{% '5' %}"])('refuse %s', async (TimeoutSeconds) => {
    const { outcome } = await runStates(
      { T: lambda('f', {}, { TimeoutSeconds, End: true }) },
      { functions: { f: () => 1 } },
    );
    expect(outcome).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});

describe('Retry and Catch', () => {
  const failing = (times: number, name = 'E') => {
    let calls = 0;
    return {
      f: () => {
        calls += 1;
        return calls <= times ? fail(name) : calls;
      },
    };
  };
  const retrying = (...Retry: object[]) => ({ T: lambda('f', {}, { Retry, End: true }) });

  it('waits 1, 2 and 4 seconds by default, three times', async () => {
    const { outcome, clock, types } = await runStates(retrying({ ErrorEquals: ['E'] }), { functions: failing(99) });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'E' });
    expect(clock.sleeps).toEqual([1_000, 2_000, 4_000]);
    expect(types.filter((type) => type === 'TaskScheduled')).toHaveLength(4);
    expect(types.filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
  });

  it('bounds the delay, and takes jitter from the random source', async () => {
    const retrier = { ErrorEquals: ['E'], IntervalSeconds: 3, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 };
    const plain = await runStates(retrying(retrier), { functions: failing(99) });
    const jittered = await runStates(retrying({ ...retrier, JitterStrategy: 'FULL' }), {
      functions: failing(99),
      random: () => 0.25,
    });
    expect(plain.clock.sleeps).toEqual([3_000, 9_000, 20_000, 20_000]);
    expect(jittered.clock.sleeps).toEqual([750, 2_250, 5_000, 5_000]);
  });

  it('counts each retrier for itself, and RetryCount all of them', async () => {
    const names = ['A', 'B', 'A', 'B', 'A'];
    const counts: unknown[] = [];
    const states = {
      T: lambda('f', '{% $states.context.State.RetryCount %}', {
        Retry: [
          { ErrorEquals: ['A'], MaxAttempts: 2, IntervalSeconds: 1 },
          { ErrorEquals: ['States.ALL'], MaxAttempts: 5, IntervalSeconds: 10 },
        ],
        End: true,
      }),
    };
    const functions = {
      f: (count: unknown) => {
        counts.push(count);
        return fail(names[counts.length - 1]!);
      },
    };
    const { outcome, clock } = await runStates(states, { functions: functions as never });
    expect(outcome).toMatchObject({ error: 'A' });
    expect(clock.sleeps).toEqual([1_000, 10_000, 2_000, 20_000]);
    expect(counts).toEqual([0, 1, 2, 3, 4]);
  });

  it('MaxAttempts 0 never retries', async () => {
    const { clock } = await runStates(
      retrying({ ErrorEquals: ['E'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }),
      { functions: failing(99) },
    );
    expect(clock.sleeps).toEqual([]);
  });

  it('a catcher sees the error, assigns it, and leads on', async () => {
    const { outcome, types } = await runStates(
      {
        A: { Type: 'Pass', Assign: { v: 'old' }, Next: 'T' },
        T: lambda(
          'f',
          {},
          {
            Catch: [
              {
                ErrorEquals: ['E'],
                Next: 'Z',
                Assign: { v: '{% $states.errorOutput.Error & $v %}' },
                Output: '{% $v %}',
              },
            ],
            End: true,
          },
        ),
        Z: { Type: 'Pass', Output: ['{% $v %}', '{% $states.input %}'], End: true },
      },
      { functions: failing(9) },
    );
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: ['Eold', 'old'] });
    expect(types).toContain('TaskStateExited');
  });

  it('a catcher without Output passes the error output on', async () => {
    const { outcome } = await runStates(
      {
        T: lambda('f', {}, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }], End: true }),
        Z: { Type: 'Succeed' },
      },
      { functions: failing(9) },
    );
    expect(outcome.output).toEqual({ Error: 'E', Cause: '{"errorType":"E","errorMessage":"failed","trace":[]}' });
  });

  const caught = async (ErrorEquals: string, error: string) => {
    const { outcome } = await runStates(
      {
        T: lambda('f', {}, { Catch: [{ ErrorEquals: [ErrorEquals], Next: 'Z' }], End: true }),
        Z: { Type: 'Succeed' },
      },
      { functions: { f: () => fail(error) } },
    );
    return outcome.status === 'SUCCEEDED';
  };

  it.each([
    ['States.ALL', 'E', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL', 'States.Runtime', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.Runtime', 'States.Runtime', false],
    ['States.TaskFailed', 'E', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.DataLimitExceeded', false],
    ['States.Timeout', 'States.Timeout', true],
    ['E', 'F', false],
  ])('%s catches %s: %s', async (errorEquals, error, isCaught) => {
    expect(await caught(errorEquals, error)).toBe(isCaught);
  });

  it('catches an expression that fails in Arguments and in Output', async () => {
    const states = (field: object) => ({
      T: { ...lambda('f', {}), ...field, Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Z' }] },
      Z: { Type: 'Pass', Output: 'caught', End: true },
    });
    for (const field of [{ Arguments: '{% $states.input.no %}' }, { Output: '{% $states.result.no %}' }]) {
      const { outcome } = await runStates(states(field), { functions: { f: () => 1 } });
      expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'caught' });
    }
  });
});

describe('the limit of 256 KiB', () => {
  const text = (bytes: number) => 'é'.repeat((bytes - 2) / 2); // Two bytes each, and two quotes.

  const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };

  it('lets exactly 262,144 bytes through', async () => {
    const { outcome } = await runStates({ P: { Type: 'Pass', End: true } }, { input: text(LIMIT) });
    expect(outcome.status).toBe('SUCCEEDED');
  });

  it('refuses more as an execution input', async () => {
    const { outcome, types } = await runStates({ P: { Type: 'Pass', End: true } }, { input: text(LIMIT + 2) });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(types).toEqual(['ExecutionStarted', 'ExecutionFailed']);
  });

  it.each([
    ['an output', { P: { Type: 'Pass', Output: ['{% $states.input %}', 'x'], End: true } }],
    ['assigned variables', { P: { Type: 'Pass', Assign: { v: '{% $states.input %}' }, Output: 1, End: true } }],
    ['arguments', { T: lambda('big', ['{% $states.input %}']) }],
    ['a task result', { T: { ...lambda('big', {}), Output: 1 } }],
    ['items', { M: { Type: 'Map', Items: "{% ['x', $states.input] %}", ItemProcessor: inner, Output: 1, End: true } }],
  ])('refuses more in %s', async (_, states) => {
    const { outcome } = await runStates(states, { input: text(LIMIT), functions: { big: () => text(LIMIT) } });
    expect(outcome).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('refuses a Map result that is too large', async () => {
    const { outcome } = await runStates(
      { M: { Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: lambda('f', {}) } }, Output: 1, End: true } },
      { input: [1, 2, 3], functions: { f: () => 'x'.repeat(100_000) } },
    );
    expect(outcome).toMatchObject({ error: 'States.DataLimitExceeded' });
  });
});

describe('the limit of 25,000 events', () => {
  it('fails the execution with States.Runtime at exactly the last event, and nothing catches it', async () => {
    const { outcome, events } = await runStates(
      {
        M: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'I',
            States: {
              I: { Type: 'Pass', Next: 'J' },
              J: { Type: 'Choice', Choices: [{ Condition: true, Next: 'I' }], Default: 'K' },
              K: { Type: 'Succeed' },
            },
          },
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
          Next: 'Z',
        },
        Z: { Type: 'Succeed' },
      },
      { input: [1, 2] },
    );
    expect(outcome).toEqual({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(events).toHaveLength(25_000);
    expect(events.at(-1)!.type).toBe('ExecutionFailed');
  });
});

describe('nested executions', () => {
  const child = (more: object = {}) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: 'child', Input: { n: '{% $states.input %}' }, ...more },
    End: true,
  });
  const machines = (parent: object, states: Record<string, unknown>) => ({
    parent: machineOf({ N: parent }),
    child: machineOf(states),
  });
  const run = async (machinesOf: ReturnType<typeof machines>, functions = {}) => {
    const bench = makeEngine(machinesOf, { functions });
    const outcome = await bench.engine.startExecution({ machine: 'parent', name: 'p', input: 3 });
    return { ...bench, outcome };
  };

  it('give their output as JSON, and are journaled as executions of their own', async () => {
    const { outcome, engine, journal } = await run(
      machines(child(), { P: { Type: 'Pass', Output: '{% $states.input.n * 2 %}', End: true } }),
    );
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      output: {
        ExecutionArn: 'p.1',
        Name: 'p.1',
        StateMachineArn: 'child',
        Status: 'SUCCEEDED',
        Input: { n: 3 },
        Output: 6,
        StartDate: Date.UTC(2026, 10, 23),
        StopDate: Date.UTC(2026, 10, 23),
      },
    });
    expect(engine.describeExecution('p.1')).toMatchObject({
      status: 'SUCCEEDED',
      root: 'p',
      parent: 'p',
      machine: 'child',
    });
    expect(journal.events('p.1', 0, 99).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    expect(journal.events('p', 0, 99).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fail as States.TaskFailed, with their description as cause', async () => {
    const { outcome } = await run(machines(child(), { F: { Type: 'Fail', Error: 'X', Cause: 'y' } }));
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(outcome.cause!)).toMatchObject({
      Name: 'p.1',
      Status: 'FAILED',
      Error: 'X',
      Cause: 'y',
      Input: { n: 3 },
    });
  });

  it('are aborted when their parent times out', async () => {
    const { outcome, engine } = await run(
      machines({ ...child(), TimeoutSeconds: 5 }, { W: { Type: 'Wait', Seconds: 60, End: true } }),
    );
    expect(outcome).toMatchObject({ error: 'States.Timeout' });
    expect(engine.describeExecution('p.1')).toMatchObject({ status: 'ABORTED' });
  });

  it.each([
    [{ StateMachineArn: 'nobody' }, 'StepFunctions.StateMachineDoesNotExistException'],
    [{ Name: 'a/b' }, 'StepFunctions.InvalidNameException'],
    [{ Name: 'p' }, 'StepFunctions.ExecutionAlreadyExistsException'],
  ])('refuse %j', async (more, error) => {
    const { outcome } = await run(machines(child(more), { P: { Type: 'Pass', End: true } }));
    expect(outcome).toMatchObject({ error });
  });

  it('nest in themselves, under names that never grow too long', async () => {
    const recursive = machineOf({
      C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n > 0 %}', Next: 'N' }], Default: 'Z' },
      N: {
        ...child({ StateMachineArn: 'child', Input: { n: '{% $states.input.n - 1 %}' } }),
        Output: '{% $states.result.Output + 1 %}',
      },
      Z: { Type: 'Pass', Output: 0, End: true },
    });
    const { engine, journal } = makeEngine({ child: recursive });
    const name = `r${'x'.repeat(69)}`;
    expect(await engine.startExecution({ machine: 'child', name, input: { n: 12 } })).toEqual({
      status: 'SUCCEEDED',
      output: 12,
    });
    expect(journal.openBelow(name)).toEqual([]);
  });
});

describe('aws-sdk:sfn:describeExecution', () => {
  const describing = machineOf({
    D: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:sfn:describeExecution',
      Arguments: { ExecutionArn: '{% $states.input %}' },
      End: true,
    },
  });
  const waiting = machineOf({ W: { Type: 'Wait', Seconds: 60, End: true } });

  it('describes one that has ended', async () => {
    const { engine } = makeEngine({ describing, quick: machineOf({ P: { Type: 'Pass', Output: 1, End: true } }) });
    await engine.startExecution({ machine: 'quick', name: 'q', input: { a: 1 } });
    const { output } = await engine.startExecution({ machine: 'describing', name: 'd', input: 'q' });
    const at = '2026-11-23T00:00:00.000Z';
    expect(output).toEqual({
      ExecutionArn: 'q',
      Name: 'q',
      StateMachineArn: 'quick',
      Status: 'SUCCEEDED',
      Input: '{"a":1}',
      Output: '1',
      StartDate: at,
      StopDate: at,
    });
  });

  it('does not know one that never was', async () => {
    const { engine } = makeEngine({ describing });
    const outcome = await engine.startExecution({ machine: 'describing', name: 'd', input: 'nobody' });
    expect(outcome).toMatchObject({ error: 'Sfn.ExecutionDoesNotExistException' });
  });

  it('closes one whose process is dead, with what it had started, and leaves one that lives', async () => {
    const nested = machineOf({
      N: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: 'waiting' },
        End: true,
      },
    });
    const first = makeEngine({ describing, waiting, nested });
    const stopping = first.engine.startExecution({ machine: 'nested', name: 'old', input: {} });
    await new Promise((resolve) => setImmediate(resolve)); // The first turn of the fake clock has not come yet.
    await first.engine.stop();
    expect(await stopping).toEqual({ status: 'STOPPED' });

    const living = makeEngine({ describing, waiting, nested }, { journal: first.journal, isAlive: () => true });
    const alive = await living.engine.startExecution({ machine: 'describing', name: 'd1', input: 'old' });
    expect(alive.output).toMatchObject({ Status: 'RUNNING' });

    const { engine } = makeEngine({ describing, waiting, nested }, { journal: first.journal, isAlive: () => false });
    const dead = await engine.startExecution({ machine: 'describing', name: 'd2', input: 'old' });
    expect(dead.output).toMatchObject({ Status: 'ABORTED', Error: 'Lexdelta.Superseded' });
    expect(engine.describeExecution('old.1')).toMatchObject({ status: 'ABORTED' });
    await expect(engine.resumeExecution('old')).resolves.toMatchObject({
      status: 'ABORTED',
      error: 'Lexdelta.Superseded',
    });
  });
});
