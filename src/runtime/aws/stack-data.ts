/** The data of a deployed stack, reached with the caller's own rights. */

import { parseExecutionName } from '../../job/business-date.ts';
import type { JobInput } from '../../job/job-input.ts';
import { parseJobInput } from '../../job/job-input.ts';
import { openAwsStores } from '../../stores/aws/open-aws-stores.ts';
import type { PaceOptions } from '../../stores/aws/pace.ts';
import type { JobStores } from '../../stores/job-stores.ts';
import { addDefaultLaws } from '../add-default-laws.ts';
import type { DataAccess, JobData, StackPlace } from '../job-data.ts';
import { type FoundStack, findStack } from './find-stack.ts';
import { createStackClients } from './stack-clients.ts';
import { StackExecutions } from './stack-executions.ts';

/** Somebody waits at the terminal: shorter than a function's patience. */
const PACE: PaceOptions = { patienceMs: 20_000 };

export interface OpenStack {
  readonly found: Pick<FoundStack, 'name' | 'jobDefaults' | 'retention'>;
  readonly stores: JobStores;
  readonly executions: StackExecutions;
  readonly close: () => void;
}

/**
 * Finds the stack; nothing else is asked before it is used.
 * @throws PermanentError `AWS_REGION_UNKNOWN`, as `findStack`
 */
export async function openStack({ stack, region }: StackPlace): Promise<OpenStack> {
  const clients = await createStackClients(region);
  try {
    const found = await findStack(clients.cloudFormation, stack, PACE);
    return {
      found,
      stores: openAwsStores(found.stores, clients, PACE),
      executions: new StackExecutions(clients.stepFunctions, found.stateMachine, PACE),
      close: clients.close,
    };
  } catch (error) {
    clients.close();
    throw error;
  }
}

/** @throws as {@link openStack} */
export async function openStackData(place: StackPlace, access: DataAccess): Promise<JobData> {
  const stack = await openStack(place);
  try {
    if (access === 'import') await addDefaultLaws(stack.stores);
    return stackData(stack);
  } catch (error) {
    stack.close();
    throw error;
  }
}

export function stackData({ found, stores, executions, close }: OpenStack): JobData {
  return {
    ...stores,
    jobDefaults: found.jobDefaults,
    retention: found.retention,
    isAlive: async (run) => (await executions.status(run)) === 'RUNNING',
    execution: (run) => executions.describe(run),
    inputOf: (run) => readInput(run, stores, executions),
    close: async () => close(),
  };
}

/** The row has it, and outlives the execution. */
async function readInput(
  run: string,
  { jobStats }: Pick<JobStores, 'jobStats'>,
  executions: Pick<StackExecutions, 'describe'>,
): Promise<JobInput | null> {
  const name = parseExecutionName(run);
  const row = name === null ? null : await jobStats.getRun(name.business_date, run);
  const text = row?.['input'] ?? (await executions.describe(run))?.input;
  if (typeof text !== 'string') return null;
  try {
    return parseJobInput(JSON.parse(text));
  } catch {
    return null; // Somebody may have started an execution by hand, with anything.
  }
}
