import { describe, expect, it } from 'vitest';
import { findDefinitionProblems, loadStateMachine } from '../../src/engine/definition/load-state-machine.ts';
import { lambda, machineOf } from './make-engine.ts';

/** `${name}`, as CDK's substitutions write it. */
const token = (name: string) => `$\{${name}}`;
const OPTIONS = { name: 'machine', substitutions: { Table: 'JobStats', Function: 'f' } };
const problems = (definition: unknown) => findDefinitionProblems(definition, OPTIONS);
const pointers = (definition: unknown) => problems(definition).map(({ pointer }) => pointer);

const pass = { Type: 'Pass', End: true };
const task = (more: object) => machineOf({ T: { ...lambda('f', {}), ...more } });
const dynamo = (action: string, Arguments: object) =>
  machineOf({ T: { Type: 'Task', Resource: `arn:aws:states:::dynamodb:${action}`, Arguments, End: true } });
const map = (more: object) =>
  machineOf({ M: { Type: 'Map', ItemProcessor: machineInside({ I: pass }), End: true, ...more } });
const machineInside = (States: Record<string, unknown>) => ({ StartAt: Object.keys(States)[0], States });

describe('loadStateMachine', () => {
  it('loads every declared field', () => {
    const everything = machineOf(
      {
        T: {
          ...lambda(token('Function'), { table: token('Table'), x: '{% $states.input.x %}' }),
          Comment: 'c',
          TimeoutSeconds: '{% 5 %}',
          Assign: { v: 1 },
          Retry: [
            {
              ErrorEquals: ['A', 'States.Timeout'],
              IntervalSeconds: 2,
              MaxAttempts: 0,
              BackoffRate: 1.5,
              MaxDelaySeconds: 9,
              JitterStrategy: 'FULL',
              Comment: 'c',
            },
            { ErrorEquals: ['States.ALL'] },
          ],
          Catch: [
            { ErrorEquals: ['States.DataLimitExceeded'], Next: 'C', Assign: { v: 2 }, Output: {}, Comment: 'c' },
            { ErrorEquals: ['States.ALL'], Next: 'C' },
          ],
          Next: 'C',
          End: undefined,
        },
        C: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $v = 1 %}', Next: 'M', Assign: { v: 3 }, Output: 1, Comment: 'c' }],
          Default: 'W',
          Assign: {},
          Output: 1,
        },
        M: {
          Type: 'Map',
          Items: [1],
          ItemSelector: {},
          MaxConcurrency: 3,
          ItemProcessor: { ...machineInside({ I: pass }), ProcessorConfig: { Mode: 'INLINE' }, Comment: 'c' },
          Next: 'P',
        },
        P: { Type: 'Parallel', Branches: [{ ...machineInside({ B: pass }), Comment: 'c' }], Arguments: {}, Next: 'W' },
        W: { Type: 'Wait', Timestamp: '2026-11-23T06:00:00Z', Next: 'V' },
        V: { Type: 'Wait', Seconds: 0, Next: 'S' },
        S: { Type: 'Succeed', Output: 1 },
      },
      { Comment: 'c', Version: '1.0', TimeoutSeconds: 86_400 },
    );
    const { T, ...others } = everything['States'] as Record<string, object>;
    const { End: _, ...first } = T as Record<string, unknown>;
    const machine = loadStateMachine({ ...everything, States: { T: first, ...others } }, OPTIONS);
    expect([...machine.states.keys()]).toEqual(['T', 'C', 'M', 'P', 'W', 'V', 'S']);
    expect(JSON.stringify(machine.states.get('T'))).toContain('JobStats');
  });

  it('throws one error that names every problem and its place', () => {
    const definition = { ...machineOf({ A: { Type: 'Pass', Next: 'Nowhere', InputPath: '$' } }), Extra: 1 };
    expect(() => loadStateMachine(definition, OPTIONS)).toThrow(
      expect.objectContaining({
        code: 'DEFINITION_INVALID',
        message: expect.stringMatching(/4 problem.*\/Extra: .*\/States\/A\/InputPath: .*\/States\/A\/Next: /s),
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['no object', 5, ''],
    ['no QueryLanguage', { StartAt: 'A', States: { A: pass } }, '/QueryLanguage'],
    ['JSONPath', { ...machineOf({ A: pass }), QueryLanguage: 'JSONPath' }, '/QueryLanguage'],
    ['a version', { ...machineOf({ A: pass }), Version: '2.0' }, '/Version'],
    ['a Comment that is no text', { ...machineOf({ A: pass }), Comment: 1 }, '/Comment'],
    [
      'a machine timeout that is an expression',
      { ...machineOf({ A: pass }), TimeoutSeconds: '{% 5 %}' },
      '/TimeoutSeconds',
    ],
    ['no StartAt', { QueryLanguage: 'JSONata', States: { A: pass } }, '/StartAt'],
    ['StartAt nowhere', { ...machineOf({ A: pass }), StartAt: 'B' }, '/StartAt'],
    ['no States', { QueryLanguage: 'JSONata', StartAt: 'A' }, '/States'],
    ['an unknown token', machineOf({ A: { ...pass, Output: token('Nobody') } }), '/States/A/Output'],
    ['an unknown type', machineOf({ A: { Type: 'Activity', End: true } }), '/States/A/Type'],
    ['no Next and no End', machineOf({ A: { Type: 'Pass' } }), '/States/A'],
    ['Next and End', machineOf({ A: { Type: 'Pass', Next: 'A', End: true } }), '/States/A'],
    ['End: false', machineOf({ A: { Type: 'Pass', End: false } }), '/States/A/End'],
    [
      'a dangling Next',
      machineOf({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'C' } }),
      '/States/B/Next',
    ],
    ['an unreachable state', machineOf({ A: pass, B: pass }), '/States/B'],
    ['no state that ends', machineOf({ A: { Type: 'Pass', Next: 'A' } }), '/States'],
    ['a state name that is too long', machineOf({ ['x'.repeat(81)]: pass }), `/States/${'x'.repeat(81)}`],
    [
      'a state name used twice',
      machineOf({ A: { Type: 'Parallel', Branches: [machineInside({ A: pass })], End: true } }),
      '/States/A/Branches/0/States/A',
    ],
    ['a pointer with a slash in it', machineOf({ 'a/b~c': { ...pass, No: 1 } }), '/States/a~1b~0c/No'],
    ['QueryLanguage in a state', machineOf({ A: { ...pass, QueryLanguage: 'JSONata' } }), '/States/A/QueryLanguage'],
    ['Result', machineOf({ A: { ...pass, Result: 1 } }), '/States/A/Result'],
    ['OutputPath', task({ OutputPath: '$' }), '/States/T/OutputPath'],
    ['HeartbeatSeconds', task({ HeartbeatSeconds: 5 }), '/States/T/HeartbeatSeconds'],
    ['Credentials', task({ Credentials: {} }), '/States/T/Credentials'],
    ['an unknown resource', task({ Resource: 'arn:aws:states:::sqs:sendMessage' }), '/States/T/Resource'],
    [
      'a lambda that waits for a token',
      task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
      '/States/T/Resource',
    ],
    [
      'an unknown argument',
      task({ Arguments: { FunctionName: 'f', Qualifier: '1' } }),
      '/States/T/Arguments/Qualifier',
    ],
    ['a missing argument', task({ Arguments: { Payload: 1 } }), '/States/T/Arguments/FunctionName'],
    ['a timeout of 0', task({ TimeoutSeconds: 0 }), '/States/T/TimeoutSeconds'],
    ['an unknown Retry field', task({ Retry: [{ ErrorEquals: ['A'], Interval: 1 }] }), '/States/T/Retry/0/Interval'],
    ['Retry without ErrorEquals', task({ Retry: [{}] }), '/States/T/Retry/0/ErrorEquals'],
    ['an empty Retry', task({ Retry: [] }), '/States/T/Retry'],
    [
      'a fraction of an interval',
      task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0.5 }] }),
      '/States/T/Retry/0/IntervalSeconds',
    ],
    [
      'a back-off below 1',
      task({ Retry: [{ ErrorEquals: ['A'], BackoffRate: 0.5 }] }),
      '/States/T/Retry/0/BackoffRate',
    ],
    [
      'MaxDelaySeconds not above the interval',
      task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] }),
      '/States/T/Retry/0/MaxDelaySeconds',
    ],
    [
      'an unknown jitter',
      task({ Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'HALF' }] }),
      '/States/T/Retry/0/JitterStrategy',
    ],
    [
      'States.ALL not last',
      task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }),
      '/States/T/Retry/0/ErrorEquals',
    ],
    ['States.ALL not alone', task({ Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] }), '/States/T/Retry/0/ErrorEquals'],
    [
      'an error that the language has not',
      task({ Retry: [{ ErrorEquals: ['States.Timout'] }] }),
      '/States/T/Retry/0/ErrorEquals',
    ],
    ['a Catch that leads nowhere', task({ Catch: [{ ErrorEquals: ['A'], Next: 'B' }] }), '/States/T/Catch/0/Next'],
    [
      'ResultPath in Catch',
      task({ Catch: [{ ErrorEquals: ['A'], Next: 'T', ResultPath: '$' }] }),
      '/States/T/Catch/0/ResultPath',
    ],
    ['Catch in a Pass', machineOf({ A: { ...pass, Catch: [] } }), '/States/A/Catch'],
    [
      'a distributed Map',
      map({ ItemProcessor: { ...machineInside({ I: pass }), ProcessorConfig: { Mode: 'DISTRIBUTED' } } }),
      '/States/M/ItemProcessor/ProcessorConfig/Mode',
    ],
    [
      'ExecutionType',
      map({
        ItemProcessor: {
          ...machineInside({ I: pass }),
          ProcessorConfig: { Mode: 'INLINE', ExecutionType: 'STANDARD' },
        },
      }),
      '/States/M/ItemProcessor/ProcessorConfig/ExecutionType',
    ],
    ['no ItemProcessor', machineOf({ M: { Type: 'Map', End: true } }), '/States/M/ItemProcessor'],
    ['Iterator', map({ Iterator: {} }), '/States/M/Iterator'],
    ['tolerated failures', map({ ToleratedFailureCount: 1 }), '/States/M/ToleratedFailureCount'],
    ['Items that are no list', map({ Items: { a: 1 } }), '/States/M/Items'],
    ['a fraction of MaxConcurrency', map({ MaxConcurrency: 1.5 }), '/States/M/MaxConcurrency'],
    [
      'a dangling Next inside a Map',
      map({ ItemProcessor: machineInside({ I: { Type: 'Pass', Next: 'M' } }) }),
      '/States/M/ItemProcessor/States/I/Next',
    ],
    ['no Branches', machineOf({ P: { Type: 'Parallel', Branches: [], End: true } }), '/States/P/Branches'],
    ['no Choices', machineOf({ C: { Type: 'Choice', Choices: [], Default: 'A' }, A: pass }), '/States/C/Choices'],
    [
      'a Choice with Next',
      machineOf({ C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Next: 'A' }, A: pass }),
      '/States/C/Next',
    ],
    [
      'a rule of JSONPath',
      machineOf({ C: { Type: 'Choice', Choices: [{ Variable: '$.a', Next: 'A', Condition: true }] }, A: pass }),
      '/States/C/Choices/0/Variable',
    ],
    [
      'no Condition',
      machineOf({ C: { Type: 'Choice', Choices: [{ Next: 'A' }] }, A: pass }),
      '/States/C/Choices/0/Condition',
    ],
    [
      'a Condition that is a text',
      machineOf({ C: { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'A' }] }, A: pass }),
      '/States/C/Choices/0/Condition',
    ],
    ['a Wait for nothing', machineOf({ W: { Type: 'Wait', End: true } }), '/States/W'],
    [
      'a Wait for two things',
      machineOf({ W: { Type: 'Wait', Seconds: 1, Timestamp: '2026-11-23T00:00:00Z', End: true } }),
      '/States/W',
    ],
    [
      'a Wait until no time',
      machineOf({ W: { Type: 'Wait', Timestamp: '23.11.2026', End: true } }),
      '/States/W/Timestamp',
    ],
    [
      'SecondsPath',
      machineOf({ W: { Type: 'Wait', Seconds: 1, SecondsPath: '$', End: true } }),
      '/States/W/SecondsPath',
    ],
    ['Next in Succeed', machineOf({ S: { Type: 'Succeed', Next: 'S' } }), '/States/S/Next'],
    ['an Error that is no text', machineOf({ F: { Type: 'Fail', Error: 5 } }), '/States/F/Error'],
    [
      'JSONata that cannot be parsed',
      machineOf({ A: { ...pass, Output: { a: ['{% 1 + %}'] } } }),
      '/States/A/Output/a/0',
    ],
    ['JSONata over several lines', machineOf({ A: { ...pass, Output: '{% 1\n+ 1 %}' } }), '/States/A/Output'],
    ['half an expression', machineOf({ A: { ...pass, Output: '{% 1' } }), '/States/A/Output'],
    ['an expression with space around it', machineOf({ A: { ...pass, Output: ' {% 1 %}' } }), '/States/A/Output'],
    ['$eval', machineOf({ A: { ...pass, Output: "{% $eval('1') %}" } }), '/States/A/Output'],
    ['a variable that nothing assigns', machineOf({ A: { ...pass, Output: '{% $x %}' } }), '/States/A/Output'],
    ['a misspelled function', machineOf({ A: { ...pass, Output: '{% $summ([1]) %}' } }), '/States/A/Output'],
    ['assigning $states', machineOf({ A: { ...pass, Assign: { states: 1 } } }), '/States/A/Assign/states'],
    ['assigning a part of a variable', machineOf({ A: { ...pass, Assign: { 'x.y': 1 } } }), '/States/A/Assign/x.y'],
    [
      'a reserved word in an update',
      dynamo('updateItem', { TableName: 'T', Key: {}, UpdateExpression: 'SET query = :q' }),
      '/States/T/Arguments/UpdateExpression',
    ],
    [
      'ADD',
      dynamo('updateItem', { TableName: 'T', Key: {}, UpdateExpression: 'ADD n :one' }),
      '/States/T/Arguments/UpdateExpression',
    ],
    [
      'a function that is not declared',
      dynamo('putItem', { TableName: 'T', Item: {}, ConditionExpression: 'begins_with(a, :v)' }),
      '/States/T/Arguments/ConditionExpression',
    ],
    [
      'a projection',
      dynamo('getItem', { TableName: 'T', Key: {}, ProjectionExpression: 'a' }),
      '/States/T/Arguments/ProjectionExpression',
    ],
    [
      'ReturnValues of putItem',
      dynamo('putItem', { TableName: 'T', Item: {}, ReturnValues: 'ALL_OLD' }),
      '/States/T/Arguments/ReturnValues',
    ],
  ])('refuses %s', (_, definition, pointer) => {
    expect(pointers(definition)).toContain(pointer);
    expect(() => loadStateMachine(definition, OPTIONS)).toThrow(/DEFINITION_INVALID/);
  });
});

describe('scopes of variables', () => {
  const nested = (inner: object, outer: object = {}) =>
    machineOf({
      A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' },
      M: { Type: 'Map', Items: [1], ItemProcessor: machineInside({ I: { ...pass, ...inner } }), End: true, ...outer },
    });

  it('an inner scope reads outer variables', () => {
    expect(problems(nested({ Output: '{% $outer %}' }))).toEqual([]);
  });
  it('an inner scope may not assign a name of an outer one, as Step Functions demands', () => {
    expect(pointers(nested({ Assign: { outer: 2 } }))).toEqual(['/States/M/ItemProcessor/States/I/Assign/outer']);
  });
  it('an outer scope does not see inner variables', () => {
    expect(pointers(nested({ Assign: { inner: 2 } }, { Output: '{% $inner %}' }))).toEqual(['/States/M/Output']);
  });
  it('branches may use the same names', () => {
    const branch = (name: string) => machineInside({ [name]: { ...pass, Assign: { v: 1 } } });
    expect(problems(machineOf({ P: { Type: 'Parallel', Branches: [branch('X'), branch('Y')], End: true } }))).toEqual(
      [],
    );
  });
  it('the Catch of a Map assigns in the outer scope', () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Z', Assign: { outer: 2 } }];
    const definition = nested({}, { Catch });
    const states = { ...(definition['States'] as object), Z: { ...pass, Output: '{% $outer %}' } };
    expect(problems({ ...definition, States: states })).toEqual([]);
  });
  it('names bound inside an expression are its own', () => {
    const Output = "{% ($f := function($x) { $x }; $map([1], $f) ~> $join(',') & [1]@$i#$n.($i + $n)) %}";
    expect(problems(machineOf({ A: { ...pass, Output } }))).toEqual([]);
  });
});
