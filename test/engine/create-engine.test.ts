import { describe, expect, it } from 'vitest';
import { executionNameProblem, nestedExecutionName } from '../../src/engine/execution-name.ts';
import { aborted, gate, lambda, machineOf, makeEngine } from './make-engine.ts';

const quick = machineOf({ P: { Type: 'Pass', End: true } });
const start = { machine: 'quick', name: 'run', input: { a: 1 } };

describe('starting an execution', () => {
  it('joins one of the same name and input while it runs', async () => {
    const opened = gate();
    let calls = 0;
    const functions = {
      f: async () => {
        calls += 1;
        await opened.opened;
        return 1;
      },
    };
    const { engine } = makeEngine({ quick: machineOf({ T: lambda('f', {}) }) }, { functions });
    const both = [engine.startExecution(start), engine.startExecution({ ...start, input: { a: 1 } })];
    await new Promise((resolve) => setImmediate(resolve));
    both.push(engine.startExecution(start), engine.resumeExecution('run'));
    opened.open();
    expect(await Promise.all(both)).toEqual(both.map(() => ({ status: 'SUCCEEDED', output: 1 })));
    expect(calls).toBe(1);
  });

  it('refuses a name that is taken: closed, or open with another input or machine', async () => {
    const { engine, journal } = makeEngine({ quick, other: quick });
    await engine.startExecution(start);
    await expect(engine.startExecution(start)).rejects.toMatchObject({ code: 'EXECUTION_EXISTS' });
    await expect(engine.resumeExecution('run')).resolves.toEqual({ status: 'SUCCEEDED', output: { a: 1 } });

    const waiting = makeEngine(
      { quick: machineOf({ T: lambda('f', {}) }), other: quick },
      { journal, functions: { f: (_: never, signal: AbortSignal) => aborted(signal) } },
    );
    const running = waiting.engine.startExecution({ ...start, name: 'open' });
    await new Promise((resolve) => setImmediate(resolve));
    for (const different of [{ input: { a: 2 } }, { machine: 'other' }]) {
      await expect(waiting.engine.startExecution({ ...start, name: 'open', ...different })).rejects.toMatchObject({
        code: 'EXECUTION_EXISTS',
      });
    }
    await waiting.engine.stop();
    expect((await running).status).not.toBe('FAILED');
  });

  it.each(['', 'a b', 'a/b', 'a:b', 'x'.repeat(81), 'a\u0000', '$', '#', 'a,b'])(
    'refuses the name %j',
    async (name) => {
      const { engine } = makeEngine({ quick });
      await expect(engine.startExecution({ ...start, name })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      expect(executionNameProblem(name)).not.toBeNull();
    },
  );

  it.each(['a', 'agreements-2021-10-20-attempt-2', 'x'.repeat(80), 'é_.(=)'])('accepts the name %j', (name) => {
    expect(executionNameProblem(name)).toBeNull();
  });

  it('refuses a machine that it does not have', async () => {
    const { engine } = makeEngine({ quick });
    await expect(engine.startExecution({ ...start, machine: 'nobody' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(engine.describeExecution('run')).toBeNull();
  });

  it('streams every journaled event in order', async () => {
    const seen: string[] = [];
    const { engine } = makeEngine(
      { quick },
      { onEvent: (execution, { id, type }) => seen.push(`${execution} ${id} ${type}`) },
    );
    await engine.startExecution(start);
    expect(seen).toEqual([
      'run 1 ExecutionStarted',
      'run 2 PassStateEntered',
      'run 3 PassStateExited',
      'run 4 ExecutionSucceeded',
    ]);
  });

  it('starts nothing under a signal that is aborted already', async () => {
    let calls = 0;
    const { engine } = makeEngine(
      { quick: machineOf({ T: lambda('f', {}) }) },
      {
        functions: {
          f: () => {
            calls += 1;
          },
        },
      },
    );
    expect(await engine.startExecution({ ...start, signal: AbortSignal.abort() })).toEqual({ status: 'STOPPED' });
    expect(calls).toBe(0);
    expect(await engine.resumeExecution('run')).toEqual({ status: 'SUCCEEDED', output: null });
  });
});

describe('what is known of an execution', () => {
  it('history can be read from any event on', async () => {
    const { engine } = makeEngine({ quick });
    await engine.startExecution(start);
    const ids = await Array.fromAsync(engine.history('run', { fromEventId: 3 }), ({ id }) => id);
    expect(ids).toEqual([3, 4]);
    expect(await Array.fromAsync(engine.history('nobody'))).toEqual([]);
  });

  it('is unknown where there is none', async () => {
    const { engine } = makeEngine({ quick });
    expect(engine.describeExecution('nobody')).toBeNull();
    await expect(engine.resumeExecution('nobody')).rejects.toMatchObject({ code: 'EXECUTION_UNKNOWN' });
    await expect(engine.closeExecution('nobody', { status: 'ABORTED', error: 'E', cause: 'c' })).rejects.toMatchObject({
      code: 'EXECUTION_UNKNOWN',
    });
  });

  it('closing one that is closed already changes nothing', async () => {
    const { engine } = makeEngine({ quick });
    await engine.startExecution(start);
    await engine.closeExecution('run', { status: 'ABORTED', error: 'E', cause: 'c' });
    expect(engine.describeExecution('run')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('closing one that runs here ends it and what it started for good, and no Catch sees it', async () => {
    const asked = gate();
    const { engine, journal } = makeEngine(
      {
        quick: machineOf({
          Nested: {
            Type: 'Task',
            Resource: 'arn:aws:states:::states:startExecution.sync:2',
            Arguments: { StateMachineArn: 'inner' },
            Retry: [{ ErrorEquals: ['States.ALL'] }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Pass', End: true },
        }),
        inner: machineOf({ T: lambda('f', {}) }),
      },
      { functions: { f: (_, signal) => aborted(signal).then(asked.open) } },
    );
    const running = engine.startExecution(start);
    while (journal.names.length < 2 || journal.lastEventId(journal.names[1]!) < 4) await new Promise(setImmediate);

    const closed = await engine.closeExecution('run', { status: 'ABORTED', error: 'Operator', cause: 'Not today.' });
    await asked.opened;

    expect(await running).toEqual({ status: 'ABORTED', error: 'Operator', cause: 'Not today.' });
    expect(closed).toMatchObject({ status: 'ABORTED', error: 'Operator', cause: 'Not today.' });
    expect(journal.names.map((name) => journal.execution(name)?.status)).toEqual(['ABORTED', 'ABORTED']);
    const types = (await Array.fromAsync(engine.history('run'))).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['TaskSubmitted', 'ExecutionAborted']);
    await expect(engine.startExecution(start)).rejects.toMatchObject({ code: 'EXECUTION_EXISTS' });
  });

  it('a process that wakes up after its execution was closed changes nothing more', async () => {
    const opened = gate();
    const asleep = makeEngine({ quick: machineOf({ T: lambda('f', {}) }) }, { functions: { f: () => opened.opened } });
    const running = asleep.engine.startExecution(start);
    await new Promise((resolve) => setImmediate(resolve));
    const other = makeEngine({ quick }, { journal: asleep.journal });
    await other.engine.closeExecution('run', { status: 'ABORTED', error: 'Lexdelta.Superseded', cause: 'c' });
    const before = asleep.journal.lastEventId('run');
    opened.open();
    await expect(running).rejects.toMatchObject({ code: 'RUN_SUPERSEDED' });
    expect(asleep.journal.lastEventId('run')).toBe(before);
    expect(other.engine.describeExecution('run')).toMatchObject({ status: 'ABORTED', error: 'Lexdelta.Superseded' });
  });
});

describe('names of nested executions', () => {
  it('tell the place, and never grow too long or collide', () => {
    expect(nestedExecutionName('run', '', 2)).toBe('run.2');
    expect(nestedExecutionName('run', '.3-0', 1)).toBe('run.3-0.1');
    const long = 'x'.repeat(79);
    const names = [1, 2, 3].map((attempt) => nestedExecutionName(long, '.1-1', attempt));
    expect(new Set(names).size).toBe(3);
    expect(names.map((name) => executionNameProblem(name))).toEqual([null, null, null]);
  });
});
