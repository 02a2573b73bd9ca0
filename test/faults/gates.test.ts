import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { runCli } from '../cli/support.ts';
import { withStores } from './support/data-folder.ts';
import { History } from './support/history.ts';
import { documentId, documentLine } from './support/lex-books.ts';
import { type LexRequest, startTestLex, type TestLex } from './support/test-lex.ts';

/** Several processes, or days, a test; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [ONE, TWO] = ['2021-10-20', '2021-10-21'] as const;
const EVERY_DOCUMENT = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [n, { published: {} }]));
const REJECTED = { isRejected: true } as const;

let history: History;
let lex: TestLex;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6);
  lex = await startTestLex(history.books);
});
afterEach(async () => {
  await lex.close();
  await history.end();
});

function cli(...args: readonly string[]) {
  return runCli([...args, '--data', history.data], { services: LOCAL_SERVICES });
}

function lock() {
  return withStores(history.data, ({ jobStats }) => jobStats.getLock());
}

describe('a Lex that is away for good', () => {
  // Refused requests cost an iteration nothing, unanswered ones some seconds of asking again.
  it.each([
    ['refuses every page', ({ kind }: LexRequest) => (kind === 'rows' ? 400 : undefined), 3, 'LEX_BAD_REQUEST'],
    ['answers nothing', () => 503, 1, 'LEX_BUSY'],
  ] as const)(
    'and %s: the query gate fails, nothing is published, the next run starts clean',
    async (_, onRequest, max_query_iterations, cause) => {
      const asked = { lex: lex.url, max_query_iterations };
      await history.succeed(ONE, asked);
      const before = await lock();
      history.books.put('mac', 2, { law: 'Nevada' });
      lex.onRequest = onRequest;

      const failed = await history.run(TWO, asked);

      expect(failed).toMatchObject({ status: 'failed', iterations: max_query_iterations, publication: null });
      expect(failed.error).toMatchObject({ code: 'QUERY_GATE_FAILED', message: expect.stringContaining(cause) });
      expect(failed.query).toMatchObject([{ namespace: 'mac', total_docs_queried: 0, complete: false }]);
      expect(failed.extraction).toEqual({ began: expect.stringContaining('T'), ended: expect.stringContaining('T') });
      expect(await lock()).toEqual({ ...before, fence: before.fence + 1 });
      await history.expectFates(ONE, EVERY_DOCUMENT);

      lex.onRequest = () => undefined;
      expect(await history.succeed(TWO, asked)).toMatchObject({ attempt: 2 });
      await history.expectFates(TWO, { ...EVERY_DOCUMENT, 2: { published: { law: 'Nevada' } } });
    },
  );
});

describe('a Lex that answers with broken JSON', () => {
  it('fails the query gate, names the lines, and publishes nothing; a few broken lines pass with a reservation', async () => {
    const broken = (n: number) => `${documentLine('mac', n).slice(0, -1)},}`;
    await history.succeed(ONE);
    for (let n = 1; n <= 6; n += 1) history.books.putLine('mac', documentId('mac', n), broken(n));

    const failed = await history.run(TWO, { query_batch_size: 100 });

    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'QUERY_GATE_FAILED', message: expect.stringContaining('0 of 6 (0 %) (6 lines unreadable)') },
      query_gate: { passed: false, numerator: 0, denominator: 6 },
      query: [{ unreadable: 6, complete: false }],
    });
    await history.expectFates(ONE, EVERY_DOCUMENT);
    expect((await cli('show', TWO)).stdout).toContain('rejected agreements-2021-10-21 --unreadable');
    const lines = await cli('rejected', TWO, '--unreadable', '--limit', '2');
    expect(lines.stdout).toContain('6 unreadable');
    expect(lines.stdout).toContain(`looks like ${documentId('mac', 1)}`);

    for (let n = 1; n <= 6; n += 1) history.books.put('mac', n);
    history.books.putMany('mac', 7, 20).putLine('mac', documentId('mac', 3), broken(3));
    const report = await history.succeed(TWO, { query_batch_size: 100 });

    expect(report).toMatchObject({ query_gate: { numerator: 19, denominator: 20 }, query: [{ complete: false }] });
    expect(report.warnings).toEqual(['mac: 1 of 20 lines could not be read; their documents keep what they had.']);
    const shown = (await cli('show', TWO)).stdout.replaceAll(/\s+/g, ' ');
    expect(shown).toContain('! PUBLISHED, WITH RESERVATIONS');
    expect(shown).toContain('1 of 20 lines of mac could not be read');
    expect(shown).toContain('rejected agreements-2021-10-21-attempt-2 --unreadable');
    const guessed = await cli('rejected', TWO, '--raw', documentId('mac', 3));
    expect(guessed).toMatchObject({ exitCode: 0, stdout: broken(3) });
    expect(guessed.stderr.replaceAll(/\s+/g, ' ')).toContain(`a guess: the line has no id that can be read, and looks`);
    expect(await cli('rejected', TWO, '--raw', documentId('mac', 4))).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await cli('runs')).stdout).toContain('! with reservations');
    expect((await cli('verify', TWO)).exitCode).toBe(0);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ listed: 20, unreadable: 1, unchanged: 5, complete: false });
  });
});

describe('a namespace that had documents and lists none', () => {
  it('fails the run while Lex is read: its row says since when, and that it was not read to the end', async () => {
    await history.succeed(ONE);
    for (let n = 1; n <= 6; n += 1) history.books.remove('mac', n);

    const failed = await history.run(TWO);

    expect(failed).toMatchObject({ status: 'failed', error: { code: 'NAMESPACE_EMPTIED' }, query: [] });
    expect(failed.extraction).toEqual({ began: expect.stringContaining('T'), ended: null });
    expect(failed.extraction!.began >= failed.started_at).toBe(true);
  });
});

describe('a namespace that is queried again', () => {
  it('counts once, and the pages of its first iteration are not transformed', async () => {
    await history.succeed(ONE, { lex: lex.url });
    history.books.put('mac', 2, { law: 'Nevada' }).put('mac', 6, { law: 'Nevada' });
    let counts = 0;
    lex.onRequest = ({ kind, offset }) => {
      if (kind === 'count') counts += 1;
      if (kind !== 'rows' || counts > 1 || offset === 0) return undefined;
      history.books.put('mac', 2); // What the first iteration has read of it is out of date.
      return 400;
    };

    const report = await history.succeed(TWO, { lex: lex.url });

    expect(report).toMatchObject({ iterations: 2, query_gate: { numerator: 6, denominator: 6 } });
    expect(report.query).toMatchObject([
      { iteration: 2, total_docs: 6, total_docs_queried: 6, changed: 1, unchanged: 5 },
    ]);
    expect(report.transformation).toMatchObject({ planned: 1, valid: 1 });
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ listed: 6, changed: 1, unchanged: 5, published: 1 });
    await history.expectFates(TWO, { ...EVERY_DOCUMENT, 6: { published: { law: 'Nevada' } } });
  });
});

describe('documents that come and go exactly at a page joint', () => {
  // Pages of four: the first ends with document 4, with which the second begins.
  it.each([
    ['the last document of the first page goes', () => history.books.remove('mac', 4), [1, 2, 3, 5, 6, 7, 8, 9]],
    ['the whole first page goes', () => removeMany(1, 4), [5, 6, 7, 8, 9]],
    ['a document comes in the first page', () => history.books.put('mac', 0), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['all behind the joint go', () => removeMany(5, 9), [1, 2, 3, 4]],
  ])('%s between the two reads: who stays is read once', async (_, change, left) => {
    history.books.putMany('mac', 7, 9);
    await history.succeed(ONE, { lex: lex.url });
    let isFirstRead = false;
    lex.onRequest = ({ kind, offset }) => {
      if (kind !== 'rows') return;
      if (isFirstRead && offset > 0) change();
      if (offset === 0) isFirstRead = true;
    };

    const report = await history.succeed(TWO, { lex: lex.url, max_parallel_executions: 1 });

    expect(report.query[0]).toMatchObject({ complete: true, failed_pages: 0, changed: 0 });
    const table = new Set((await history.table(TWO)).map(({ lex_id }) => Number(lex_id.slice(4))));
    const hashes = (await history.hashes()).map(({ lex_id }) => Number(lex_id.slice(4)));
    expect([...table]).toEqual(hashes);
    // Who was there throughout is in the table; who came or went meanwhile may be.
    expect(hashes).toEqual(expect.arrayContaining(left));
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ listed: report.query[0]?.total_docs_queried, new: 0 });
  });

  function removeMany(from: number, to: number): void {
    for (let n = from; n <= to; n += 1) history.books.remove('mac', n);
  }
});

describe('a transformation gate that fails', () => {
  const gate = { docs_transformation_percentage_success: 0.9 };

  it('publishes nothing and writes no hash, and the next attempt after mending works', async () => {
    await history.succeed(ONE, gate);
    history.books.put('mac', 2, REJECTED).put('mac', 3, REJECTED).put('mac', 4, { law: 'Nevada' });
    const before = await lock();

    const failed = await history.run(TWO, gate);

    expect(failed).toMatchObject({ status: 'failed', publication: null });
    expect(failed.error).toMatchObject({
      code: 'TRANSFORMATION_GATE_FAILED',
      message: expect.stringContaining('1 of 3'),
    });
    expect(await lock()).toEqual({ ...before, fence: before.fence + 1 });
    await history.expectFates(ONE, EVERY_DOCUMENT);
    expect(await readdir(join(history.data, 'JobDailyDelta', TWO, '1'))).not.toEqual([]);

    history.books.put('mac', 2).put('mac', 3);
    const mended = await history.succeed(TWO, gate);
    expect(mended).toMatchObject({ attempt: 2, query: [{ changed: 1, unchanged: 5 }] });
    await history.expectFates(TWO, { ...EVERY_DOCUMENT, 4: { published: { law: 'Nevada' } } });
  });

  it('is passed by an operator, by name and with a reason that stay in JobStats and in the manifest', async () => {
    await history.succeed(ONE, gate);
    history.books.put('mac', 2, REJECTED);
    const overrides = [{ accept: 'transform', by: 'A. Operator', reason: 'known error of Lex' }] as const;

    const report = await history.succeed(TWO, { ...gate, overrides });

    expect(report).toMatchObject({ overrides, transformation_gate: { passed: false, accepted: true, ratio: 0 } });
    expect((await history.manifest(report.publication!.manifest)).overrides).toEqual(overrides);
    await history.expectFates(TWO, {
      ...EVERY_DOCUMENT,
      2: { published: {}, staleSince: TWO, rejected: REJECTED },
    });
  });
});

describe('removals above the cap', () => {
  it('are held back until an operator accepts them for one attempt', async () => {
    const cap = { max_removed_percentage: 0.1 };
    await history.succeed(ONE, cap);
    history.books.remove('mac', 2);

    const held = await history.succeed(TWO, cap);
    await history.expectFates(TWO, EVERY_DOCUMENT);
    const listed = await cli('rejected', TWO, '--held-removals');
    const told = JSON.parse((await cli('rejected', TWO, '--held-removals', '--json')).stdout);
    const ofMac = await cli('rejected', TWO, '--held-removals', '--namespace', 'mac');
    const ofNone = await cli('rejected', TWO, '--held-removals', '--namespace', 'nosuch', '--json');
    const why = await cli('why', 'mac-0000000002');
    const overrides = [{ accept: 'removals', by: 'A. Operator', reason: 'cancelled' }] as const;
    const accepted = await history.succeed(TWO, { ...cap, attempt: 2, overrides });

    expect(held.query).toMatchObject([{ removed: 0, removals_held: 1, complete: true }]);
    expect(listed.stdout).toContain(`1 removal held back by ${held.run}.`);
    expect(listed.stdout).toMatch(/mac +mac-0000000002 +too many for one day/);
    expect(ofMac.stdout).toContain(`1 removal held back by ${held.run}: in mac.`);
    expect(JSON.parse(ofNone.stdout)).toMatchObject({ code: 'USAGE', exit_code: 2 });
    expect(told).toMatchObject({
      schema: 'lexdelta.held-removals/1',
      documents: [{ namespace: 'mac', lex_id: 'mac-0000000002', reason: 'too_many' }],
      total: 1,
      more: false,
    });
    expect(why.stdout).toContain('Its removal was held back.');
    expect(why.stdout).toContain(`run --business-date ${TWO} --attempt 2 --input …`);
    expect(why.stdout).toContain('--accept removals --by NAME --reason TEXT');
    expect(held.publication!.held_removals).toEqual({
      groups: [{ namespace: 'mac', reason: 'too_many', count: 1 }],
      first: [{ namespace: 'mac', lex_id: 'mac-0000000002' }],
    });
    expect((await history.manifest(held.publication!.manifest)).held_removals).toMatchObject({ lines: 1 });
    expect(accepted).toMatchObject({ overrides, query: [{ removed: 1, removals_held: 0 }] });
    const { 2: _, ...left } = EVERY_DOCUMENT;
    await history.expectFates(TWO, left);
  });
});
