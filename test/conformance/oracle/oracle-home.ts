/** The oracle, over HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Item } from '../../../src/engine/dynamodb/item-tables.ts';
import type { Json } from '../../../src/engine/json.ts';
import { type Experiment, nameIn, type OpenHome, type Outcome, type RawEvent, substitutionsOf } from './home.ts';
import type { LambdaServer } from './lambda-server.ts';
import type { Oracle } from './start-oracle.ts';

/** moto's own account. */
const ARN = 'arn:aws:states:us-east-1:123456789012';
const POLL_MS = 100;

export function oracleHomes(oracle: Oracle, lambda: LambdaServer): OpenHome {
  return async (experiment) => {
    await prepare(oracle, lambda, experiment);
    const named = (name: string): string => nameIn(experiment, name);
    const started = new Map<string, string>();
    const executionId = (machine: string, name: string): string => `${ARN}:execution:${named(machine)}:${name}`;
    return {
      executionId,
      async run(machine, name, input) {
        const executionArn = executionId(machine, name);
        started.set(name, executionArn);
        await oracle.call('states', 'StartExecution', {
          stateMachineArn: machineArn(named(machine)),
          name,
          input: JSON.stringify(input),
        });
        const status = await waitForEnd(oracle, executionArn);
        const { events } = await oracle.call('states', 'GetExecutionHistory', { executionArn });
        // Not the last of all: branches that still run when another has failed go on telling a little.
        return outcomeOf(status, (events as readonly RawEvent[]).findLast(({ type }) => type.startsWith('Execution'))!);
      },
      async history(nameOrId) {
        const executionArn = started.get(nameOrId) ?? nameOrId;
        const answer = await oracle.call('states', 'GetExecutionHistory', { executionArn });
        return answer['events'] as readonly RawEvent[];
      },
      async putItem(table, item) {
        await oracle.call('dynamodb', 'PutItem', { TableName: named(table), Item: item });
      },
      async getItem(table, key) {
        const answer = await oracle.call('dynamodb', 'GetItem', { TableName: named(table), Key: key });
        return (answer['Item'] as Item | undefined) ?? null;
      },
    };
  };
}

function machineArn(name: string): string {
  return `${ARN}:stateMachine:${name}`;
}

async function prepare(oracle: Oracle, lambda: LambdaServer, experiment: Experiment): Promise<void> {
  const { machines, functions, tables } = experiment;
  for (const [name, run] of Object.entries(functions)) lambda.register(nameIn(experiment, name), run);
  for (const [table, keys] of Object.entries(tables)) {
    await oracle.call('dynamodb', 'CreateTable', {
      TableName: nameIn(experiment, table),
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
      BillingMode: 'PAY_PER_REQUEST',
    });
  }
  const substitutions = substitutionsOf(experiment, machineArn);
  for (const [name, definition] of Object.entries(machines)) {
    await oracle.call('states', 'CreateStateMachine', {
      name: nameIn(experiment, name),
      definition: substitute(JSON.stringify(definition), substitutions),
      roleArn: 'arn:aws:iam::123456789012:role/oracle',
    });
  }
}

/** As CDK's `definitionSubstitutions`, apart from the engine's own. */
function substitute(definition: string, substitutions: Readonly<Record<string, string>>): string {
  return definition.replace(/\$\{(\w+)\}/g, (whole, token: string) => substitutions[token] ?? whole);
}

async function waitForEnd(oracle: Oracle, executionArn: string): Promise<string> {
  for (;;) {
    const { status } = await oracle.call('states', 'DescribeExecution', { executionArn });
    if (status !== 'RUNNING') return status as string;
    await sleep(POLL_MS);
  }
}

/** From the event of the end: DescribeExecution gives an output that is a text without its quotes. */
function outcomeOf(status: string, end: RawEvent): Outcome {
  const { output } = end['executionSucceededEventDetails'] ?? {};
  const { error, cause } = end['executionFailedEventDetails'] ?? {};
  return {
    status,
    ...(typeof output === 'string' ? { output: JSON.parse(output) as Json } : {}),
    ...(typeof error === 'string' ? { error } : {}),
    ...(typeof cause === 'string' ? { cause } : {}),
  };
}
