import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../../src/errors.ts';
import { lambdaHandler } from '../../../src/runtime/lambda/lambda-handler.ts';
import { captureOutput } from './captured-output.ts';

const QUARTER_OF_AN_HOUR_MS = 900_000;

function context(remainingMs = QUARTER_OF_AN_HOUR_MS) {
  return { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remainingMs };
}

describe('a Lambda handler', () => {
  const output = captureOutput();

  it('opens what it needs once a process, for all calls', async () => {
    let opened = 0;
    const handler = lambdaHandler('QueryNamespace', () => {
      opened += 1;
      return async () => ({});
    });

    await handler({}, context());
    await Promise.all([handler({}, context()), handler({}, context())]);

    expect(opened).toBe(1);
  });

  it('opens again when opening has failed, and when Lex refused the token', async () => {
    const faults = [new TransientError('STORE_UNREACHABLE', 'No answer.'), null, null];
    const results = [new PermanentError('LEX_UNAUTHORIZED', 'Refused.'), null];
    let opened = 0;
    const handler = lambdaHandler('QueryNamespace', () => {
      const fault = faults[opened++];
      if (fault) throw fault;
      const result = results.shift();
      return async () => {
        if (result) throw result;
        return { pages: 1 };
      };
    });

    await expect(handler({}, context())).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await expect(handler({}, context())).rejects.toMatchObject({ code: 'LEX_UNAUTHORIZED' });
    await expect(handler({}, context())).resolves.toEqual({ pages: 1 });
    expect(opened).toBe(3);
  });

  it('lets a step work while three quarters of the time are left to it, and not longer', async () => {
    const handler = lambdaHandler(
      'QueryNamespace',
      () =>
        async (_, { shouldStop }) =>
          shouldStop(),
    );

    expect(await handler({}, context())).toBe(false);
    expect(await handler({}, context(0))).toBe(true);
    expect(await handler({}, context(-1))).toBe(true);
  });

  it.each([
    new TransientError('LEX_UNREACHABLE', 'Lex gave no answer.'),
    new PermanentError('PLAN_INVALID', 'There is no plan.'),
  ])('rejects with the step’s own error, by whose name the machine decides: $name', async (error) => {
    const handler = lambdaHandler('QueryNamespace', () => () => Promise.reject(error));

    await expect(handler({ job_id: 'agreements-2021-10-20' }, context())).rejects.toBe(error);
    expect(output()).toMatchObject([
      { level: 'error', state: 'QueryNamespace', run: 'agreements-2021-10-20', error_name: error.name },
    ]);
  });

  it('writes one line that says run, place, duration and counts', async () => {
    const counts = { namespace: 'mac', new: 3, complete: true, cause: 'LEX_TIMEOUT: a@b.example' };
    const handler = lambdaHandler('CalculateAndUpdateQueriedDocsInNamespace', () => async () => ({
      cursor: null,
      counts,
    }));

    await handler({ business_date: '2021-10-20', attempt: 2, namespace: 'mac', iteration: 1, workers: [] }, context());

    expect(output()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        state: 'CalculateAndUpdateQueriedDocsInNamespace',
        request_id: 'request-1',
        run: 'agreements-2021-10-20-attempt-2',
        namespace: 'mac',
        iteration: 1,
        duration_ms: expect.any(Number),
        has_cursor: false,
        counts: { counts: { new: 3, complete: true } },
      },
    ]);
  });

  it('knows the run from the manifest, where a payload has nothing else', async () => {
    const handler = lambdaHandler('UpdateAgreementHashes', () => async () => ({
      batch: 0,
      cursor: { file: 1, line: 2 },
    }));

    await handler({ manifest: 'published/as_of=2021-10-20/attempt=1/manifest.json', fence: 3 }, context());
    await handler({ manifest: 'no manifest' }, context());

    const [first, second] = output();
    expect(first).toMatchObject({ run: 'agreements-2021-10-20', has_cursor: true, counts: { batch: 0 } });
    expect(second).not.toHaveProperty('run');
  });

  it('never tells contents of a document, neither to the log nor to the machine', async () => {
    const handler = lambdaHandler('TransformDocumentData', () => async () => JSON.parse('{"contact": Jane Doe}'));

    const error = await handler({}, context()).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: 'SyntaxError' });
    expect(`${String(error)} ${(error as Error).stack} ${JSON.stringify(output())}`).not.toContain('Jane');
  });
});
