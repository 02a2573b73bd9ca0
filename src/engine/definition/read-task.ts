/** What a Task runs: its resource, and the arguments that the resource knows. */
import { checkExpressionText } from '../dynamodb/check-expression-text.ts';
import type { TaskResource, TaskState } from '../state-machine.ts';
import { type Fields, MAX_SECONDS } from './fields.ts';

interface ResourceRules {
  readonly resource: TaskResource;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const CONDITION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues', 'ReturnValues'];

/** Every resource that a Task may name, by its ARN. */
export const TASK_RESOURCES: Readonly<Record<string, ResourceRules>> = {
  'arn:aws:states:::lambda:invoke': { resource: 'lambda:invoke', required: ['FunctionName'], optional: ['Payload'] },
  'arn:aws:states:::dynamodb:getItem': {
    resource: 'dynamodb:getItem',
    required: ['TableName', 'Key'],
    optional: ['ConsistentRead'],
  },
  'arn:aws:states:::dynamodb:putItem': {
    resource: 'dynamodb:putItem',
    required: ['TableName', 'Item'],
    optional: CONDITION,
  },
  'arn:aws:states:::dynamodb:updateItem': {
    resource: 'dynamodb:updateItem',
    required: ['TableName', 'Key'],
    optional: ['UpdateExpression', ...CONDITION],
  },
  'arn:aws:states:::aws-sdk:sfn:describeExecution': {
    resource: 'aws-sdk:sfn:describeExecution',
    required: ['ExecutionArn'],
    optional: [],
  },
  'arn:aws:states:::states:startExecution.sync:2': {
    resource: 'states:startExecution.sync:2',
    required: ['StateMachineArn'],
    optional: ['Input', 'Name'],
  },
};

export function readTask(fields: Fields): Pick<TaskState, 'resource' | 'arguments' | 'timeoutSeconds'> {
  const arn = fields.string('Resource');
  const rules = Object.hasOwn(TASK_RESOURCES, arn) ? TASK_RESOURCES[arn]! : null;
  if (arn !== '' && rules === null) fields.problem('Resource', `The engine has no resource \`${arn}\`.`);
  const template = fields.template('Arguments');
  if (rules !== null && template !== null && template.kind !== 'expression')
    checkArguments(fields.fields('Arguments'), rules);
  return {
    resource: rules?.resource ?? 'lambda:invoke',
    arguments: template,
    timeoutSeconds: fields.numberTemplate('TimeoutSeconds', { min: 1, max: MAX_SECONDS, integer: true }),
  };
}

function checkArguments(given: Fields, { resource, required, optional }: ResourceRules): void {
  given.only([...required, ...optional], `\`${resource}\``);
  for (const name of required) given.need(name);
  for (const kind of ['ConditionExpression', 'UpdateExpression'] as const) {
    const text = given.raw(kind);
    if (typeof text !== 'string' || text.trimStart().startsWith('{%')) continue;
    const problem = checkExpressionText(kind, text);
    if (problem !== null) given.problem(kind, problem);
  }
  const returned = given.raw('ReturnValues');
  const allowed = resource === 'dynamodb:putItem' ? ['NONE'] : ['NONE', 'ALL_NEW', 'ALL_OLD', 'UPDATED_NEW'];
  if (typeof returned === 'string' && !returned.startsWith('{%') && !allowed.includes(returned)) {
    given.problem('ReturnValues', `This must be one of ${allowed.join(', ')}.`);
  }
}
