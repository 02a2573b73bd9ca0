import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { runCli } from './support.ts';

let cwd: string;
const entities = async (...args: readonly string[]) => {
  const { exitCode, stdout, stderr } = await runCli(['entities', ...args, '--data', 'd'], {
    cwd,
    services: LOCAL_SERVICES,
  });
  return { exitCode, stdout, stderr: stderr.replace(/\s+/g, ' ') };
};

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  const banks = Array.from({ length: 20 }, (_, i) => `BANK-${i},Bank ${i}\n`);
  await writeFile(join(cwd, 'co.csv'), `CO.2,CO.4\n${banks.join('')}`);
  await writeFile(join(cwd, 'one-row.csv'), 'CO.2,CO.4\nBANK-1,Bank 1\n');
  await writeFile(join(cwd, 'cp.csv'), 'CP.2,CP.4\nCLIENT-1,A Client\n');
  await writeFile(
    join(cwd, 'aliases.csv'),
    'alias,entity_id\nThe First,bank-1\nThe Client,CLIENT-1\nNo One,NOBODY-1\nNone,NOBODY-2\n',
  );
  await entities('import', '--co', 'co.csv');
});
afterAll(() => rm(cwd, { recursive: true }));

describe('lexdelta entities import', () => {
  it('warns of aliases whose entity neither the table nor the import knows, and imports them', async () => {
    const files = ['import', '--cp', 'cp.csv', '--aliases', 'aliases.csv'];
    const dry = await entities(...files, '--dry-run', '--json');
    const { exitCode, stderr } = await entities(...files);
    const again = await entities(...files, '--json');

    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      '! 2 aliases name an entity that neither the table nor the import knows: NOBODY-1 (line 4), NOBODY-2 (line 5).',
    );
    expect(JSON.parse(dry.stdout).aliases_of_nobody).toMatchObject({ count: 2, examples: [{ line: 4 }, { line: 5 }] });
    expect(JSON.parse(again.stdout)).toMatchObject({ files: [{ unchanged: 1 }, { unchanged: 4 }] });
  });

  it('says in a dry run that the import itself would be refused', async () => {
    const args = ['import', '--co', 'one-row.csv', '--complete'];
    const dry = await entities(...args, '--dry-run');
    const allowed = await entities(...args, '--dry-run', '--allow-removals', '--json');
    const real = await entities(...args);

    expect(dry.stderr).toContain('! Without --dry-run this import would be refused [IMPORT_REMOVES_MANY]');
    expect(JSON.parse(allowed.stdout)).toMatchObject({ removed: 19, would_be_refused: null });
    expect(real.exitCode).toBe(2);
  });
});
