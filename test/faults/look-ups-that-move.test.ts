import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entityItem, lawItem } from '../../src/agreements/make-look-up-items.ts';
import type { ChangeLine, RejectedEntry } from '../../src/publish/published.ts';
import { openPublishedDay, readChanges, readRejected, resolveAsOf } from '../../src/publish/read-published.ts';
import { replayKey } from '../../src/steps/reprocess/replay-requests.ts';
import { changeLookUps, type LookUpChange } from '../../src/stores/change-look-ups.ts';
import { withStores } from './support/data-folder.ts';
import { History } from './support/history.ts';
import { documentId } from './support/lex-books.ts';
import { holdFrom, startTestLex } from './support/test-lex.ts';

/** Several days a test. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [ONE, TWO, THREE, FOUR] = ['2021-10-20', '2021-10-21', '2021-10-22', '2021-10-25'] as const;
const NEVADA = { law: 'Nevada' } as const;
const STRANGER = { counterparty: 'Stranger Ltd' } as const;
const BOTH = { namespaces: [{ namespace: 'mac' }, { namespace: 'pwm' }] } as const;

let history: History;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6).put('mac', 2, NEVADA).put('mac', 5, NEVADA);
});
afterEach(() => history.end());

const change = (rows: LookUpChange): Promise<void> => withStores(history.data, (stores) => changeLookUps(stores, rows));

async function publishedOf(date: string): Promise<{
  readonly changes: readonly ChangeLine[];
  readonly rejected: readonly RejectedEntry[];
}> {
  return withStores(history.data, async ({ jobStats, jobDailyA3Data: a3 }) => {
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, date));
    return {
      changes: await Array.fromAsync(readChanges(a3, day)),
      rejected: await Array.fromAsync(readRejected(a3, day)),
    };
  });
}
const idsOf = (lines: readonly { readonly lex_id: string | null }[]) => [...new Set(lines.map(({ lex_id }) => lex_id))];
const ids = (...numbers: readonly number[]) => numbers.map((n) => documentId('mac', n));
/** Ids of documents whose rows a run has made. */
const madeBy = async (date: string) =>
  idsOf((await history.table(date)).filter(({ lineage }) => lineage.run === `agreements-${date}`));

describe('a look-up row that is corrected', () => {
  it('has the documents transformed again that used it, and no other', async () => {
    await history.succeed(ONE);
    await change({ laws: [lawItem('US-NV', 'Nevada'), lawItem('Nevada', 'State of Nevada')] });

    await history.succeed(TWO);

    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 2, published: 2, unchanged: 4, changed: 0 });
    const { changes } = await publishedOf(TWO);
    expect(idsOf(changes)).toEqual(ids(2, 5));
    expect(changes.every(({ cause }) => cause === 'reprocessed')).toBe(true);
    expect(changes.flatMap(({ fields }) => Object.keys(fields))).toEqual(changes.map(() => 'A3.7'));
    expect(await madeBy(TWO)).toEqual(ids(2, 5));

    await history.succeed(THREE);
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 0, unchanged: 6 });
  });

  it('while a run works is found by the next one, for the documents that the run had passed over', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 7, NEVADA);
    const lex = await startTestLex(history.books);
    const { arrived, letGo, onRequest } = holdFrom(() => true);
    lex.onRequest = onRequest;
    try {
      const run = history.succeed(TWO, { lex: lex.url });
      await arrived; // What is reprocessed is planned before Lex is asked for anything.
      await change({ laws: [lawItem('Nevada', 'State of Nevada')] });
      letGo();
      await run;
    } finally {
      letGo();
      await lex.close();
    }
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 0, new: 1, unchanged: 6 });

    await history.succeed(THREE);

    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 2, unchanged: 5 });
    expect(idsOf((await publishedOf(THREE)).changes)).toEqual(ids(2, 5));
    expect(await madeBy(TWO)).toEqual(ids(7));
  });

  it('is not forgotten over a page that could not be read', async () => {
    await history.succeed(ONE);
    await change({ laws: [lawItem('Nevada', 'State of Nevada')] });
    const lex = await startTestLex(history.books);
    lex.onRequest = ({ kind, offset }) => (kind === 'rows' && offset > 0 ? 400 : undefined);
    const input = { lex: lex.url, query_percentage_success: 0.1, max_query_iterations: 1 };
    try {
      await history.succeed(TWO, input);
    } finally {
      await lex.close();
    }
    expect(idsOf((await publishedOf(TWO)).changes)).toEqual(ids(2));

    await history.succeed(THREE);

    expect(idsOf((await publishedOf(THREE)).changes)).toEqual(ids(5));
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 1, unchanged: 5 });
  });

  it('is not forgotten over a namespace that a run leaves out', async () => {
    history.books.putMany('pwm', 1, 2).put('pwm', 2, NEVADA);
    await history.succeed(ONE, BOTH);
    await change({ laws: [lawItem('US-NV', 'State of Nevada'), lawItem('Nevada', 'State of Nevada')] });

    await history.succeed(TWO);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 2 });
    await history.succeed(THREE, BOTH);

    const { namespaces } = await history.ledger(THREE);
    expect(namespaces).toMatchObject([
      { namespace: 'mac', reprocessed: 0 },
      { namespace: 'pwm', reprocessed: 1 },
    ]);
  });
});

describe('a document whose entity nobody knows', () => {
  it('is rejected, stands, and heals on the day after the entity is there', async () => {
    history.books.put('mac', 3, STRANGER);
    await history.succeed(ONE);
    await history.succeed(TWO);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ standing: 1, unchanged: 5, reprocessed: 0 });
    expect(idsOf((await publishedOf(TWO)).rejected)).toEqual(ids(3));

    await change({ entities: [entityItem('Stranger Ltd', ['CP'], { 'CP.4': 'Stranger Limited' })] });
    await history.succeed(THREE);

    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 1, published: 1, standing: 0, unchanged: 5 });
    const { changes, rejected } = await publishedOf(THREE);
    expect(rejected).toEqual([]);
    expect(idsOf(changes)).toEqual(ids(3));
    expect(changes.every((line) => line.change === 'added' && line.cause === 'reprocessed')).toBe(true);
    await history.succeed(FOUR);
    expect(await history.ledgerOfMac(FOUR)).toMatchObject({ unchanged: 6 });
  });

  it('does not stop a quiet day when it is tried again, and rejected for another reason', async () => {
    history.books.put('mac', 3, { ...STRANGER, isRejected: true });
    await history.succeed(ONE);
    await change({ entities: [entityItem('Stranger Ltd', ['CP'], {})] });

    const { transformation } = await history.succeed(TWO, { docs_transformation_percentage_success: 0.9 });

    expect(transformation).toMatchObject({ planned: 1, valid: 0, rejected: 1, rejected_again: 1 });
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 1, rejected: 1, unchanged: 5 });
  });

  it('is not transformed again for what only its stale rows rest on', async () => {
    await history.succeed(ONE);
    history.books.put('mac', 2, { ...STRANGER, law: 'New York' });
    await history.succeed(TWO);
    await change({ laws: [lawItem('Nevada', 'State of Nevada')] });

    await history.succeed(THREE);

    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 1, standing: 1, unchanged: 4 });
    expect(idsOf((await publishedOf(THREE)).changes)).toEqual(ids(5));
  });
});

describe('a look-up row that was deleted by hand', () => {
  it('is found when an operator has every use compared', async () => {
    history.books.put('mac', 3, STRANGER);
    await change({ entities: [entityItem('Stranger Ltd', ['CP'], {})] });
    await history.succeed(ONE);
    await withStores(history.data, async ({ environment }) => {
      const entities = environment.table('entity', 'json');
      await environment.commit(() => entities.remove('stranger ltd'));
    });
    await history.succeed(TWO);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ unchanged: 6 });

    const request = { format: 1, by: 'Ada', at: '2021-10-21T00:00:00Z', documents: [], namespaces: [], look_ups: true };
    await withStores(history.data, ({ jobDailyA3Data }) =>
      jobDailyA3Data.putOnce(replayKey(1), Buffer.from(JSON.stringify(request))),
    );
    await history.succeed(THREE);

    expect(await history.ledgerOfMac(THREE)).toMatchObject({ reprocessed: 1, rejected: 1, unchanged: 5 });
    expect(idsOf((await publishedOf(THREE)).rejected)).toEqual(ids(3));
    await history.succeed(FOUR);
    expect(await history.ledgerOfMac(FOUR)).toMatchObject({ standing: 1, unchanged: 5, reprocessed: 0 });
  });
});
