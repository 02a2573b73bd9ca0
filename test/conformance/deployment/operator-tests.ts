/**
 * What operators do on the deployed stack, each with the policies of `infra/operators` that are there for it, and with what is
 * printed held to the same on one machine. Called once both have published the sample's two days.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { executionName } from '../../../src/job/business-date.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import type { ImportRecord } from '../../../src/stores/look-up-imports.ts';
import type { EmbeddedHome } from './embedded-home.ts';
import type { Operators } from './operators.ts';
import type { Lexdelta, Printed } from './run-lexdelta.ts';
import { SAMPLE_DAYS, sampleLookUps } from './sample-lex.ts';

export interface BothHomes {
  readonly operators: Operators;
  /** Of the stack, with the rights of the account's root. */
  readonly stores: JobStores;
  readonly embedded: EmbeddedHome;
}

const [FIRST, LAST] = [SAMPLE_DAYS[0].date, SAMPLE_DAYS[1].date];

const LOOKS: readonly (readonly string[])[] = [
  ['as-of', FIRST],
  ['as-of', LAST, '--format', 'csv'],
  ['rejected', FIRST, '--by-rule'],
  ['rejected', executionName(LAST, 1), '--rule', 'A3.6-unknown'],
  ['rejected', LAST, '--json'],
  ['rejected', LAST, '--unreadable'],
  ['rejected', LAST, '--held-removals', '--json'],
  ['rejected', LAST, '--raw', 'docman-0000000097'],
  ['findings', LAST],
  ['verify', FIRST],
  ['verify', LAST],
  ['diff', FIRST, LAST],
  ['diff', FIRST, LAST, '--format', 'csv'],
  ['trends', '--json'],
  ['why', 'cuad-0080'],
  ['why', 'docman-0000000157'],
  ['holds', '--json'],
  ['entities', 'impact', '--key', 'H-TRUELINK-INC'],
  ['laws', 'impact', '--key', 'New York'],
  ['entities', 'pending', '--limit', '1000'],
  ['entities', 'list', '--role', 'CO', '--limit', '1000'],
  ['laws', 'list', '--limit', '1000'],
  ['entities', 'import', '--cp', sampleLookUps('cp'), '--complete', '--dry-run'],
];

/** Of tables to import: more rows than a transaction of DynamoDB holds, few rows, and none of them any more. */
const MANY_ALIASES = ['alias,entity_id', ...Array.from({ length: 150 }, (_, i) => `Nobody ${i},H-ABG-SHAQ-LLC`)];
const ONE_ENTITY = ['CP.2,CP.3,CP.4', 'H-NEW,N,"New, Inc."'];
const GLEIF = [
  'LEI,Entity.LegalName,Entity.LegalJurisdiction,Entity.LegalAddress.City,Entity.LegalAddress.Region,' +
    'Entity.LegalAddress.Country,Registration.RegistrationStatus',
  'BFM8T61CT2L1QCEMIK50,UBS AG,CH,Zurich,CH-ZH,CH,ISSUED',
];
const ONE_LAW = ['law_key,display_name', 'Ruritania,Ruritania'];

const CHANGES: readonly (readonly string[])[] = [
  ['entities', 'import', '--aliases', 'aliases.csv'],
  ['entities', 'import', '--cp', 'cp.csv'],
  ['entities', 'import', '--cp', sampleLookUps('cp'), '--complete'],
  ['laws', 'import', 'laws.csv'],
  ['entities', 'import', '--gleif', 'lei2.csv'],
  ['replay', '--namespace', 'mac', '--ids', 'mac-0000000080', '--by', 'Ada'],
];

export function operatorTests(homes: () => BothHomes): void {
  const inBoth = async (operator: Lexdelta, args: readonly string[]) => {
    const [there, here] = await Promise.all([operator(...args), homes().embedded.lexdelta(...args)]);
    return { there: withoutDurations(there), here: withoutDurations(here) };
  };
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(homes().embedded.folder, name), `${lines.join('\n')}\n`);

  describe('an operator who may read', () => {
    let reader: Lexdelta;
    beforeAll(async () => {
      reader = await homes().operators.with('read');
      write('aliases.csv', MANY_ALIASES);
    });

    it.each(LOOKS.map((args) => ({ args, command: args.slice(0, 2).join(' ') })))(
      'sees what one machine shows: $command',
      async ({ args }) => {
        const { there, here } = await inBoth(reader, args);

        expect(there).toEqual(here);
        expect(there.exitCode).toBe(0);
        expect(there.stdout.length).toBeGreaterThan(40);
      },
    );

    it.each([
      { args: ['deliver', LAST], files: 5 },
      { args: ['as-of', LAST, '--format', 'parquet'], files: 1 },
    ])('gets the files that one machine writes, byte by byte: $args.0', async ({ args, files }) => {
      const { folder, lexdelta: here } = homes().embedded;

      await Promise.all([
        reader(...args, '--output', `there-${args[0]}/`),
        here(...args, '--output', `here-${args[0]}/`),
      ]);

      const [theirs, ours] = ['there', 'here'].map((home) => digestsIn(join(folder, `${home}-${args[0]}`)));
      expect(theirs).toEqual(ours);
      expect(Object.keys(theirs!)).toHaveLength(files);
    });

    it('sees the runs and their verdicts', async () => {
      const [runs, shown] = await Promise.all([reader('runs', '--json'), reader('show', LAST)]);

      const published = [LAST, FIRST].map((date) => ({ run: executionName(date, 1), verdict: 'published' }));
      expect(JSON.parse(runs.stdout)).toMatchObject({ total: 2, runs: published });
      expect(shown.stdout).toContain(`✔ PUBLISHED  Table A-3 as of ${LAST}: 715 rows`);
    });

    it('sees what a run would do, and starts none', async () => {
      const { exitCode, stdout } = await reader('run', '--business-date', '2021-10-22', '--dry-run', '--json');

      const reprocess = { mac: 0, docman: 0, pwm: 0, cct: 0 };
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'preview', action: 'start', attempt: 1, reprocess });
      expect(exitCode).toBe(0);
    });

    it.each([
      { args: ['run', '--business-date', '2021-10-22'], right: 'StartExecution' },
      { args: ['entities', 'import', '--aliases', 'aliases.csv'], right: 'PutObject' },
      { args: ['replay', '--namespace', 'mac', '--all', '--by', 'Ada'], right: 'PutObject' },
      { args: ['entities', 'dead'], right: 'GetQueueAttributes' },
      { args: ['hold', FIRST, '--by', 'Ada', '--reason', 'a letter'], right: 'PutObject' },
    ])('is refused what is for others: $args.0', async ({ args, right }) => {
      const { exitCode, stdout, stderr } = await reader(...args);

      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`\\[STORE_ACCESS_DENIED\\][\\s\\S]*${right}`));
    });
  });

  describe('an operator who may import', () => {
    it('changes the look-ups as on one machine, and asks for a replay', async () => {
      const importer = await homes().operators.with('read', 'import');
      write('cp.csv', ONE_ENTITY);
      write('laws.csv', ONE_LAW);
      write('lei2.csv', GLEIF);

      for (const args of CHANGES) {
        const { there, here } = await inBoth(importer, args);
        expect({ args, ...there }).toEqual({ args, ...here });
        expect(there.exitCode).toBe(0);
      }
      for (const [tables, imports] of [
        ['entities', 4],
        ['laws', 1],
      ] as const) {
        const { there, here } = await inBoth(importer, [tables, 'imports', '--limit', String(imports), '--json']);
        expect(importsIn(there)).toEqual(importsIn(here));
        expect(importsIn(there)).toHaveLength(imports);
      }
    });
  });
}

/** Without their numbers and times: before the tests each home has imported for itself. */
function importsIn({ stdout }: Printed): readonly unknown[] {
  const { items } = JSON.parse(stdout) as { readonly items: readonly ImportRecord[] };
  return items.map(({ kind, by, files, keys, removed }) => ({ kind, by, files, keys, removed }));
}

function digestsIn(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(relative(folder, parentPath), name),
      hash('sha256', readFileSync(join(parentPath, name))),
    ]),
  );
}

function withoutDurations({ stdout, ...printed }: Printed): Printed {
  return { ...printed, stdout: stdout.replaceAll(/"duration_ms":\d+/g, '"duration_ms":0') };
}
