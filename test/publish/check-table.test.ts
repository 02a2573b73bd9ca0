import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AliasItem, EntityItem } from '../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem, placeholder } from '../../src/agreements/make-look-up-items.ts';
import { DEFAULT_RULES, rulesInForce } from '../../src/agreements/table-a3/rules-in-force.ts';
import { referencesFolder, referencesKey } from '../../src/publish/attempt-files.ts';
import { MembershipCheck } from '../../src/publish/check-membership.ts';
import { checkTable } from '../../src/publish/check-table.ts';
import { CollectNamedEntities, type NamedEntity } from '../../src/publish/named-entities.ts';
import type { TableFinding, TableRow } from '../../src/publish/published.ts';
import { RangeFiles, readRange } from '../../src/publish/range-files.ts';
import { openPublishedDay, readFindings } from '../../src/publish/read-published.ts';
import type { EntityTable } from '../../src/stores/look-ups.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../fakes/memory-look-ups.ts';
import {
  a3Values,
  type DayOptions,
  type DaySlice,
  jobId,
  publishDay,
  transformedRow,
  validLine,
} from './day-fixture.ts';

/** Looked up whenever `maxWaiting` lines wait. */
async function membershipFaults(
  batches: readonly (readonly NamedEntity[])[],
  entities: Pick<EntityTable, 'get'>,
  maxWaiting: number,
): Promise<readonly TableFinding[]> {
  const check = new MembershipCheck(entities, maxWaiting);
  for (const batch of batches) {
    for (const line of batch) check.add(line);
    if (check.isFull) await check.lookUp();
  }
  await check.lookUp();
  return check.findings(DEFAULT_RULES);
}

async function findings(slices: readonly DaySlice[], options?: DayOptions): Promise<readonly TableFinding[]> {
  const a3 = new MemoryJobDailyA3Data();
  const { manifest } = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, slices, options);
  return Array.fromAsync(readFindings(a3, await openPublishedDay(a3, manifest)));
}

const document = (namespace: string, id: string, ...rows: Parameters<typeof transformedRow>[0][]): DaySlice => ({
  namespace,
  lines: [
    validLine(
      id,
      rows.map((values) => transformedRow(values)),
    ),
  ],
});

describe('findings on agreement identifiers', () => {
  it('TABLE-A3.3-duplicate: one identifier in two documents that differ', async () => {
    const found = await findings([
      document('mac', 'm-1', { 'A3.3': 'A-1', 'A3.4': 'ISDA' }),
      document('pwm', 'p-1', { 'A3.3': 'A-1', 'A3.4': 'Guarantee' }),
    ]);
    expect(found).toEqual([
      {
        rule: 'TABLE-A3.3-duplicate',
        field: 'A3.3',
        severity: 'error',
        message: 'The agreement identifier stands in 2 documents that differ.',
        value: 'A-1',
        rows: [
          { namespace: 'mac', lex_id: 'm-1', 'A3.3': 'A-1' },
          { namespace: 'pwm', lex_id: 'p-1', 'A3.3': 'A-1' },
        ],
        count: 2,
      },
    ]);
  });

  it('TABLE-A3.3-duplicate: not for documents that say the same, nor for rows of one document', async () => {
    const rows = [
      { 'A3.3': 'A-1', 'A3.6': 'X' },
      { 'A3.3': 'A-1', 'A3.6': 'Y' },
    ];
    expect(await findings([document('mac', 'm-1', ...rows)])).toEqual([]);
    expect(await findings([document('mac', 'm-1', ...rows), document('pwm', 'p-1', ...rows)])).toEqual([]);
  });

  it('TABLE-A3.3-duplicate: for a document that lacks one of the rows of another', async () => {
    const rows = [
      { 'A3.3': 'A-1', 'A3.6': 'X' },
      { 'A3.3': 'A-1', 'A3.6': 'Y' },
    ];
    const found = await findings([document('mac', 'm-1', ...rows), document('pwm', 'p-1', ...rows.slice(0, 1))]);
    expect(found).toMatchObject([{ rule: 'TABLE-A3.3-duplicate', count: 3 }]);
  });

  it.each(['A3.12', 'A3.12.3'] as const)('TABLE-%s-dangling: an identifier that no row has', async (field) => {
    const found = await findings([
      document('mac', 'm-1', { 'A3.3': 'A-1', [field]: 'A-2' }, { 'A3.3': 'A-2', 'A3.6.1': 'X', [field]: 'A-7' }),
      document('pwm', 'p-1', { 'A3.3': 'B-1', [field]: 'A-7' }),
    ]);
    expect(found).toMatchObject([
      { rule: `TABLE-${field}-dangling`, field, value: 'A-7', count: 2, rows: [{ 'A3.3': 'A-2' }, { lex_id: 'p-1' }] },
    ]);
  });

  it('TABLE-A3.6.1-absent: a document that others name as their credit enhancement, without an obligor', async () => {
    const guarantees = (...obligors: (string | null)[]) =>
      document('pwm', 'p-1', ...obligors.map((id, i) => ({ 'A3.3': 'G', 'A3.6': `C-${i}`, 'A3.6.1': id })));
    const agreement = document('mac', 'm-1', { 'A3.3': 'A-1', 'A3.12': 'G' });

    expect(await findings([agreement, guarantees('X', 'X')])).toEqual([]);
    expect(await findings([guarantees(null)])).toEqual([]);
    expect(await findings([agreement, guarantees('X', null)])).toMatchObject([
      { rule: 'TABLE-A3.6.1-absent', severity: 'warning', value: 'G', count: 1, rows: [{ lex_id: 'p-1' }] },
    ]);
  });

  it('takes two agreements that guarantee each other, and one that guarantees itself', async () => {
    const found = await findings([
      document('mac', 'm-1', { 'A3.3': 'A', 'A3.12': 'B', 'A3.6.1': 'X' }),
      document('pwm', 'p-1', { 'A3.3': 'B', 'A3.12': 'A', 'A3.12.3': 'B', 'A3.6.1': 'X' }),
    ]);
    expect(found).toEqual([]);
  });

  it('shows ten rows and counts them all, in the order of rule and value', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      'A3.3': `A-${i}`,
      'A3.12': 'gone',
      'A3.12.3': `none-${i % 2}`,
    }));
    const found = await findings([document('mac', 'm-1', ...many)]);
    expect(found.map(({ rule, value, count, rows }) => [rule, value, count, rows.length])).toEqual([
      ['TABLE-A3.12-dangling', 'gone', 12, 10],
      ['TABLE-A3.12.3-dangling', 'none-0', 6, 6],
      ['TABLE-A3.12.3-dangling', 'none-1', 6, 6],
    ]);
  });

  it('have the severity that is configured', async () => {
    const rules = rulesInForce({ 'TABLE-A3.12-dangling': 'warning' }, 'rules');
    const found = await findings([document('mac', 'm-1', { 'A3.3': 'A', 'A3.12': 'gone' })], { rules });
    expect(found).toMatchObject([{ rule: 'TABLE-A3.12-dangling', severity: 'warning' }]);
  });
});

describe('findings on entities', () => {
  const entities = async (...items: (EntityItem | AliasItem)[]) => {
    const table = new MemoryEntityTable();
    await table.putAll(items);
    return table;
  };
  const BANK = entityItem('5493001KJTIIGC8Y1R12', ['CO'], {});
  const CLIENT = entityItem('CLIENT', ['CP'], {});
  const agreement = { 'A3.2': '5493001KJTIIGC8Y1R12', 'A3.3': 'A', 'A3.6': 'CLIENT' };

  it('are none where each stands where it should', async () => {
    const row = {
      ...agreement,
      'A3.6.1': '5493001KJTIIGC8Y1R12',
      'A3.9': '5493001KJTIIGC8Y1R12,CLIENT',
      'A3.11': 'CLIENT',
      'A3.12.2': 'CLIENT',
    };
    expect(await findings([document('mac', 'm-1', row)], { entities: await entities(BANK, CLIENT) })).toEqual([]);
  });

  it.each([
    ['TABLE-A3.2-not-in-co', { 'A3.2': '529900T8BM49AURSDO55' }, '529900T8BM49AURSDO55'],
    ['TABLE-A3.6-in-co-not-cp', { 'A3.6': '5493001KJTIIGC8Y1R12' }, '5493001KJTIIGC8Y1R12'],
    ['TABLE-A3.6-not-in-cp', { 'A3.6': 'GONE' }, 'GONE'],
    ['TABLE-A3.6.1-not-in-co-or-cp', { 'A3.6.1': 'GONE' }, 'GONE'],
    ['TABLE-A3.9-not-in-co-or-cp', { 'A3.9': '5493001KJTIIGC8Y1R12,GONE,CLIENT' }, 'GONE'],
    ['TABLE-A3.11-in-co-not-cp', { 'A3.11': '5493001KJTIIGC8Y1R12' }, '5493001KJTIIGC8Y1R12'],
    ['TABLE-A3.11-not-in-cp', { 'A3.11': 'GONE' }, 'GONE'],
    ['TABLE-A3.12.2-in-co-not-cp', { 'A3.12.2': '5493001KJTIIGC8Y1R12' }, '5493001KJTIIGC8Y1R12'],
    ['TABLE-A3.12.2-not-in-cp', { 'A3.12.2': 'GONE' }, 'GONE'],
  ])('%s', async (rule, change, value) => {
    const table = await entities(BANK, CLIENT);
    const found = await findings([document('mac', 'm-1', { ...agreement, ...change })], { entities: table });
    expect(found).toMatchObject([{ rule, value, count: 1, rows: [{ lex_id: 'm-1', 'A3.3': 'A' }] }]);
  });

  it('take an entity that waits for enrichment, and one that has become an alias, for absent', async () => {
    const row = { ...agreement, 'A3.9': 'NEW,OLD' };
    const table = await entities(BANK, CLIENT, placeholder('new', 'NEW'), aliasItem('OLD', 'CLIENT'));
    const found = await findings([document('mac', 'm-1', row)], { entities: table });
    expect(found.map(({ rule, value }) => [rule, value])).toEqual([
      ['TABLE-A3.9-not-in-co-or-cp', 'NEW'],
      ['TABLE-A3.9-not-in-co-or-cp', 'OLD'],
    ]);
  });

  it('tell of an entity that left CP after its rows were made, in rows that no run has touched since', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const rows = Array.from({ length: 30 }, (_, i) => document('mac', `m-${i}`, { ...agreement, 'A3.3': `A-${i}` }));
    const first = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, rows, {
      entities: await entities(BANK, CLIENT),
    });
    const second = await publishDay(a3, { business_date: '2021-10-21', attempt: 1 }, first.manifest, [], {
      entities: await entities(BANK, entityItem('CLIENT', ['CO'], {})),
    });
    const found = await Array.fromAsync(readFindings(a3, await openPublishedDay(a3, second.manifest)));

    expect(first.findings_by_rule).toEqual({});
    expect(second.findings_by_rule).toEqual({ 'TABLE-A3.6-in-co-not-cp': 1 });
    expect(found).toMatchObject([{ value: 'CLIENT', count: 30, rows: { length: 10 } }]);
    expect(found[0]?.rows.map(({ lex_id }) => lex_id)).toEqual(
      Array.from({ length: 30 }, (_, i) => `m-${i}`)
        .sort()
        .slice(0, 10),
    );
  });

  it('are the same however few lines wait, each counted once, and each entity looked up once', async () => {
    const table = await entities(BANK, CLIENT);
    const fields = ['A3.2', 'A3.6', 'A3.9'] as const;
    const named = fc.record({
      field: fc.constantFrom(...fields),
      id: fc.constantFrom('5493001KJTIIGC8Y1R12', 'CLIENT', 'GONE', 'LOST'),
      count: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(named)), async (batches) => {
        const lines = batches.map((batch, i) =>
          batch.map(({ field, id, count }, j): NamedEntity => [field, id, count, [['mac', `${i}-${j}`, null]]]),
        );
        const asked: string[] = [];
        const counting = {
          get: (key: string) => {
            asked.push(key);
            return table.get(key);
          },
        };
        const few = await membershipFaults(lines, counting, 1);
        expect(asked.length).toBe(new Set(asked).size);

        expect(few).toEqual(await membershipFaults(lines, table, 1_000));
        const gone = batches.flat().filter(({ field, id }) => field === 'A3.6' && id === 'GONE');
        const sum = gone.reduce((total, { count }) => total + count, 0);
        const found = few.find(({ rule, value }) => rule === 'TABLE-A3.6-not-in-cp' && value === 'GONE');
        expect(found?.count ?? 0).toBe(sum);
      }),
      { numRuns: 50 },
    );
  });

  it('are collected of a shard in parts where it names many, with the same sums', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const id = { business_date: '2021-10-20', attempt: 1 };
    const collected = [1, 1_000].map((maxOpen, i) => {
      const files = new RangeFiles(3);
      return { files, entities: new CollectNamedEntities(files, maxOpen), of: { ...id, attempt: i + 1 } };
    });
    const rows = Array.from({ length: 40 }, (_, i) => ({ 'A3.2': 'R', 'A3.6': `C-${i % 7}`, 'A3.9': `X-${i % 3},Y` }));
    for (const [i, row] of rows.entries()) {
      const whole = { ...a3Values(row), namespace: 'mac', lex_id: `m-${i}` } as TableRow;
      for (const each of collected) each.entities.add(whole);
    }
    const found = await Promise.all(
      collected.map(async ({ files, entities: named, of }) => {
        named.flush();
        await files.write((range) => referencesKey(of, range, 0), a3);
        const faults = await Promise.all(
          [0, 1, 2].map(async (range) => {
            const lines = await Array.fromAsync(readRange<NamedEntity>(referencesFolder(of, range), a3));
            return membershipFaults(lines, { get: async () => null }, 1_000);
          }),
        );
        return faults.flat();
      }),
    );

    expect(found[0]).toEqual(found[1]);
    expect(found[0]).toContainEqual(
      expect.objectContaining({ rule: 'TABLE-A3.9-not-in-co-or-cp', value: 'Y', count: 40 }),
    );
  });

  it('stay as they were found first, when the check of a range is run again and the Entity table has changed', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const id = { business_date: '2021-10-20', attempt: 1 };
    const rows = [document('mac', 'm-1', agreement)];
    const { table_findings } = await publishDay(a3, id, null, rows, { entities: await entities(CLIENT) });
    const deps = { a3, entities: await entities(), rules: rulesInForce(undefined, ''), shouldStop: () => false };
    const input = { ...id, job_id: jobId(id), base: null, phase: 'check', batch: 0, batches: 1, cursor: null } as const;

    await checkTable(input, deps);

    expect(table_findings).toBe(1);
  });
});
