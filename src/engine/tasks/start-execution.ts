import { executionNameProblem } from '../execution-name.ts';
import { IN_FULL } from '../history-event.ts';
import type { ExecutionRecord } from '../journal.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { Halt, StateError } from '../state-error.ts';
import { describeRecord } from './describe-execution.ts';
import { shortCause, type Task, type TaskCall } from './task.ts';

const RESOURCE = 'startExecution.sync:2';
const ARGUMENTS = ['StateMachineArn', 'Input', 'Name'];

/** `states:startExecution.sync:2`: an execution of its own, journaled as one; resumed with its parent. */
export const startExecution: Task = {
  resource: RESOURCE,
  resourceType: 'states',
  isNested: true,
  async run(call) {
    const { line, child, isResumed, signal } = call;
    const { run } = line;
    const { machine, input } = readArguments(call);
    const name = child!;
    if (!isResumed && run.context.journal.execution(name) !== null) {
      throw new StateError('StepFunctions.ExecutionAlreadyExistsException', `Execution Already Exists: '${name}'`);
    }
    const { root, name: parent } = run.record;
    const nested = await run.context.runNested({ machine, name, input, root, parent, control: run.control, signal });
    const output = JSON.stringify({ ExecutionArn: name, StartDate: nested.startedAtMs });
    line.note('TaskSubmitted', {
      taskSubmittedEventDetails: { resource: RESOURCE, resourceType: 'states', output, outputDetails: IN_FULL },
    });
    // Both are waited for, whatever happens to the other: nobody may run on after the parent has ended.
    const [saved, ended] = await Promise.allSettled([line.signal.aborted ? null : line.save(), nested.ended]);
    if (ended.status === 'rejected') throw ended.reason;
    if (saved.status === 'rejected') throw saved.reason;
    const { status } = ended.value;
    if (status === 'STOPPED') throw new Halt('The nested execution was stopped.');
    return resultOf(run.context.journal.execution(name)!);
  },
};

function readArguments({ line, arguments: value, child }: TaskCall) {
  const invalid = (exception: string, what: string): StateError => new StateError(`StepFunctions.${exception}`, what);
  if (!isJsonObject(value) || Object.keys(value).some((field) => !ARGUMENTS.includes(field))) {
    throw invalid('ValidationException', `The arguments must be an object of ${ARGUMENTS.join(', ')}.`);
  }
  const arn = value['StateMachineArn'];
  const machine = typeof arn === 'string' ? line.run.context.machine(arn) : null;
  if (machine === null)
    throw invalid('StateMachineDoesNotExistException', `State Machine Does Not Exist: '${String(arn)}'`);
  const given = value['Name'];
  const problem = given !== undefined && typeof given !== 'string' ? 'is no text' : executionNameProblem(child!);
  if (problem !== null) throw invalid('InvalidNameException', `Invalid Name: it ${problem}.`);
  return { machine, input: (Object.hasOwn(value, 'Input') ? value['Input'] : {}) as Json };
}

/** As `.sync:2` gives it: data as JSON, times in milliseconds. */
function resultOf(record: ExecutionRecord): JsonObject {
  const result = {
    ...describeRecord(record),
    Input: record.input,
    StartDate: record.startedAtMs,
    StopDate: record.stoppedAtMs,
    ...(record.status === 'SUCCEEDED' ? { Output: record.output } : {}),
  };
  if (record.status === 'SUCCEEDED') return result;
  throw new StateError('States.TaskFailed', shortCause(JSON.stringify(result)));
}
