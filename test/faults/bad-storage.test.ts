import { execFileSync } from 'node:child_process';
import { open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEnvironment, STORE_FORMAT } from '../../src/stores/embedded/open-environment.ts';
import { copyDataFolder, differences, snapshot, withStores } from './support/data-folder.ts';
import { History, macInput } from './support/history.ts';
import { documentId } from './support/lex-books.ts';
import { killAll, runCommand, runDay } from './support/processes.ts';

/** Several processes, or days, a test; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [ONE, TWO, THREE] = ['2021-10-20', '2021-10-21', '2021-10-22'] as const;
const EVERY_DOCUMENT = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [n, { published: {} }]));

let history: History;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6);
});
afterEach(async () => {
  killAll();
  await history.end();
});

function file(path: string): string {
  return join(history.data, path);
}

async function command(...args: readonly string[]) {
  const { code, stdout } = await runCommand([...args, '--data', history.data, '--json']);
  return { code, answer: JSON.parse(stdout) as { readonly code?: string; readonly message?: string } };
}

async function runOnce(business_date: string) {
  const input = join(history.folder, 'input.json');
  await writeFile(input, JSON.stringify(macInput(business_date)));
  return command('run', '--input', input, '--lex', await history.lexFolder());
}

describe('a disk that is full', () => {
  it('ends the run with a clear error, and the same command goes on when there is room', async () => {
    const undisturbed = await copyDataFolder(history.data, join(history.folder, 'undisturbed'));
    const day = { lex: await history.lexFolder(), input: macInput(ONE) };
    await runDay({ ...day, data: undisturbed });
    const room = 500; // Blocks of 512 bytes that a file may have: LMDB's has a little less before the run, and more after it.

    const full = await runDay({ ...day, data: history.data }, { shell: `ulimit -f ${room}` });
    const resumed = await runDay({ ...day, data: history.data });

    expect(full).toMatchObject({ kind: 'error', code: 'STORE_FULL' });
    expect(resumed).toMatchObject({ kind: 'ended', ran: true, report: { status: 'succeeded', attempt: 1 } });
    expect(differences(await snapshot(undisturbed), await snapshot(history.data))).toEqual([]);
  });
});

describe('a data folder that may not be written', () => {
  it('is refused by the command, and stays as it was', async () => {
    await history.succeed(ONE);
    const before = await snapshot(history.data);

    const { code, answer } = await whileReadOnly(() => runOnce(TWO));

    expect([code, answer.code]).toEqual([1, 'STORE_READ_ONLY']);
    expect(differences(before, await snapshot(history.data))).toEqual([]);
    await history.succeed(TWO);
  });

  /** Permissions do not bind root, so root takes the attribute `immutable` instead. */
  async function whileReadOnly<T>(action: () => Promise<T>): Promise<T> {
    const change = (on: boolean) =>
      process.getuid?.() === 0
        ? execFileSync('chattr', ['-R', on ? '+i' : '-i', history.data])
        : execFileSync('chmod', ['-R', on ? 'a-w' : 'u+w', history.data]);
    change(true);
    try {
      return await action();
    } finally {
      change(false);
    }
  }
});

describe('a data folder of a newer lexdelta', () => {
  it.each([
    ['LMDB', writeNewerLmdb],
    ['the stores', writeNewerFormat],
  ])('is refused by the command and not touched: format of %s', async (_, writeNewer) => {
    await history.succeed(ONE);
    await writeNewer();
    const before = await readFile(file('lmdb/data.mdb'));

    const { code, answer } = await runOnce(TWO);

    expect([code, answer.code]).toEqual([1, 'STORE_FORMAT_NEWER']);
    expect(before.equals(await readFile(file('lmdb/data.mdb')))).toBe(true);
  });

  /** Both of the pages that describe the file, 4,096 bytes each, hold the version of its layout at byte 28. */
  async function writeNewerLmdb(): Promise<void> {
    const data = await open(file('lmdb/data.mdb'), 'r+');
    for (const page of [0, 4_096]) await data.write(Uint8Array.of(3, 0), 0, 2, page + 28);
    await data.close();
  }

  async function writeNewerFormat(): Promise<void> {
    const environment = openEnvironment({ folder: history.data });
    await environment.commit(() => environment.table<number>('format', 'json').put('', STORE_FORMAT + 1));
    await environment.close();
  }
});

describe('a page object that is damaged', () => {
  const gate = { docs_transformation_percentage_success: 0.9 };

  it.each([
    ['before it is planned', 'folder.rename:jobdailybatchprocessing:before:1', 'STORE_CORRUPT'],
    ['after it was planned', 'folder.link:JobDailyA3Data:before:1', 'DELTA_CHANGED'],
  ])('%s fails the run, and the next attempt reads Lex again', async (_, crashAt, code) => {
    await history.crash(ONE, crashAt, gate);
    const page = file(`JobDailyDelta/${ONE}/1/1/mac/000000000.ndjson`);
    await truncate(page, (await readFile(page)).length - 30);

    const failed = await history.run(ONE, gate);
    const { head } = await withStores(history.data, ({ jobStats }) => jobStats.getLock());
    const hashes = await history.hashes();
    const mended = await history.succeed(ONE, gate);

    expect(failed).toMatchObject({ status: 'failed', attempt: 1, failed_slices: 1, publication: null });
    expect(failed.error).toMatchObject({ code: 'TRANSFORMATION_GATE_FAILED', message: expect.stringContaining(code) });
    expect([head, hashes]).toEqual([null, []]);
    expect(mended).toMatchObject({ attempt: 2 });
    await history.expectFates(ONE, EVERY_DOCUMENT);
  });
});

describe('a published part that was truncated', () => {
  it('is told by as-of, fails the next run that needs it, and that run succeeds once it is whole', async () => {
    await history.succeed(ONE);
    const [name] = await readdir(file(`JobDailyA3Data/published/as_of=${ONE}/attempt=1/table`));
    const part = file(`JobDailyA3Data/published/as_of=${ONE}/attempt=1/table/${name}`);
    const whole = await readFile(part);
    await truncate(part, whole.length - 10);
    history.books.put('mac', 2, { law: 'Nevada' });

    const asOf = await command('as-of', ONE, '--format', 'ndjson', '--output', join(history.folder, 'table.ndjson'));
    const failed = await history.run(TWO);
    await writeFile(part, whole);
    await history.succeed(TWO);

    expect([asOf.code, asOf.answer.code]).toEqual([1, 'STORE_CORRUPT']);
    expect(asOf.answer.message).toContain(name);
    expect(failed).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'STORE_CORRUPT' }, publication: null });
    expect(failed.error?.message).toContain(name);
    expect(await readdir(history.folder)).not.toContain('table.ndjson');
    await history.expectFates(TWO, { ...EVERY_DOCUMENT, 2: { published: { law: 'Nevada' } } });
    await history.succeed(THREE);
    expect(await history.ledgerOfMac(THREE)).toMatchObject({ unchanged: 6 });
    expect((await history.hashes()).map(({ lex_id }) => lex_id)).toContain(documentId('mac', 2));
  });
});
