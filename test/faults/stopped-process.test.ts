import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { differences, snapshot, withStores } from './support/data-folder.ts';
import { History, macInput } from './support/history.ts';
import { makeSilent } from './support/make-silent.ts';
import { dayResult, killAll, startDay } from './support/processes.ts';
import { holdFrom, startTestLex, type TestLex } from './support/test-lex.ts';

/** Several processes, or days, a test; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [ONE, TWO, THREE] = ['2021-10-20', '2021-10-21', '2021-10-22'] as const;
const RUN_TWO = `agreements-${TWO}`;

let history: History;
let lex: TestLex;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6);
  lex = await startTestLex(history.books);
  await history.succeed(ONE, { lex: lex.url });
});
afterEach(async () => {
  killAll();
  await lex.close();
  await history.end();
});

/** The second day, stopped while it waits for a page, with its last sign of life long ago. */
async function stopDayTwo() {
  const hold = holdFrom(({ kind, offset }) => kind === 'rows' && offset === 0);
  lex.onRequest = hold.onRequest;
  const process = startDay({ data: history.data, lex: lex.url, input: macInput(TWO) });
  await hold.arrived;
  await process.stop();
  await makeSilent(history.data, RUN_TWO);
  lex.onRequest = () => undefined;
  return {
    async wakeUp() {
      process.signal('SIGCONT');
      hold.letGo();
      return dayResult(await process.ended);
    },
  };
}

describe('a process that was stopped outside of a write', () => {
  it('changes nothing more when another one has finished its run', async () => {
    history.books.put('mac', 2, { law: 'Nevada' }).put('mac', 3, { isRejected: true }).remove('mac', 4);
    const stopped = await stopDayTwo();
    await history.succeed(TWO, { lex: lex.url });
    const before = await snapshot(history.data);

    const result = await stopped.wakeUp();

    expect(result).toMatchObject({ kind: 'error', code: 'RUN_SUPERSEDED' });
    expect(differences(before, await snapshot(history.data))).toEqual([]);
    await history.expectFates(TWO, {
      1: { published: {} },
      2: { published: { law: 'Nevada' } },
      3: { published: {}, staleSince: TWO, rejected: { isRejected: true } },
      5: { published: {} },
      6: { published: {} },
    });
  });

  it('changes nothing more when a run of another date has taken over its lock', async () => {
    history.books.put('mac', 2, { law: 'Nevada' });
    const stopped = await stopDayTwo();
    history.books.put('mac', 2).put('mac', 5, { law: 'Nevada' });
    await history.succeed(THREE, { lex: lex.url });
    const before = await snapshot(history.data);

    const result = await stopped.wakeUp();

    expect(result).toMatchObject({ kind: 'error', code: 'RUN_SUPERSEDED' });
    expect(differences(before, await snapshot(history.data))).toEqual([]);
    expect(await statusOf(TWO, RUN_TWO)).toBe('superseded');
    const same = Object.fromEntries([1, 2, 3, 4, 6].map((n) => [n, { published: {} }]));
    await history.expectFates(THREE, { ...same, 5: { published: { law: 'Nevada' } } });
  });
});

async function statusOf(business_date: string, run: string): Promise<string | undefined> {
  return withStores(history.data, async ({ jobStats }) => (await jobStats.getRun(business_date, run))?.status);
}
