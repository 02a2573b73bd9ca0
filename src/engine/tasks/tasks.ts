import type { TaskResource } from '../state-machine.ts';
import { describeExecution } from './describe-execution.ts';
import { itemTask } from './item-task.ts';
import { invokeLambda } from './lambda-invoke.ts';
import { startExecution } from './start-execution.ts';
import type { Task } from './task.ts';

export const TASKS: Readonly<Record<TaskResource, Task>> = {
  'lambda:invoke': invokeLambda,
  'dynamodb:getItem': itemTask('getItem'),
  'dynamodb:putItem': itemTask('putItem'),
  'dynamodb:updateItem': itemTask('updateItem'),
  'aws-sdk:sfn:describeExecution': describeExecution,
  'states:startExecution.sync:2': startExecution,
};
