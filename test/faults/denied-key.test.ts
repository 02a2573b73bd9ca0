/** A customer managed key that a role may not use, or that somebody has disabled: told once, nothing published, mended by hand. */
import { describe, expect, it } from 'vitest';
import type { ItemTables } from '../../src/engine/dynamodb/item-tables.ts';
import { JobHome } from './support/job-home.ts';
import { awsAnswer, type StoreFault } from './support/paced-store.ts';

const [BEFORE, DAY, NEXT] = ['2021-10-19', '2021-10-20', '2021-10-21'] as const;
const RUN = `agreements-${DAY}`;

const ROLE = 'User: arn:aws:sts::123456789012:assumed-role/lexdelta-Role/function is not authorized to perform';
const DENIED_TABLE = awsAnswer(
  'AccessDeniedException',
  `${ROLE}: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
);
const DENIED_BUCKET = awsAnswer(
  'AccessDenied',
  `${ROLE}: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:123456789012:key/0 because no resource-based policy allows the kms:GenerateDataKey action`,
  403,
);
const DISABLED_BUCKET = awsAnswer('KMS.DisabledException', 'arn:aws:kms:us-east-1:123456789012:key/0 is disabled.');
const DISABLED_TABLE = awsAnswer('KMSInvalidStateException', 'arn:aws:kms:us-east-1:123456789012:key/0 is disabled.');

/** The second day of a table, with changes of every kind. */
async function secondDay(): Promise<JobHome> {
  const home = await JobHome.begin([1, 2, 3, 4, 5, 6]);
  expect(await home.run(BEFORE)).toMatchObject({ status: 'SUCCEEDED' });
  home.put(2, { law: 'Nevada' });
  home.put(7);
  home.remove(3);
  return home;
}

function refusing(store: string, operation: string, answer: Error): StoreFault & { count: number } {
  const fault = Object.assign(
    (call: { readonly store: string; readonly operation: string }) => {
      if (call.store !== store || call.operation !== operation) return null;
      fault.count += 1;
      return answer;
    },
    { count: 0 },
  );
  return fault;
}

describe('a key that may not be used', () => {
  it.each([
    ['table lexdelta-AgreementHash', 'readRange', DENIED_TABLE],
    ['table lexdelta-AgreementHash', 'readRange', DISABLED_TABLE],
    ['bucket lexdelta-jobdailydelta', 'put', DENIED_BUCKET],
    ['bucket lexdelta-jobdailydelta', 'get', DISABLED_BUCKET],
    ['bucket lexdelta-jobdailybatchprocessing', 'put', DENIED_BUCKET],
    ['bucket lexdelta-jobdailybatchprocessing', 'get', DISABLED_BUCKET],
    ['table lexdelta-Entity', 'get', DENIED_TABLE],
    ['table lexdelta-GoverningLaw', 'get', DISABLED_TABLE],
    ['table lexdelta-JobInstanceNamespaceQueryCounts', 'put', DENIED_TABLE],
    ['bucket lexdelta-jobdailya3data', 'putOnce', DENIED_BUCKET],
    ['bucket lexdelta-jobdailya3data', 'get', DISABLED_BUCKET],
  ])(
    'of the %s at %s fails the run at once, publishes nothing, and the next run succeeds: %s',
    async (store, operation, answer) => {
      const home = await secondDay();
      const calm = home.copy();
      const published = await home.head();
      const begunMs = home.clock.now();
      const fault = refusing(store, operation, answer);

      const outcome = await home.run(DAY, { store: fault }, { docs_transformation_percentage_success: 0.9 });

      expect(outcome.status).toBe('FAILED');
      expect(outcome.cause).toContain(`[STORE_KMS_DENIED] The ${store} has a key that the role may not use`);
      expect(await home.row(RUN)).toMatchObject({ status: 'failed', cause: outcome.cause });
      expect(await home.head()).toEqual(published);
      expect(home.clock.now() - begunMs).toBeLessThan(1_000);
      expect(fault.count).toBeLessThan(20);
      expect(`${outcome.cause} ${JSON.stringify(await home.row(RUN))}`).not.toMatch(/UBS|Zurich|Goldman/);

      expect(await home.run(NEXT)).toMatchObject({ status: 'SUCCEEDED' });
      await calm.run(NEXT);
      expect(await home.published(`published/as_of=${NEXT}`)).toEqual(await calm.published(`published/as_of=${NEXT}`));
    },
  );

  it('names, where a message has room for it, the key and its policy as the place to look', async () => {
    const home = await secondDay();
    const store = refusing('bucket lexdelta-jobdailybatchprocessing', 'put', DENIED_BUCKET);

    const { cause } = await home.run(DAY, { store });

    expect(cause).toContain('kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:123456789012:key/0');
    expect(cause).toContain(
      'Check that the key is enabled and that its policy lets that role use it through this service.',
    );
  });

  it('while hashes are written leaves a published table, whose hashes the next run writes first', async () => {
    const home = await secondDay();
    const calm = home.copy();
    const store = refusing('table lexdelta-AgreementHash', 'apply', DENIED_TABLE);

    const outcome = await home.run(DAY, { store });

    expect(outcome.cause).toContain('[STORE_KMS_DENIED]');
    expect(await home.row(RUN)).toMatchObject({ status: 'published_incomplete' });
    expect(await home.head()).toMatchObject({ as_of: DAY, owner: null });
    await calm.run(DAY);
    for (const each of [home, calm]) expect(await each.run(NEXT)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await home.published(`published/as_of=${NEXT}`)).toEqual(await calm.published(`published/as_of=${NEXT}`));
  });
});

describe('a key of JobStats that the machine may not use', () => {
  it.each([
    ['from the beginning', 0, null],
    ['once the run has begun', 2, 'failed'],
  ])(
    '%s, fails the run at once with what AWS says; the next run takes over what lock there is',
    async (_, calls, closedAs) => {
      const home = await secondDay();
      const published = await home.head();
      const denied = Object.assign(new Error('KMS key access denied error: kms:Decrypt'), {
        name: 'DynamoDB.AmazonDynamoDBException',
      });

      const outcome = await home.run(DAY, { items: (real) => failingAfter(real, calls, denied) });

      expect(outcome).toMatchObject({ status: 'FAILED', error: denied.name, cause: denied.message });
      expect(await home.head()).toMatchObject({ head: published['head'], hashes_of: published['hashes_of'] });
      expect(await home.run(NEXT)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await home.status(RUN)).toBe(closedAs);
      expect(await home.head()).toMatchObject({ as_of: NEXT, owner: null });
    },
  );
});

/** Items that nobody may write or read after so many calls. */
function failingAfter(real: ItemTables, calls: number, error: Error): ItemTables {
  let count = 0;
  const check = (): void => {
    count += 1;
    if (count > calls) throw error;
  };
  return {
    keyAttributes: (table) => real.keyAttributes(table),
    get: async (...key) => {
      check();
      return real.get(...key);
    },
    update: async (...change) => {
      check();
      return real.update(...change);
    },
  };
}
