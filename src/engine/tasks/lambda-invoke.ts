import { messageOf } from '../../errors.ts';
import { isJsonObject, type Json, throughJson } from '../json.ts';
import { StateError } from '../state-error.ts';
import { shortCause, type Task } from './task.ts';

/** `lambda:invoke`. An error of the function is named after the thrown error, and its cause is what Lambda would say. */
export const invokeLambda: Task = {
  resource: 'invoke',
  resourceType: 'lambda',
  isNested: false,
  async run({ line, arguments: value, signal }) {
    const name = isJsonObject(value) ? value['FunctionName'] : undefined;
    if (!isJsonObject(value) || typeof name !== 'string' || name === '') {
      throw new StateError('Lambda.ValidationException', '`FunctionName` must be a text that is not empty.');
    }
    const unknown = Object.keys(value).find((field) => field !== 'FunctionName' && field !== 'Payload');
    if (unknown !== undefined)
      throw new StateError('Lambda.ValidationException', `There is no argument \`${unknown}\` here.`);
    const payload = throughJson(Object.hasOwn(value, 'Payload') ? value['Payload'] : {});
    const result = await invoke(() => line.run.context.invokeFunction(name, payload, { signal }));
    return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
  },
};

async function invoke(call: () => Promise<unknown>): Promise<Json> {
  try {
    return throughJson(await call());
  } catch (error) {
    const errorType = error instanceof Error ? error.name : 'Error';
    throw new StateError(
      errorType,
      shortCause(JSON.stringify({ errorType, errorMessage: messageOf(error), trace: [] })),
    );
  }
}
