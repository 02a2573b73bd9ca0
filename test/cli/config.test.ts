import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/cli/config.ts';

let root: string;
let cwd: string;
let home: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  [cwd, home] = [join(root, 'project'), join(root, 'home')];
  await mkdir(cwd);
  await mkdir(join(home, '.config', 'lexdelta'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const project = (value: unknown) => writeFile(join(cwd, 'lexdelta.json'), JSON.stringify(value));
const user = (value: unknown) => writeFile(join(home, '.config', 'lexdelta', 'config.json'), JSON.stringify(value));

describe('readConfig', () => {
  it('takes a flag before the environment, that before the project, that before the user, that before the default', async () => {
    await user({ data: 'of-user', lex: 'https://user', threads: 3, lexTimeouts: { idleMs: 1, totalMs: 4 } });
    await project({ data: 'of-project', lex: 'https://project', lexTimeouts: { idleMs: 2 } });
    const env = { LEXDELTA_LEX: 'https://env' };

    const config = await readConfig({ data: 'of-flag' }, { env, cwd, home });

    expect(config).toMatchObject({
      dataFolder: join(cwd, 'of-flag'),
      lex: 'https://env',
      threads: 3,
      lexTimeouts: { idleMs: 2, totalMs: 4 },
    });
  });

  it('has a default for everything, and makes nothing', async () => {
    const config = await readConfig({}, { env: {}, cwd, home });

    expect(config).toMatchObject({ dataFolder: join(cwd, 'lexdelta-data'), lex: null, lexToken: null, rules: {} });
    expect(config.threads).toBeGreaterThanOrEqual(1);
  });

  it('reads relative paths from the folder of the file that has them', async () => {
    await user({ namespaceModules: { loans: 'loans.ts' } });
    await project({ lex: 'documents' });

    const config = await readConfig({}, { env: {}, cwd, home });

    expect(config.lex).toBe(join(cwd, 'documents'));
    expect(config.namespaceModules).toEqual({ loans: join(home, '.config', 'lexdelta', 'loans.ts') });
  });

  it('merges severities rule by rule', async () => {
    await user({ rules: { a: 'error', b: 'error' } });
    await project({ rules: { b: 'warning' } });

    const config = await readConfig({}, { env: {}, cwd, home });

    expect(config.rules).toEqual({ a: 'error', b: 'warning' });
  });

  it.each([
    [{ datta: 'x' }, '/datta: no such key'],
    [{ lexTimeouts: { idle: 1 } }, '/lexTimeouts/idle: no such key'],
    [{ threads: 0 }, '/threads: found 0, expected an integer from 1 to 64'],
    [{ rules: { 'A3.5-absent': 'off' } }, '/rules/A3.5-absent: found "off", expected "error" or "warning"'],
    [[], '/: found [], expected an object'],
  ])('refuses %j with the path', async (value, text) => {
    await project(value);

    const reading = readConfig({}, { env: {}, cwd, home });

    await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(reading).rejects.toThrow(text);
  });

  it('takes the token from the environment alone, and repeats none that stands in a file', async () => {
    const config = await readConfig({}, { env: { LEXDELTA_LEX_TOKEN: 'canary' }, cwd, home });
    await project({ lexToken: 'canary' });
    const refused = await readConfig({}, { env: {}, cwd, home }).catch((error: Error) => error.message);
    await writeFile(join(cwd, 'lexdelta.json'), '{"lexToken": canary}');
    const broken = await readConfig({}, { env: {}, cwd, home }).catch((error: Error) => error.message);

    expect(config.lexToken).toBe('canary');
    expect(refused).toContain('/lexToken: no such key');
    expect(`${refused}${broken}`).not.toContain('canary');
  });

  it('refuses a variable that is no number', async () => {
    const reading = readConfig({}, { env: { LEXDELTA_THREADS: 'many' }, cwd, home });

    await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
