import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withStores } from './support/data-folder.ts';
import { History, macInput } from './support/history.ts';
import { type Ended, killAll, startCommand } from './support/processes.ts';
import { holdFrom, startTestLex, type TestLex } from './support/test-lex.ts';

/** Several processes, or days, a test; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let history: History;
let lex: TestLex;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6);
  lex = await startTestLex(history.books);
});
afterEach(async () => {
  killAll();
  await lex.close();
  await history.end();
});

async function startRun(business_date: string) {
  const input = join(history.folder, `${business_date}.json`);
  await writeFile(input, JSON.stringify(macInput(business_date)));
  return startCommand(['run', '--input', input, '--lex', lex.url, '--data', history.data, '--json']);
}

function verdictIn({ stdout }: Ended) {
  return JSON.parse(stdout) as { readonly verdict?: string; readonly report?: object; readonly code?: string };
}

describe('two run commands at once', () => {
  it('for one date: one works, the other follows it, and both say the same', async () => {
    const hold = holdFrom(({ kind }) => kind === 'rows');
    lex.onRequest = hold.onRequest;
    const first = await startRun('2021-10-20');
    await hold.arrived;
    const second = await startRun('2021-10-20');
    await second.said('followed');
    hold.letGo();

    const [worked, followed] = await Promise.all([first.ended, second.ended]);

    expect(worked).toMatchObject({ code: 0 });
    expect(followed).toMatchObject({ code: 0 });
    expect(verdictIn(worked)).toMatchObject({ verdict: 'published' });
    expect(verdictIn(followed)).toEqual(verdictIn(worked));
    expect(lex.requests.filter(({ kind }) => kind === 'count')).toHaveLength(1);
    await history.expectFates('2021-10-20', everyDocument());
  });

  it('for one date: the one that follows goes on with the run when the other is killed', async () => {
    const hold = holdFrom(({ kind }) => kind === 'rows');
    lex.onRequest = hold.onRequest;
    const first = await startRun('2021-10-20');
    await hold.arrived;
    const second = await startRun('2021-10-20');
    await second.said('followed');
    first.signal('SIGKILL');
    hold.letGo();

    const finished = await second.ended;

    expect(finished).toMatchObject({ code: 0 });
    expect(verdictIn(finished)).toMatchObject({ verdict: 'published', report: { attempt: 1 } });
    await history.expectFates('2021-10-20', everyDocument());
  });

  it('for two dates: the second exits 3 and creates nothing', async () => {
    const hold = holdFrom(({ kind }) => kind === 'rows');
    lex.onRequest = hold.onRequest;
    const first = await startRun('2021-10-20');
    await hold.arrived;
    const second = await (await startRun('2021-10-21')).ended;
    hold.letGo();

    expect(second).toMatchObject({ code: 3 });
    expect(verdictIn(second)).toMatchObject({ code: 'JOB_ALREADY_RUNNING' });
    expect((await first.ended).code).toBe(0);
    const runs = await withStores(history.data, ({ jobStats }) => Array.fromAsync(jobStats.listRuns()));
    expect(runs.map(({ execution_name }) => execution_name)).toEqual(['agreements-2021-10-20']);
    expect((await (await startRun('2021-10-21')).ended).code).toBe(0);
  });
});

describe.each([
  ['Ctrl+C', 'SIGINT', 130],
  ['SIGTERM', 'SIGTERM', 143],
] as const)('%s', (_, signal, exitCode) => {
  it('leaves a run that the same command finishes', async () => {
    const hold = holdFrom(({ kind, offset }) => kind === 'rows' && offset > 0);
    lex.onRequest = hold.onRequest;
    const first = await startRun('2021-10-20');
    await hold.arrived;
    first.signal(signal);
    await first.said(signal);
    hold.letGo();

    const stopped = await first.ended;
    const finished = await (await startRun('2021-10-20')).ended;

    expect(stopped).toMatchObject({ code: exitCode, stdout: expect.stringContaining('"outcome":"stopped"') });
    expect(finished).toMatchObject({ code: 0 });
    expect(verdictIn(finished)).toMatchObject({ verdict: 'published', report: { attempt: 1 } });
    await history.expectFates('2021-10-20', everyDocument());
  });
});

function everyDocument() {
  return Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [n, { published: {} }]));
}
