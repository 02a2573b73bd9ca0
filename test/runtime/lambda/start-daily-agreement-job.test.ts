import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStarter } from '../../../src/runtime/lambda/start-daily-agreement-job.ts';

const ARN = 'arn:aws:states:us-east-1:123456789012:stateMachine:lexdelta-DailyAgreementJob';
const JOB = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  namespaces: [{ namespace: 'mac' }],
};
const TUESDAY = { scheduled_time: '2026-11-24T06:00:00Z' };
const CALL = { signal: new AbortController().signal, shouldStop: () => false };

/** Keeps names as Step Functions does: the same name once, unless the input is the same and it runs. */
class FakeStepFunctions {
  readonly started = new Map<string, string>();
  server: Server | null = null;
  isRunning = true;

  async listen(): Promise<string> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const { name, input, stateMachineArn } = JSON.parse(body) as Record<string, string>;
        expect(stateMachineArn).toBe(ARN);
        const other = this.started.get(name!);
        const isRefused = other !== undefined && !(this.isRunning && other === input);
        if (!isRefused) this.started.set(name!, input!);
        response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(
          JSON.stringify(
            isRefused ? { __type: 'ExecutionAlreadyExists', message: 'exists' } : { executionArn: name, startDate: 1 },
          ),
        );
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.server!.once('listening', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

describe('the starter', () => {
  const stepFunctions = new FakeStepFunctions();

  beforeEach(async () => {
    stepFunctions.started.clear();
    stepFunctions.isRunning = true;
    const variables = {
      AWS_ENDPOINT_URL_SFN: await stepFunctions.listen(),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      LEXDELTA_STATE_MACHINE: ARN,
      LEXDELTA_JOB_INPUT: JSON.stringify(JOB),
      LEXDELTA_TIME_ZONE: 'America/New_York',
      LEXDELTA_DAYS_BACK: '1',
      LEXDELTA_HOLIDAYS: '["2026-11-26"]',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    stepFunctions.server?.closeAllConnections();
    await new Promise((resolve) => stepFunctions.server?.close(resolve));
  });

  it('starts the run of the business date, with an input that the job accepts', async () => {
    const outcome = await openStarter()(TUESDAY, CALL);

    expect(outcome).toEqual({ run: 'agreements-2026-11-23', started: true, reason: 'started' });
    const input = JSON.parse(stepFunctions.started.get('agreements-2026-11-23')!) as unknown;
    expect(input).toMatchObject({
      business_date: '2026-11-23',
      namespaces: [{ namespace: 'mac' }],
      max_query_iterations: 3,
    });
  });

  it('changes nothing when it is triggered twice, while the run works and after it has ended', async () => {
    const start = openStarter();
    await start(TUESDAY, CALL);
    const input = stepFunctions.started.get('agreements-2026-11-23');

    await start(TUESDAY, CALL);
    stepFunctions.isRunning = false;
    const third = await start(TUESDAY, CALL);

    expect(third).toEqual({ run: 'agreements-2026-11-23', started: false, reason: 'exists' });
    expect([...stepFunctions.started]).toEqual([['agreements-2026-11-23', input]]);
  });

  it.each([
    ['a weekend', '2026-11-29T06:00:00Z'],
    ['a holiday of the stack', '2026-11-27T06:00:00Z'],
  ])('starts nothing for %s', async (_, scheduled_time) => {
    expect(await openStarter()({ scheduled_time }, CALL)).toEqual({
      run: null,
      started: false,
      reason: 'no_business_day',
    });
    expect(stepFunctions.started.size).toBe(0);
  });

  it('starts nothing with an input that the job would refuse', async () => {
    vi.stubEnv('LEXDELTA_JOB_INPUT', JSON.stringify({ ...JOB, query_batch_size: 0 }));

    await expect(openStarter()(TUESDAY, CALL)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(stepFunctions.started.size).toBe(0);
  });

  it.each([null, {}, { scheduled_time: 'now' }])('refuses a trigger without its time: %j', async (payload) => {
    await expect(openStarter()(payload, CALL)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
