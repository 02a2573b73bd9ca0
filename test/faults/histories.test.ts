import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rebuildLocalHashes } from '../../src/runtime/local-hash-rebuild.ts';
import { withStores } from './support/data-folder.ts';
import { History } from './support/history.ts';
import { documentId } from './support/lex-books.ts';

/** Several processes, or days, a test; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [ONE, TWO, THREE, FOUR] = ['2021-10-20', '2021-10-21', '2021-10-22', '2021-10-25'] as const;
const REJECTED = { isRejected: true } as const;
const CHANGED = { law: 'Nevada' } as const;
const VALID = { published: {} } as const;
/** All but the second of the six documents. */
const OTHERS = { 1: VALID, 3: VALID, 4: VALID, 5: VALID, 6: VALID } as const;

const BEFORE_HASHES = 'lmdb.commit:agreement-hash:before:1';
const BEFORE_POINTER = 'folder.rename:JobDailyA3Data:before:1';

let history: History;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6);
});
afterEach(() => history.end());

describe('a document that goes back to its old content', () => {
  it('is published again after it was rejected', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 2, REJECTED);
    await history.succeed(TWO);
    await history.expectFates(TWO, { ...OTHERS, 2: { published: {}, staleSince: TWO, rejected: REJECTED } });
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ changed: 1, rejected: 1, unchanged: 5, published: 0 });

    history.books.put('mac', 2);
    await history.succeed(THREE);

    await history.expectFates(THREE, { ...OTHERS, 2: VALID });
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ changed: 1, published: 1, unchanged: 5, rejected: 0 });
    expect(await history.ledger(THREE)).toMatchObject({ rows: { changed: 2, stale: 0, total: 12 }, rejected_now: 0 });
  });

  it('is new after it was removed', async () => {
    await history.succeed(ONE);
    history.books.remove('mac', 2);
    await history.succeed(TWO);
    await history.expectFates(TWO, OTHERS);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ listed: 5, removed: 1, unchanged: 5 });

    history.books.put('mac', 2);
    await history.succeed(THREE);

    await history.expectFates(THREE, { ...OTHERS, 2: VALID });
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ new: 1, published: 1, unchanged: 5, removed: 0 });
  });

  it.each([
    ['hashes', BEFORE_HASHES],
    ['the pointer of the date', BEFORE_POINTER],
  ])('is published again after a crash between publication and %s', async (_, crashAt) => {
    await history.succeed(ONE);
    history.books.put('mac', 2, CHANGED).put('mac', 4, REJECTED).remove('mac', 6);
    await history.crash(TWO, crashAt);

    history.books.putMany('mac', 1, 6);
    await history.succeed(THREE);

    const fates = { ...OTHERS, 2: { published: CHANGED }, 4: { published: {}, staleSince: TWO, rejected: REJECTED } };
    await history.expectFates(THREE, { ...OTHERS, 2: VALID });
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ changed: 2, new: 1, published: 3, unchanged: 3 });
    const { 6: _removed, ...left } = fates;
    expect(new Set((await history.table(TWO)).map(({ lex_id }) => lex_id))).toEqual(
      new Set(Object.keys(left).map((n) => documentId('mac', Number(n)))),
    );
    expect(await runs()).toEqual({ [ONE]: 'succeeded', [TWO]: 'published_incomplete', [THREE]: 'succeeded' });
  });
});

describe('hashes that cannot be written after the publication', () => {
  it('leave a published day, and a later run that writes them first', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 2, CHANGED);
    await history.crash(TWO, BEFORE_HASHES);
    const output = join(history.data, 'JobDailyA3Data/records', TWO, '1/000-000000000.ndjson');
    const whole = await readFile(output);
    await truncate(output, whole.length - 20);

    const report = await history.run(TWO);

    expect(report).toMatchObject({ status: 'published_incomplete', error: { code: 'STORE_CORRUPT' }, attempt: 1 });
    expect(await lock()).toMatchObject({ owner: null, as_of: TWO, hashes_of: expect.stringContaining(ONE) });
    expect((await history.table(TWO)).filter((row) => row['A3.7'] === 'Nevada')).toHaveLength(1);

    history.books.put('mac', 2);
    const unmended = await history.run(THREE);
    expect(unmended).toMatchObject({ status: 'failed', error: { code: 'STORE_CORRUPT' }, publication: null });
    expect(await lock()).toMatchObject({ owner: null, as_of: TWO });

    await writeFile(output, whole);
    await history.succeed(THREE);
    await history.expectFates(THREE, { ...OTHERS, 2: VALID });
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ changed: 1, published: 1, unchanged: 5 });
  });
});

describe('records of a published day that are lost for good', () => {
  it('are not needed once the hashes are rebuilt from the table', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 2, CHANGED);
    await history.crash(TWO, BEFORE_HASHES);
    await rm(join(history.data, 'JobDailyA3Data/records', TWO), { recursive: true });
    expect(await history.run(TWO)).toMatchObject({ status: 'published_incomplete', error: { code: 'STORE_CORRUPT' } });

    await rebuildLocalHashes(history.data);
    await history.succeed(THREE);

    await history.expectFates(THREE, { ...OTHERS, 2: { published: CHANGED } });
  });
});

describe('a stopped old run', () => {
  it('cannot bring back the hash of a document that was removed since', async () => {
    await history.succeed(ONE);
    const before = (await history.hashes()).find(({ lex_id }) => lex_id === documentId('mac', 2))!;
    history.books.remove('mac', 2);
    await history.succeed(TWO);

    // As an old run would that holds no guard: another home of the job has none.
    const late = { op: 'good', lex_id: before.lex_id, fingerprint: before.good! } as const;
    const outcome = await withStores(history.data, ({ agreementHash }) =>
      agreementHash.apply('mac', [late], { fence: 1, business_date: ONE }),
    );

    expect(outcome).toEqual({ applied: 0, refused: 1 });
    await history.expectFates(TWO, OTHERS);
    await history.succeed(THREE);
    await history.expectFates(THREE, OTHERS);
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ listed: 5, unchanged: 5, removed: 0 });
  });
});

describe('another attempt at a day that has succeeded', () => {
  it('publishes the same bytes in every shard and an empty change log', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 2, CHANGED).put('mac', 3, REJECTED).remove('mac', 4);
    const first = await history.succeed(TWO);

    const again = await history.run(TWO);
    const second = await history.succeed(TWO, { attempt: 2 });

    expect(again).toEqual(first);
    expect(second).toMatchObject({ attempt: 2, publication: { added: 0, changed: 0, removed: 0 } });
    const [old, now] = await Promise.all(
      [first, second].map(({ publication }) => history.manifest(publication!.manifest)),
    );
    expect(now!.shards.map(({ table, rejected, uses }) => ({ table, rejected, uses }))).toEqual(
      old!.shards.map(({ table, rejected, uses }) => ({ table, rejected, uses })),
    );
    expect(now!.shards.map(({ changes }) => changes.lines)).toEqual(now!.shards.map(() => 0));
    expect(now!.base).toBe(first.publication!.manifest);
    await history.succeed(FOUR);
  });
});

async function lock() {
  return withStores(history.data, ({ jobStats }) => jobStats.getLock());
}

/** Status by date. */
async function runs(): Promise<Readonly<Record<string, string>>> {
  return withStores(history.data, async ({ jobStats }) => {
    const rows = await Array.fromAsync(jobStats.listRuns());
    return Object.fromEntries(rows.map(({ business_date, status }) => [business_date, status]));
  });
}
