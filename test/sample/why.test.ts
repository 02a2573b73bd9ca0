import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { runCli } from '../cli/support.ts';

/** A Wednesday and a Thursday of the sample, and the Monday after a correction; that Friday has no table. */
const [ONE, TWO, THREE] = ['2021-10-20', '2021-10-21', '2021-10-25'];

let root: string;

const sample = (path: string) => fileURLToPath(new URL(`../../sample/${path}`, import.meta.url));
const cli = (...args: readonly string[]) => runCli(args, { services: LOCAL_SERVICES, cwd: root });
const json = async (...args: readonly string[]) => JSON.parse((await cli(...args, '--json')).stdout);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await writeFile(join(root, 'laws.csv'), 'law_key,display_name\nTexas,State of Texas\n');
  await writeFile(join(root, 'co.csv'), 'CO.2,CO.3,CO.4\nH-ABG-SHAQ-LLC,N,ABG-Shaq Limited\n');
  const file = (name: string) => sample(`look-ups/${name}.csv`);
  await cli('entities', 'import', '--co', file('co'), '--cp', file('cp'), '--aliases', file('aliases'));
  await cli('laws', 'import', file('laws'));
  await cli('run', '--business-date', ONE, '--lex', sample('lex/day-1'));
  await cli('run', '--business-date', TWO, '--lex', sample('lex/day-2'));
  await cli('entities', 'import', '--co', 'co.csv');
  await cli('laws', 'import', 'laws.csv');
  await cli('run', '--business-date', THREE, '--lex', sample('lex/day-2'));
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('lexdelta why, after a correction to one law and one entity', () => {
  it('names the look-up row as the reason, with the field that differs and the day without a table', async () => {
    const { exitCode, stdout } = await cli('why', 'cuad-0080');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('mac/mac-0000000080\n✔ in the table, as of 2021-10-25.\n');
    expect(stdout).toContain(
      [
        '  2021-10-20  new (1 row), by agreements-2021-10-20',
        '  2021-10-22  no table (1 business day): the last good one is as of 2021-10-21',
        '  2021-10-25  changed, by agreements-2021-10-25',
        '              A3.7: "Texas" -> "State of Texas"',
        '              because the look-up row GoverningLaw "texas" changed: 84af88d7',
        '                -> 292333c6\n',
      ].join('\n'),
    );
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('says so of a row that was made again with the same values', async () => {
    const impact = await json('entities', 'impact', '--key', 'H-ABG-SHAQ-LLC', '--limit', '1');
    const { namespace, lex_id } = impact.examples[0];

    const { documents } = await json('why', `${namespace}/${lex_id}`);

    expect(documents).toHaveLength(1);
    expect(documents[0].time_line.at(-1)).toMatchObject({
      date: THREE,
      event: 'remade',
      rows: [],
      reasons: [{ kind: 'look_up', table: 'Entity', key: 'h-abg-shaq-llc' }],
    });
  });

  it('tells what the content hash leaves out, and the versions that made the row', async () => {
    const { documents } = await json('why', 'cuad-0080');

    expect(documents[0].origin).toMatchObject({
      run: `agreements-${THREE}`,
      module: '1',
      rules: expect.stringMatching(/^[0-9a-f]{8}$/),
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      left_out: ['audit'],
    });
  });

  it('says why a document is not in the table: the rule, where it comes from, and what to do', async () => {
    const { exitCode, stdout } = await cli('why', 'docman-0000000097');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('✘ NOT in the table: the document is rejected since 2021-10-20, as of 2021-10-25.');
    expect(stdout).toContain('A3.6-unknown (A3.6): The Entity table does not know this entity.');
    expect(stdout).toContain('    from  31 CFR 148 App. A, A3.6; 12 CFR 371 App. B, A3.6\n');
    expect(stdout).toContain('    mend  Import the entity (lexdelta entities import)');
    expect(stdout).toContain('Entity "you" not there');
  });

  it('follows an agreement from one document to another', async () => {
    const { documents } = await json('why', 'cuad-0190');

    expect(documents.map((one: { namespace: string; state: string }) => [one.namespace, one.state])).toEqual([
      ['mac', 'published'],
      ['pwm', 'removed'],
    ]);
    expect(documents[1].time_line.at(-2)).toMatchObject({ date: TWO, event: 'removed' });
  });

  it('tells only the days that were asked for, and compares the first of them with the day before', async () => {
    const { documents } = await json('why', 'cuad-0080', '--between', '10-22-2021', THREE);

    expect(documents[0].time_line.map(({ type, date }: { type: string; date: string }) => [type, date])).toEqual([
      ['no_table', '2021-10-22'],
      ['event', THREE],
    ]);
    expect(documents[0].time_line[1]).toMatchObject({ event: 'changed', reasons: [{ kind: 'look_up', key: 'texas' }] });
  });

  it.each([
    [['nobody'], 1, 'AGREEMENT_UNKNOWN', 'on any of 3 published days'],
    [
      ['cuad-0080', '--between', '10-22-2021', '10-23-2021'],
      1,
      'NO_TABLE_FOR_DATE',
      'the last one before is as of 2021-10-21',
    ],
    [['cuad-0080', '--between', '10-22-2021', '10-21-2021'], 2, 'USAGE', 'the earlier date comes first'],
    [['cuad-0080', '--between', '10-22-2021'], 2, 'USAGE', 'takes two dates'],
    [['cuad-0080', '--namespace', 'nosuch'], 2, 'USAGE', 'they have cct, docman, mac, pwm'],
  ])('refuses %j', async (args, exitCode, code, text) => {
    const result = await cli('why', ...args);

    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(`[${code}]`);
    expect(result.stderr.replace(/\n */g, ' ')).toContain(text);
  });
});
