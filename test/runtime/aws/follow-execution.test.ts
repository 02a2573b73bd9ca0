import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../../src/engine/history-event.ts';
import { type FollowDeps, followExecution } from '../../../src/runtime/aws/follow-execution.ts';
import { historyEventOf } from '../../../src/runtime/aws/history-events.ts';
import { StackExecutions } from '../../../src/runtime/aws/stack-executions.ts';
import { failure } from '../../fakes/fake-step-functions.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';

const MACHINE = 'arn:aws:states:eu-west-1:1:stateMachine:job';
const event = (id: number, type: string, details: object = {}): HistoryEvent =>
  ({ id, previousEventId: id - 1, timestamp: '', type, ...details }) as HistoryEvent;
const nested = (id: number, ExecutionArn: string) =>
  event(id, 'TaskSubmitted', {
    taskSubmittedEventDetails: { resource: 'startExecution.sync:2', output: JSON.stringify({ ExecutionArn }) },
  });

/** Histories that grow by one event a look, and end with the last. */
function growing(histories: Readonly<Record<string, readonly HistoryEvent[]>>): FollowDeps['executions'] {
  let looks = 0;
  return {
    arnOf: (name) => name,
    async status(name) {
      looks += 1;
      return looks > histories[name]!.length ? 'SUCCEEDED' : 'RUNNING';
    },
    eventsAfter: async (name, after) => histories[name]!.slice(after, looks),
  };
}

function follow(executions: FollowDeps['executions'], more: Partial<FollowDeps> = {}) {
  const told: string[] = [];
  const timing = new FakeTiming();
  const done = followExecution('run', {
    executions,
    onEvent: (execution, { id }) => told.push(`${execution} ${id}`),
    signal: new AbortController().signal,
    timing,
    ...more,
  });
  return { done, told, timing };
}

describe('followExecution', () => {
  it('tells each event once and in order, of nested executions too', async () => {
    const { done, told } = follow(
      growing({
        run: [
          event(1, 'ExecutionStarted'),
          nested(2, 'arn:child'),
          event(3, 'TaskSucceeded'),
          event(4, 'ExecutionSucceeded'),
        ],
        'arn:child': [event(1, 'ExecutionStarted'), nested(2, 'arn:grandchild'), event(3, 'ExecutionSucceeded')],
        'arn:grandchild': [event(1, 'ExecutionStarted'), event(2, 'ExecutionFailed')],
      }),
    );

    expect(await done).toBe('ended');
    const of = (name: string) => told.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(' ')[1]);
    expect(of('run')).toEqual(['1', '2', '3', '4']);
    expect(of('arn:child')).toEqual(['1', '2', '3']);
    expect(of('arn:grandchild')).toEqual(['1', '2']);
  });

  it('looks every second while something happens, and less and less often while nothing does, down to 5 s', async () => {
    const events = [event(1, 'ExecutionStarted'), event(2, 'TaskScheduled')];
    let looks = 0;
    const { done, timing } = follow({
      arnOf: (name) => name,
      status: async () => (++looks > 9 ? 'FAILED' : 'RUNNING'),
      eventsAfter: async (_name, after) => events.slice(after, looks === 8 ? 2 : 1),
    });

    await done;

    expect(timing.sleepsMs.map(Math.round)).toEqual([1000, 1500, 2250, 3375, 5000, 5000, 5000, 1000, 1500]);
  });

  it('is patient with an execution that is not seen yet, and gives up one that is never seen', async () => {
    const events = [event(1, 'ExecutionStarted'), event(2, 'ExecutionSucceeded')];
    const answers = [null, null, 'RUNNING', 'SUCCEEDED'] as const;
    let looks = 0;
    const late = follow({
      arnOf: (name) => name,
      status: async () => answers[looks++] ?? null,
      eventsAfter: async (_name, after) => (looks < 3 ? [] : events.slice(after)),
    });
    const never = follow({ arnOf: (name) => name, status: async () => null, eventsAfter: async () => [] });

    expect(await late.done).toBe('ended');
    expect(late.told).toEqual(['run 1', 'run 2']);
    expect(await never.done).toBe('ended');
    expect(never.timing.sleepsMs).toHaveLength(8);
  });

  it('ends at once when it is asked to, even while a call hangs', async () => {
    const controller = new AbortController();
    const { done } = follow(
      { arnOf: (name) => name, status: () => new Promise(() => {}), eventsAfter: async () => [] },
      { signal: controller.signal },
    );

    controller.abort();

    expect(await done).toBe('stopped');
  });
});

describe('StackExecutions', () => {
  const open = (send: (call: string, input: Record<string, unknown>) => object) =>
    new StackExecutions(
      {
        send: (async (command: { readonly input: object }) =>
          send(command.constructor.name, command.input as Record<string, unknown>)) as never,
      },
      MACHINE,
      { patienceMs: 0 },
    );

  it('reads back from the newest event to the one that is known, page by page', async () => {
    const asked: unknown[] = [];
    const executions = open((_call, { nextToken, maxResults }) => {
      asked.push([nextToken, maxResults]);
      const from = nextToken === undefined ? 9 : Number(nextToken);
      const events = [from, from - 1].map((id) => ({ id, timestamp: new Date(id), type: 'PassStateExited' }));
      return { events, nextToken: String(from - 2) };
    });

    const events = await executions.eventsAfter('agreements-2021-10-20', 4);

    expect(events.map(({ id }) => id)).toEqual([5, 6, 7, 8, 9]);
    expect(asked).toEqual([
      [undefined, 100],
      ['7', 100],
      ['5', 100],
    ]);
  });

  it('knows a run by its name and the owner of the lock by its ARN', async () => {
    const arns: unknown[] = [];
    const executions = open((_call, { executionArn }) => {
      arns.push(executionArn);
      return { status: 'PENDING_REDRIVE' };
    });

    expect(await executions.status('agreements-2021-10-20')).toBe('RUNNING');
    await executions.status('arn:aws:states:eu-west-1:1:execution:old:agreements-2021-10-19');
    expect(arns).toEqual([
      'arn:aws:states:eu-west-1:1:execution:job:agreements-2021-10-20',
      'arn:aws:states:eu-west-1:1:execution:old:agreements-2021-10-19',
    ]);
  });

  it('tells a forgotten execution, one that exists, a missing right on a key and a deleted machine apart', async () => {
    const failing = (name: string) =>
      open(() => {
        throw failure(name, 'words of AWS');
      });

    expect(await failing('ExecutionDoesNotExist').describe('run')).toBeNull();
    expect(await failing('ExecutionDoesNotExist').eventsAfter('run', 0)).toEqual([]);
    expect(await failing('ExecutionAlreadyExists').start('run', '{}')).toBe('exists');
    await expect(failing('KmsAccessDeniedException').start('run', '{}')).rejects.toMatchObject({
      code: 'STORE_KMS_DENIED',
    });
    await expect(failing('StateMachineDoesNotExist').start('run', '{}')).rejects.toMatchObject({
      code: 'STORE_MISSING',
    });
    await expect(failing('KmsThrottlingException').status('run')).rejects.toMatchObject({ code: 'STORE_THROTTLED' });
  });
});

describe('historyEventOf', () => {
  it('gives the shape that the engine keeps, also of data that may not be read', () => {
    const timestamp = new Date('2021-10-20T06:00:00.123Z');
    const entered = { timestamp, id: 3, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'A' } } as const;
    const exited = { timestamp, id: 4, type: 'TaskStateExited', stateExitedEventDetails: { name: 'A' } } as const;

    expect(historyEventOf(entered)).toEqual({
      id: 3,
      previousEventId: 0,
      timestamp: '2021-10-20T06:00:00.123Z',
      type: 'TaskStateEntered',
      stateEnteredEventDetails: { name: 'A', input: '{}', inputDetails: { truncated: false } },
    });
    expect(historyEventOf(exited).stateExitedEventDetails).toMatchObject({ output: '{}', assignedVariables: {} });
  });
});
