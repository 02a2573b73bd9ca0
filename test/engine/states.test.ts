import { describe, expect, it } from 'vitest';
import { lambda, machineOf, runStates } from './make-engine.ts';

const succeeded = (output: unknown) => ({ status: 'SUCCEEDED', output });

describe('Pass, Choice, Succeed, Fail and Wait', () => {
  it('passes the input on, and expressions see it', async () => {
    const { outcome } = await runStates(
      { A: { Type: 'Pass', Output: { x: ['{% $states.input.n + 1 %}', 'text'] }, Next: 'B' }, B: { Type: 'Succeed' } },
      { input: { n: 1 } },
    );
    expect(outcome).toEqual(succeeded({ x: [2, 'text'] }));
  });

  it('journals the events of Step Functions, each with the one before it', async () => {
    const { events, outcome } = await runStates(
      {
        A: { Type: 'Pass', Assign: { v: 1 }, Output: { a: 1 }, Next: 'B' },
        B: lambda('echo', { b: '{% $v %}' }),
      },
      { functions: { echo: (payload) => payload } },
    );

    expect(outcome).toEqual(succeeded({ b: 1 }));
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'TaskStateEntered'],
      [5, 4, 'TaskScheduled'],
      [6, 5, 'TaskStarted'],
      [7, 6, 'TaskSucceeded'],
      [8, 7, 'TaskStateExited'],
      [9, 8, 'ExecutionSucceeded'],
    ]);
    expect(events[2]!.stateExitedEventDetails).toEqual({
      name: 'A',
      output: '{"a":1}',
      outputDetails: { truncated: false },
      assignedVariables: { v: '1' },
      assignedVariablesDetails: { truncated: false },
    });
    expect(events[6]!.taskSucceededEventDetails).toMatchObject({
      resource: 'invoke',
      resourceType: 'lambda',
      output: '{"ExecutedVersion":"$LATEST","Payload":{"b":1},"StatusCode":200}',
    });
    expect(events[0]!.timestamp).toBe('2026-11-23T00:00:00.000Z');
  });

  it('takes the first choice that holds, with its own Assign and Output; those of the state belong to Default', async () => {
    const states = {
      C: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n = 1 %}', Next: 'End', Assign: { v: 'rule' }, Output: { from: 'rule' } },
          { Condition: '{% $states.input.n < 3 %}', Next: 'End', Assign: { v: 'second' } },
        ],
        Default: 'End',
        Assign: { v: 'state' },
        Output: { from: 'state' },
      },
      End: { Type: 'Pass', Output: '{% [$v, $states.input] %}', End: true },
    };
    expect((await runStates(states, { input: { n: 1 } })).outcome).toEqual(succeeded(['rule', { from: 'rule' }]));
    expect((await runStates(states, { input: { n: 2 } })).outcome).toEqual(succeeded(['second', { n: 2 }]));
    expect((await runStates(states, { input: { n: 3 } })).outcome).toEqual(succeeded(['state', { from: 'state' }]));
  });

  it('fails where no choice matches and there is no Default', async () => {
    const { outcome } = await runStates({
      C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }] },
      End: { Type: 'Succeed' },
    });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it.each(['{% 1 %}', "{% 'true' %}", '{% [true] %}', '{% null %}'])(
    'refuses the condition %s, which is no boolean',
    async (Condition) => {
      const { outcome, types } = await runStates({
        C: { Type: 'Choice', Choices: [{ Condition, Next: 'End' }], Default: 'End' },
        End: { Type: 'Succeed' },
      });
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(types).toEqual(['ExecutionStarted', 'ChoiceStateEntered', 'EvaluationFailed', 'ExecutionFailed']);
    },
  );

  it('fails with Error and Cause, which may be expressions', async () => {
    const { outcome, types } = await runStates(
      { F: { Type: 'Fail', Error: 'My.Error', Cause: "{% 'n is ' & $states.input.n %}" } },
      { input: { n: 7 } },
    );
    expect(outcome).toEqual({ status: 'FAILED', error: 'My.Error', cause: 'n is 7' });
    expect(types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('leaves out the Error and Cause that a Fail state does not give', async () => {
    const { outcome, events } = await runStates({ F: { Type: 'Fail' } });
    expect(outcome).toEqual({ status: 'FAILED' });
    expect(events.at(-1)!.executionFailedEventDetails).toEqual({});
  });

  it('waits for seconds and until a time', async () => {
    const { outcome, clock } = await runStates({
      A: { Type: 'Wait', Seconds: '{% 2 + 3 %}', Next: 'B' },
      B: { Type: 'Wait', Timestamp: '2026-11-23T00:01:00Z', Next: 'C' },
      C: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true },
    });
    expect(outcome).toEqual(succeeded({}));
    expect(clock.sleeps).toEqual([5_000, 55_000]);
  });

  it.each([{ Seconds: '{% -1 %}' }, { Seconds: '{% 1.5 %}' }, { Timestamp: "{% 'tomorrow' %}" }])(
    'refuses to wait for %j',
    async (field) => {
      const { outcome } = await runStates({ W: { Type: 'Wait', ...field, End: true } });
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    },
  );

  it('ends an execution that takes longer than its machine allows', async () => {
    const { outcome, types, clock } = await runStates(
      { W: { Type: 'Wait', Seconds: 100, End: true } },
      { more: { TimeoutSeconds: 60 } },
    );
    expect(outcome).toEqual({ status: 'TIMED_OUT' });
    expect(types.at(-1)).toBe('ExecutionTimedOut');
    expect(clock.now()).toBe(Date.UTC(2026, 10, 23) + 60_000);
  });
});

describe('expressions', () => {
  const evaluate = async (expression: string, input: never | object = {}) => {
    const { outcome } = await runStates(
      { P: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } },
      { input: input as never },
    );
    return outcome.status === 'SUCCEEDED' ? outcome.output : outcome.error;
  };

  it.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([], 2)', []],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["$hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$uuid()', '80808080-8080-4080-8080-808080808080'],
    ['$millis()', Date.UTC(2026, 10, 23)],
    ['$now()', '2026-11-23T00:00:00.000Z'],
    ["$now('[Y0001]')", '2026'],
    ['$states.context.Execution.Name', 'run'],
    ['$states.context.Execution.Id', 'run'],
    ['$states.context.Execution.StartTime', '2026-11-23T00:00:00.000Z'],
    ['$states.context.State', { Name: 'P', EnteredTime: '2026-11-23T00:00:00.000Z', RetryCount: 0 }],
    ['$states.context.StateMachine', { Id: 'machine', Name: 'machine' }],
    ['[1,2,3][$ > 1]', [2, 3]],
    ['($f := function($x) { $x * 2 }; $f(4))', 8],
    ['null', null],
  ])('%s', async (expression, value) => {
    expect(await evaluate(expression)).toEqual(value);
  });

  it.each([
    '$states.input.missing',
    '$states.result',
    '$error("no")',
    '"a" + 1',
    '$sum',
    '{"f": $sum}',
    '$partition([1], 0)',
    '$range(1, 2, 0)',
    "$hash('a', 'SHA-3')",
    "$parse('{')",
  ])('an expression that fails or gives nothing is a QueryEvaluationError: %s', async (expression) => {
    expect(await evaluate(expression)).toBe('States.QueryEvaluationError');
  });

  it('evaluates only whole texts', async () => {
    const { outcome } = await runStates({ P: { Type: 'Pass', Output: { a: 'x {% 1 %} y' }, End: true } });
    expect(outcome).toEqual(succeeded({ a: 'x {% 1 %} y' }));
  });

  it('gives keys such as __proto__ back as data', async () => {
    const input = JSON.parse('{"__proto__": {"polluted": true}}');
    const { outcome } = await runStates({ P: { Type: 'Pass', Output: '{% $states.input %}', End: true } }, { input });
    expect(JSON.stringify(outcome.output)).toBe('{"__proto__":{"polluted":true}}');
  });
});

describe('variables', () => {
  it('Assign and Output of one state see the old values, and Assign may swap', async () => {
    const { outcome } = await runStates({
      A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
      B: {
        Type: 'Pass',
        Assign: { x: '{% $y %}', y: '{% $x %}' },
        Output: { x: '{% $x %}', y: '{% $y %}' },
        Next: 'C',
      },
      C: { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}', '{% $y %}'], End: true },
    });
    expect(outcome).toEqual(succeeded([{ x: 1, y: 2 }, 2, 1]));
  });

  it('inner scopes read the outer ones, keep their own to themselves, and begin anew each time', async () => {
    const { outcome } = await runStates({
      A: { Type: 'Pass', Assign: { base: 10 }, Next: 'M' },
      M: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: machine({
          I: { Type: 'Pass', Assign: { own: '{% $base + $states.input %}' }, Next: 'J' },
          J: { Type: 'Pass', Output: '{% $own %}', End: true },
        }),
        Next: 'P',
      },
      P: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input[0] %}' },
        Branches: [
          machine({ K: { Type: 'Pass', Assign: { left: 1 }, Output: '{% $base + $states.input.n %}', End: true } }),
          machine({ L: { Type: 'Pass', Assign: { right: 1 }, Output: 'r', End: true } }),
        ],
        Assign: { base: '{% $base + 1 %}' },
        Output: ['{% $states.result %}', '{% $base %}'],
        Next: 'Z',
      },
      Z: { Type: 'Pass', Output: '{% $append($states.input, $base) %}', End: true },
    });
    expect(outcome).toEqual(succeeded([[21, 'r'], 10, 11]));
  });
});

/** The part of a machine that stands inside a Map or Parallel. */
function machine(states: Record<string, unknown>): object {
  const { StartAt, States } = machineOf(states);
  return { StartAt, States };
}
