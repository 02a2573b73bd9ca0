import { messageOf } from '../../errors.ts';
import { ItemError } from '../dynamodb/item-error.ts';
import { type ItemOperation, runItemOperation } from '../dynamodb/item-operations.ts';
import { StateError } from '../state-error.ts';
import { shortCause, type Task } from './task.ts';

export function itemTask(operation: ItemOperation): Task {
  return {
    resource: operation,
    resourceType: 'dynamodb',
    isNested: false,
    async run({ line, arguments: value }) {
      try {
        return await runItemOperation(operation, value, line.run.context.itemTables);
      } catch (error) {
        const name = error instanceof ItemError ? error.error : error instanceof Error ? error.name : 'Error';
        throw new StateError(name, shortCause(messageOf(error)));
      }
    },
  };
}
