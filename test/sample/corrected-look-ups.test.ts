import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_SERVICES } from '../../src/cli/services.ts';
import type { ChangeLine, Ledger, RejectedEntry, TableRow } from '../../src/publish/published.ts';
import {
  openPublishedDay,
  readChanges,
  readLedger,
  readRejected,
  readTable,
  resolveAsOf,
} from '../../src/publish/read-published.ts';
import { openEmbeddedStores } from '../../src/stores/embedded/open-stores.ts';
import { type CliResult, runCli } from '../cli/support.ts';

const ONE = '2021-10-20';
const TWO = '2021-10-21';
const CORRECTED: ReadonlySet<string> = new Set(['GoverningLaw texas', 'Entity h-abg-shaq-llc']);

interface Day {
  readonly rows: readonly TableRow[];
  readonly rejected: readonly RejectedEntry[];
  readonly changes: readonly ChangeLine[];
  readonly ledger: Ledger;
}

let root: string;
let before: Day;
let after: Day;
let told: Readonly<Record<'import' | 'impact' | 'dryRun' | 'preview', CliResult>>;

const sample = (path: string) => fileURLToPath(new URL(`../../sample/${path}`, import.meta.url));
const cli = (...args: readonly string[]) =>
  runCli(args, { services: LOCAL_SERVICES, cwd: root, now: '2021-10-26T06:00:00Z' });

async function readDay(date: string): Promise<Day> {
  const stores = openEmbeddedStores({ folder: join(root, 'lexdelta-data'), readOnly: true });
  try {
    const { jobStats, jobDailyA3Data: a3 } = stores;
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, date));
    return {
      rows: await Array.fromAsync(readTable(a3, day)),
      rejected: await Array.fromAsync(readRejected(a3, day)),
      changes: await Array.fromAsync(readChanges(a3, day)),
      ledger: await readLedger(a3, day),
    };
  } finally {
    await stores.close();
  }
}

type Used = Pick<TableRow, 'namespace' | 'uses'> & { readonly lex_id: string | null };
const documentOf = ({ namespace, lex_id }: Pick<Used, 'namespace' | 'lex_id'>) => `${namespace} ${lex_id}`;
const usesCorrected = ({ uses }: Used) => uses.some(({ table, key }) => CORRECTED.has(`${table} ${key}`));
const documents = (lines: readonly Used[]) => [...new Set(lines.filter(usesCorrected).map(documentOf))].sort();

/** A correction to one law and one entity between two days on which Lex lists the same. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await writeFile(join(root, 'laws.csv'), 'law_key,display_name\nTexas,State of Texas\n');
  await writeFile(join(root, 'co.csv'), 'CO.2,CO.3,CO.4\nH-ABG-SHAQ-LLC,N,ABG-Shaq Limited\n');
  const file = (name: string) => sample(`look-ups/${name}.csv`);
  await cli('entities', 'import', '--co', file('co'), '--cp', file('cp'), '--aliases', file('aliases'));
  await cli('laws', 'import', file('laws'));
  await cli('run', '--business-date', ONE, '--lex', sample('lex/day-1'));
  before = await readDay(ONE);
  const impact = await cli('laws', 'impact', '--key', 'TEXAS', '--limit', '100', '--json');
  const dryRun = await cli('entities', 'import', '--co', 'co.csv', '--dry-run', '--json');
  await cli('entities', 'import', '--co', 'co.csv');
  const imported = await cli('laws', 'import', 'laws.csv');
  const preview = await cli('run', '--business-date', TWO, '--lex', sample('lex/day-1'), '--dry-run', '--json');
  told = { impact, dryRun, import: imported, preview };
  await cli('run', '--business-date', TWO, '--lex', sample('lex/day-1'));
  after = await readDay(TWO);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('after a correction to one law and one entity', () => {
  it('exactly the documents that used them are transformed again, published or rejected', () => {
    const published = documents(before.rows);
    const rejected = documents(before.rejected);
    const made = after.rows.filter(({ lineage }) => lineage.run === `agreements-${TWO}`);
    const refused = after.rejected.filter(({ run }) => run === `agreements-${TWO}`);

    expect([...new Set(made.map(documentOf))].sort()).toEqual(published);
    expect(refused.map(documentOf).sort()).toEqual(rejected);
    expect(published.length).toBeGreaterThan(5);
    expect(rejected.length).toBeGreaterThan(0);
    const sum = (of: 'reprocessed' | 'new' | 'changed') =>
      after.ledger.namespaces.reduce((total, counts) => total + counts[of], 0);
    expect({ reprocessed: sum('reprocessed'), new: sum('new'), changed: sum('changed') }).toEqual({
      reprocessed: published.length + rejected.length,
      new: 0,
      changed: 0,
    });
  });

  it('`run --dry-run` has said how many, of each namespace, and changed nothing', () => {
    const reprocessed = after.ledger.namespaces.map((counts) => [counts.namespace, counts.reprocessed]);

    expect(JSON.parse(told.preview.stdout).reprocess).toEqual(Object.fromEntries(reprocessed));
  });

  it('nothing else has changed, and the change log names the rows that differ and why', () => {
    const touched = new Set(documents(before.rows));
    const others = (rows: readonly TableRow[]) => rows.filter((row) => !touched.has(documentOf(row)));
    const texan = before.rows.filter(({ uses }) => uses.some(({ key }) => key === 'texas'));

    expect(others(after.rows)).toEqual(others(before.rows));
    expect(after.changes.map(documentOf).sort()).toEqual(texan.map(documentOf).sort());
    for (const { change, cause, fields } of after.changes) {
      expect({ change, cause, fields }).toEqual({
        change: 'changed',
        cause: 'reprocessed',
        fields: { 'A3.7': { from: 'Texas', to: 'State of Texas' } },
      });
    }
  });

  it('the uses of the two days differ in the corrected rows alone, which tells the cause', () => {
    const isOfBoth = (a: TableRow) => (b: TableRow) =>
      documentOf(a) === documentOf(b) && a['A3.3'] === b['A3.3'] && a['A3.6'] === b['A3.6'];
    const made = after.rows.filter(({ lineage }) => lineage.run === `agreements-${TWO}`);
    const causes = made.flatMap((row) => {
      const old = before.rows.find(isOfBoth(row));
      expect(old?.lineage.content_hash).toBe(row.lineage.content_hash);
      expect(old?.lineage.mapping_version).toBe(row.lineage.mapping_version);
      const versions = new Map(old?.uses.map(({ table, key, version }) => [`${table} ${key}`, version]));
      return row.uses.filter(({ table, key, version }) => versions.get(`${table} ${key}`) !== version);
    });

    expect(new Set(causes.map(({ table, key }) => `${table} ${key}`))).toEqual(CORRECTED);
  });

  it('the commands had said so before', () => {
    const texan = (lines: readonly Used[]) =>
      new Set(lines.filter(({ uses }) => uses.some(({ key }) => key === 'texas')).map(documentOf));
    const impact = JSON.parse(told.impact.stdout) as {
      readonly key: string;
      readonly rejected: number;
      readonly rows: number;
      readonly examples: readonly { readonly namespace: string; readonly lex_id: string }[];
    };
    const all = new Set([...texan(before.rows), ...texan(before.rejected)]);

    expect(impact).toMatchObject({ key: 'texas', rejected: texan(before.rejected).size });
    expect(impact.rows).toBe(before.rows.filter(({ uses }) => uses.some(({ key }) => key === 'texas')).length);
    expect(new Set(impact.examples.map(documentOf))).toEqual(all);
    expect(JSON.parse(told.dryRun.stdout)).toMatchObject({
      keys: { new: 0, changed: 1 },
      dry_run: true,
      touched: { as_of: ONE, documents: 1, published: 1, rejected: 0 },
    });
    expect(told.import.stderr).toContain('1 key of the table: 1 changed.');
    expect(told.import.stderr).toContain('lexdelta laws impact --key');
  });
});
