import type { ExecutionRecord } from '../journal.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { StateError } from '../state-error.ts';
import type { Task } from './task.ts';

/** `aws-sdk:sfn:describeExecution`. */
export const describeExecution: Task = {
  resource: 'describeExecution',
  resourceType: 'aws-sdk:sfn',
  isNested: false,
  async run({ line, arguments: value }) {
    const name = isJsonObject(value) ? value['ExecutionArn'] : undefined;
    if (!isJsonObject(value) || typeof name !== 'string' || Object.keys(value).length !== 1) {
      throw new StateError(
        'Sfn.ValidationException',
        'The arguments must be `ExecutionArn`, a text, and nothing else.',
      );
    }
    const record = await line.run.context.describe(name);
    if (record === null)
      throw new StateError('Sfn.ExecutionDoesNotExistException', `Execution Does Not Exist: '${name}'`);
    return {
      ...describeRecord(record),
      StartDate: new Date(record.startedAtMs).toISOString(),
      ...(record.stoppedAtMs === null ? {} : { StopDate: new Date(record.stoppedAtMs).toISOString() }),
      Input: JSON.stringify(record.input),
      ...(record.status === 'SUCCEEDED' ? { Output: JSON.stringify(record.output) } : {}),
    };
  },
};

/** The fields that every description has; times and data differ between the API and the integrations. */
export function describeRecord({ name, machine, status, error, cause }: ExecutionRecord): JsonObject {
  return {
    ExecutionArn: name,
    Name: name,
    StateMachineArn: machine,
    Status: status,
    ...(error === null ? {} : { Error: error }),
    ...(cause === null ? {} : { Cause: cause }),
  };
}
