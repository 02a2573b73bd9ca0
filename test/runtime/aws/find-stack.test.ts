import { describe, expect, it } from 'vitest';
import { findStack } from '../../../src/runtime/aws/find-stack.ts';
import { failure } from '../../fakes/fake-step-functions.ts';

/** As `infra/lib/lexdelta-stack.ts` names them. */
const OUTPUTS: Readonly<Record<string, string>> = {
  JobStatsTable: 't-JobStats',
  AgreementHashTable: 't-AgreementHash',
  JobInstanceNamespaceQueryCountsTable: 't-Counts',
  GoverningLawTable: 't-GoverningLaw',
  EntityTable: 't-Entity',
  JobDailyDeltaBucket: 'b-delta',
  JobDailyBatchProcessingBucket: 'b-batch',
  JobDailyA3DataBucket: 'b-a3',
  EnrichmentQueueUrl: 'https://queue',
  DailyAgreementJobArn: 'arn:aws:states:us-east-1:1:stateMachine:job',
};
const JOB_INPUT = JSON.stringify({
  max_parallel_executions: 7,
  query_batch_size: 50,
  query_percentage_success: 0.8,
  docs_transformation_percentage_success: 0.7,
  namespaces: [{ namespace: 'mac' }],
});

function stackWith(outputs: Readonly<Record<string, string>>) {
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  return { send: async () => ({ Stacks: [{ Outputs }] }) as never };
}
const failing = (error: Error) => ({ send: () => Promise.reject(error) });
const find = (client: Parameters<typeof findStack>[0]) => findStack(client, 'ours', { patienceMs: 0 });

describe('findStack', () => {
  it('gives the stores, the machine and the input of the schedule', async () => {
    const found = await find(stackWith({ ...OUTPUTS, JobInput: JOB_INPUT }));

    expect(found).toMatchObject({
      stores: { tables: { entity: 't-Entity' }, buckets: { jobDailyA3Data: 'b-a3' }, queueUrl: 'https://queue' },
      stateMachine: OUTPUTS['DailyAgreementJobArn'],
      jobDefaults: { max_parallel_executions: 7, namespaces: ['mac'], max_query_iterations: 3 },
    });
    expect((await find(stackWith(OUTPUTS))).jobDefaults).toBeNull();
  });

  it('names all outputs that a stack lacks', async () => {
    const { EntityTable: _entity, JobStatsTable: _stats, ...rest } = OUTPUTS;

    await expect(find(stackWith(rest))).rejects.toMatchObject({
      code: 'STACK_INCOMPLETE',
      what: expect.stringContaining('lacks the outputs JobStatsTable, EntityTable'),
    });
  });

  it('refuses a stack whose job input is of another version, rather than run other namespaces', async () => {
    await expect(find(stackWith({ ...OUTPUTS, JobInput: '{"namespaces":[],"new_key":1}' }))).rejects.toMatchObject({
      code: 'STACK_INCOMPLETE',
    });
  });

  it.each([
    ['a stack that is not there', failure('ValidationError', 'Stack with id ours does not exist'), 'STACK_UNKNOWN'],
    [
      'a missing right',
      failure('AccessDenied', 'not authorized: cloudformation:DescribeStacks'),
      'STORE_ACCESS_DENIED',
    ],
    ['an expired token', failure('ExpiredToken', 'expired'), 'AWS_CREDENTIALS_INVALID'],
    ['throttling', failure('Throttling', 'Rate exceeded'), 'STORE_THROTTLED'],
    ['silence', failure('TimeoutError', 'nothing came'), 'STORE_UNREACHABLE'],
  ])('tells %s by its code', async (_what, error, code) => {
    await expect(find(failing(error))).rejects.toMatchObject({ code, what: expect.stringContaining('stack ours') });
  });

  it('does not repeat what a credential process says', async () => {
    const error = Object.assign(new Error('Command failed: get-token --secret canary'), {
      name: 'CredentialsProviderError',
    });

    await expect(find(failing(error))).rejects.toMatchObject({
      code: 'AWS_CREDENTIALS_INVALID',
      message: expect.not.stringContaining('canary'),
    });
  });
});
