/** Finds what a deployed stack is made of: its outputs name it (`infra/lib/lexdelta-stack.ts`). */
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { messageOf, PermanentError } from '../../errors.ts';
import { type JobDefaults, parseJobDefaults } from '../../job/job-defaults.ts';
import { parseRetention, type RetentionPolicy } from '../../job/retention-policy.ts';
import type { AwsStoreNames } from '../../stores/aws/open-aws-stores.ts';
import { Pace, type PaceOptions } from '../../stores/aws/pace.ts';

export interface FoundStack {
  readonly name: string;
  readonly stores: AwsStoreNames;
  /** ARN of DailyAgreementJob. */
  readonly stateMachine: string;
  /** What the schedule's runs are started with; `null`: a stack that does not tell it yet. */
  readonly jobDefaults: JobDefaults | null;
  /** How long its job keeps things; `null`: a stack that does not tell it yet, whose job deletes nothing. */
  readonly retention: RetentionPolicy | null;
}

/**
 * Right: `cloudformation:DescribeStacks` on the stack.
 * @throws PermanentError `STACK_UNKNOWN`, `STACK_INCOMPLETE`, `AWS_CREDENTIALS_INVALID`, `STORE_ACCESS_DENIED`
 * @throws TransientError `STORE_UNREACHABLE`, `STORE_THROTTLED`
 */
export async function findStack(
  client: Pick<CloudFormationClient, 'send'>,
  name: string,
  options?: PaceOptions,
): Promise<FoundStack> {
  const outputs = await readOutputs(client, name, new Pace(`stack ${name}`, options));
  const missing: string[] = [];
  const output = (key: string): string => {
    const value = outputs.get(key) ?? '';
    if (value === '') missing.push(key);
    return value;
  };
  const found: FoundStack = {
    name,
    stores: {
      tables: {
        jobStats: output('JobStatsTable'),
        agreementHash: output('AgreementHashTable'),
        queryCounts: output('JobInstanceNamespaceQueryCountsTable'),
        entity: output('EntityTable'),
        governingLaw: output('GoverningLawTable'),
      },
      buckets: {
        jobDailyDelta: output('JobDailyDeltaBucket'),
        jobDailyBatchProcessing: output('JobDailyBatchProcessingBucket'),
        jobDailyA3Data: output('JobDailyA3DataBucket'),
      },
      queueUrl: output('EnrichmentQueueUrl'),
    },
    stateMachine: output('DailyAgreementJobArn'),
    jobDefaults: defaultsOf(outputs.get('JobInput'), name),
    retention: retentionOf(outputs.get('Retention'), name),
  };
  if (missing.length === 0) return found;
  const list = missing.join(', ');
  const what = `The stack ${name} lacks the outputs ${list}: it is none of lexdelta's, or not deployed to its end.`;
  throw new PermanentError('STACK_INCOMPLETE', what, { stack: name });
}

async function readOutputs(
  client: Pick<CloudFormationClient, 'send'>,
  name: string,
  pace: Pace,
): Promise<ReadonlyMap<string, string>> {
  try {
    const command = new DescribeStacksCommand({ StackName: name });
    const { Stacks: [stack] = [] } = await pace.run('DescribeStacks', () => client.send(command));
    if (stack !== undefined) {
      return new Map((stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
    }
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (!/does not exist/i.test(messageOf(error))) throw error;
  }
  throw new PermanentError('STACK_UNKNOWN', `There is no stack ${name} in this account and region.`, { stack: name });
}

/** Other values in their place could run other namespaces than the schedule does. */
function defaultsOf(text: string | undefined, stack: string): JobDefaults | null {
  if (text === undefined) return null;
  try {
    return parseJobDefaults(JSON.parse(text) as object);
  } catch (error) {
    const what = `The job input of the stack ${stack} is not of this version of lexdelta: ${messageOf(error)}`;
    throw new PermanentError('STACK_INCOMPLETE', what, { stack });
  }
}

function retentionOf(text: string | undefined, stack: string): RetentionPolicy | null {
  if (text === undefined) return null;
  const policy = parseRetention(jsonOf(text));
  if (policy !== null) return policy;
  const what = `The retention of the stack ${stack} is not of this version of lexdelta: ${text.slice(0, 200)}.`;
  throw new PermanentError('STACK_INCOMPLETE', what, { stack });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
