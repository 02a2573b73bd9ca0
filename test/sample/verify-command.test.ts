import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { runCli } from '../cli/support.ts';

const [ONE, TWO] = ['2021-10-20', '2021-10-21'];

let root: string;

const sample = (path: string) => fileURLToPath(new URL(`../../sample/${path}`, import.meta.url));
const published = (date: string, path = '') => {
  return join(root, 'lexdelta-data', 'JobDailyA3Data', 'published', `as_of=${date}`, 'attempt=1', path);
};
const options = () => ({ services: LOCAL_SERVICES, cwd: root, now: '2021-10-22T06:00:00Z' });
const cli = (args: readonly string[]) =>
  runCli(args, { services: LOCAL_SERVICES, cwd: root, now: '2021-10-26T06:00:00Z' });
const verify = (date: string, ...flags: readonly string[]) => cli(['verify', date, ...flags]);

/** Runs `work` while files hold other bytes. */
async function whileAltered<T>(files: Readonly<Record<string, string | Buffer>>, work: () => Promise<T>): Promise<T> {
  const paths = Object.keys(files);
  const kept = await mkdtemp(join(root, 'kept-'));
  await Promise.all(paths.map((path, i) => rename(path, join(kept, String(i)))));
  try {
    await Promise.all(paths.map((path) => writeFile(path, files[path]!)));
    return await work();
  } finally {
    await Promise.all(paths.map((path, i) => rename(join(kept, String(i)), path)));
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  const file = (name: string) => sample(`look-ups/${name}.csv`);
  await cli(['entities', 'import', '--co', file('co'), '--cp', file('cp'), '--aliases', file('aliases')]);
  await cli(['laws', 'import', file('laws')]);
  await cli(['run', '--business-date', ONE, '--lex', sample('lex/day-1')]);
  await cli(['run', '--business-date', TWO, '--lex', sample('lex/day-2')]);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('lexdelta verify', () => {
  it('proves each day of the sample, and says what it showed', async () => {
    for (const date of [ONE, TWO]) {
      const { exitCode, stdout } = await verify(date);

      expect(stdout).toMatch(/^✔ VERIFIED {2}Table A-3 as of 2021-10-2\d, attempt 1: 71\d rows in 11 files/);
      expect(stdout).not.toMatch(/✘|not shown|!/);
      for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
      expect(exitCode).toBe(0);
    }
    expect((await verify(TWO)).stdout).toContain(
      '  ✔ changes   the table of 2021-10-20 and the change log give this table\n',
    );
  });

  it('gives machines one document, with the SHA-256 of the manifest', async () => {
    const found = JSON.parse((await verify(TWO, '--json')).stdout);

    const manifest = await readFile(published(TWO, 'manifest.json'));
    const manifest_sha256 = createHash('sha256').update(manifest).digest('hex');
    expect(found).toMatchObject({
      schema: 'lexdelta.verify/1',
      is_proven: true,
      manifest_sha256,
      faults: [],
      notes: [],
    });
    expect(found.claims).toHaveLength(11);
  });

  it('fails when a byte of a part is another, and names the part', async () => {
    const path = published(TWO, 'table/shard-00000.ndjson.gz');
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;

    const { exitCode, stdout } = await whileAltered({ [path]: bytes }, () => verify(TWO));

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✘ NOT VERIFIED  Table A-3 as of 2021-10-21, attempt 1: 1 fault\n');
    expect(stdout).toContain('  ✘ table/shard-00000.ndjson.gz: ');
    expect(stdout).toContain('not shown: files of the day are damaged');
  });

  it('finds a manifest that was forged together with its checksums: the record of its run has another', async () => {
    const path = published(TWO, 'manifest.json');
    const was = await readFile(path, 'utf8');
    const forged = was.replace('"replays_through": 0', '"replays_through": 5');
    const sums = await readFile(published(TWO, 'SHA256SUMS'), 'utf8');
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const files = { [path]: forged, [published(TWO, 'SHA256SUMS')]: sums.replace(digest(was), digest(forged)) };

    const { exitCode, stdout } = await whileAltered(files, () => verify(TWO, '--json'));

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).faults).toMatchObject([
      { claim: 'manifest', file: 'manifest.json', what: expect.stringContaining('where the record of its run has') },
    ]);
  });

  it('fails when the base is gone and nobody has recorded why', async () => {
    await rename(published(ONE), join(root, 'away'));
    try {
      const { exitCode, stdout } = await verify(TWO);
      expect(exitCode).toBe(1);
      expect(stdout.replaceAll(/\n +/g, ' ')).toContain(
        '✘ published/as_of=2021-10-20/attempt=1/manifest.json: is missing, the base of this day, and no record',
      );
    } finally {
      await rename(join(root, 'away'), published(ONE));
    }
  });

  it('finds a pointer that names the table of another date, as every reader does', async () => {
    const pointer = join(root, 'lexdelta-data', 'JobDailyA3Data', 'as_of', `${ONE}.json`);
    const other = (await readFile(pointer, 'utf8')).replace(ONE, TWO);
    await whileAltered({ [pointer]: other }, async () => {
      const { exitCode, stdout, stderr } = await verify(ONE);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/Next: .*lexdelta pointers rebuild\n/);
      expect(stdout).toContain(`✘ NOT VERIFIED  Table A-3 as of ${ONE}, attempt 1: 1 fault\n`);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`✘ as_of/${ONE}.json: names published/as_of=${TWO}/attempt=1`);
      for (const command of [
        ['as-of', ONE],
        ['diff', ONE, TWO],
        ['deliver', ONE, '--output', join(root, 'out')],
      ]) {
        const read = await cli(command);
        expect(read, command[0]).toMatchObject({ exitCode: 1, stdout: '' });
        expect(read.stderr).toContain('[POINTER_WRONG]');
      }
      const checked = await cli(['retention', '--check']);
      expect([checked.exitCode, checked.stdout]).toEqual([
        1,
        expect.stringContaining(`! ${ONE}  as_of/${ONE}.json names`),
      ]);
      expect(checked.stderr).toMatch(/Next: .*lexdelta pointers rebuild\n/);
      expect(await cli(['pointers', 'rebuild'])).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('1 pointer written again, 1 of published dates as they should be.'),
      });
      expect((await verify(ONE)).exitCode).toBe(0);
    });
  });

  it('needs nothing but the published files, a copy of one day with --alone', async () => {
    const copy = join(root, 'copy');
    await cp(published(TWO, '..'), join(copy, 'JobDailyA3Data', 'published', `as_of=${TWO}`), { recursive: true });
    const lmdb = join(root, 'lexdelta-data', 'lmdb');
    await rename(lmdb, join(root, 'away'));
    try {
      const told = await verify(TWO);
      expect(told.exitCode).toBe(0);
      expect(told.stdout).toContain('✔ VERIFIED  Table A-3');
      expect(told.stdout.replaceAll(/\s+/g, ' ')).toContain('! Not compared with JobStats: There is no data of');
      await mkdir(lmdb);
      await writeFile(join(lmdb, 'data.mdb'), 'damaged'.repeat(9_000));
      expect((await verify(TWO)).stdout).toContain('  ! Not compared with JobStats:');
      expect((await verify('2021-10-22')).stderr).toContain('NO_TABLE_FOR_DATE');
    } finally {
      await rm(lmdb, { recursive: true });
      await rename(join(root, 'away'), lmdb);
    }
    expect((await verify(TWO, '--data', copy)).exitCode).toBe(1);
    const alone = await verify(TWO, '--alone', '--data', copy);
    expect(alone.exitCode).toBe(0);
    expect(alone.stdout).toContain('✔ VERIFIED, except changes  Table A-3 as of 2021-10-21');
  });

  it('refuses a date or an attempt of which nothing is published', async () => {
    expect(await verify('2021-10-22')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('NO_TABLE_FOR_DATE'),
    });
    const { exitCode, stderr } = await verify(TWO, '--attempt', '7');
    expect([exitCode, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('Nothing is published of attempt 7 at 2021-10-21.'),
    ]);
  });

  it('stops at Ctrl+C, and leaves nothing behind', async () => {
    const TMPDIR = await mkdtemp(join(root, 'tmp-'));
    const own = { ...options(), env: { TMPDIR } };

    expect((await runCli(['verify', TWO], own)).exitCode).toBe(0);
    expect(await runCli(['verify', TWO], { ...own, stop: 'SIGINT' })).toMatchObject({ exitCode: 130, stdout: '' });
    expect(await readdir(TMPDIR)).toEqual([]);
  });

  it('is not needed for the checksums: every file is in SHA256SUMS, as sha256sum reads it', async () => {
    const sums = (await readFile(published(TWO, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
    const files = (await readdir(published(TWO), { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(sums).toHaveLength(files.length - 2);
    for (const line of sums) {
      const [, sha256, path = ''] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
      expect(
        createHash('sha256')
          .update(await readFile(published(TWO, path)))
          .digest('hex'),
      ).toBe(sha256);
    }
  });
});
