import { describe, expect, it } from 'vitest';
import type { A3Values } from '../../src/agreements/table-a3/fields.ts';
import { rulesInForce } from '../../src/agreements/table-a3/rules-in-force.ts';
import type { WriteManifestOutput } from '../../src/job/contracts.ts';
import type { Manifest, TableFinding } from '../../src/publish/published.ts';
import { openPublishedDay, readFindings } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { type DayOptions, type DaySlice, publishDay, transformedRow, validLine } from './day-fixture.ts';

const FULL: Partial<A3Values> = {
  'A3.2': '5493001KJTIIGC8Y1R12',
  'A3.5': '2010-01-25',
  'A3.6': 'CLIENT',
  'A3.7': 'New York',
};

/** `count` documents from `first` on, of which the last `lacking` lack the fields that `without` leaves out. */
function documents(first: number, count: number, lacking: number, without: Partial<A3Values> = FULL): DaySlice {
  const lines = Array.from({ length: count }, (_, i) => {
    const values = i < count - lacking ? FULL : without;
    const id = `m-${String(first + i).padStart(5, '0')}`;
    return validLine(id, [transformedRow({ ...values, 'A3.3': id })]);
  });
  return { namespace: 'mac', lines };
}

const NO_DATE = { ...FULL, 'A3.5': null };
const NO_LAW_NOR_CONTACT = { ...FULL, 'A3.14': null };

class Days {
  readonly a3 = new MemoryJobDailyA3Data();
  #day = 0;
  #base: string | null = null;

  async publish(slice: DaySlice, options: DayOptions = {}): Promise<WriteManifestOutput> {
    this.#day += 1;
    const id = { business_date: `2021-10-${10 + this.#day}`, attempt: 1 };
    const limits = { targetLines: 100, mergeBelow: 30, markEvery: 10 };
    const all = { limits, linesPerRange: 1_000, maxFillRateDrop: 0.05, ...options };
    const output = await publishDay(this.a3, id, this.#base, [slice], all);
    this.#base = output.manifest;
    return output;
  }

  async read({
    manifest: key,
  }: WriteManifestOutput): Promise<{ manifest: Manifest; findings: readonly TableFinding[] }> {
    const day = await openPublishedDay(this.a3, key);
    return { manifest: day.manifest, findings: await Array.fromAsync(readFindings(this.a3, day)) };
  }
}

describe('fill rates', () => {
  it('stand in the manifest, of each shard and of all, copied shards included', async () => {
    const days = new Days();
    await days.publish(documents(0, 400, 0));
    const { manifest } = await days.read(await days.publish(documents(395, 10, 5, NO_DATE)));

    expect(manifest.shards.length).toBeGreaterThan(1);
    expect(manifest.fill_rates).toMatchObject({ rows: 405, filled: { 'A3.3': 405, 'A3.5': 400, 'A3.9': 0 } });
    for (const field of ['A3.3', 'A3.5'] as const) {
      const sum = manifest.shards.reduce((total, { filled }) => total + (filled?.[field] ?? Number.NaN), 0);
      expect(sum).toBe(manifest.fill_rates?.filled[field]);
    }
  });

  it('have no gate on the first day', async () => {
    const days = new Days();
    const output = await days.publish(documents(0, 20, 20, NO_DATE));

    expect(output.fill_gate).toBeNull();
    expect((await days.read(output)).manifest.gates.fill).toBeNull();
  });

  it('stop a day on which a field that every agreement has is lost, with numerator, denominator and population', async () => {
    const days = new Days();
    await days.publish(documents(0, 100, 0));

    await expect(days.publish(documents(0, 100, 6, NO_DATE))).rejects.toMatchObject({
      code: 'FILL_RATE_DROPPED',
      what: 'A3.5 is filled in 94 of 100 rows of the table, 94 %, where 95 % are needed: it was filled in 100 of 100 rows of the table before.',
      details: { field: 'A3.5', numerator: 94, denominator: 100, base_numerator: 100, base_denominator: 100 },
    });
    const files = await Array.fromAsync(days.a3.list('published/as_of=2021-10-12'));
    expect(files.map(({ key }) => key).filter((key) => key.endsWith('manifest.json'))).toEqual([]);
  });

  it('let a fall of exactly what is allowed pass', async () => {
    const days = new Days();
    await days.publish(documents(0, 100, 2, NO_DATE));
    const { fill_gate } = await days.publish(documents(0, 100, 7, NO_DATE));

    expect(fill_gate).toMatchObject({ field: 'A3.5', passed: true, numerator: 93, denominator: 100, accepted: false });
  });

  it('are published when an operator has accepted the fall, with a finding that says it', async () => {
    const days = new Days();
    await days.publish(documents(0, 100, 0));
    const overrides = [{ accept: 'fill', by: 'Ada', reason: 'Lex has lost them' }] as const;
    const output = await days.publish(documents(0, 100, 50, NO_DATE), { overrides });

    const { manifest, findings } = await days.read(output);
    expect(manifest.gates.fill).toMatchObject({ field: 'A3.5', passed: false, accepted: true, ratio: 0.5 });
    expect(manifest.overrides).toEqual(overrides);
    expect(findings.map(({ rule, value, severity, count }) => [rule, value, severity, count])).toEqual([
      ['TABLE-A3.5-fill', 'run', 'warning', 50],
      ['TABLE-A3.5-fill', 'table', 'error', 50],
    ]);
    expect(findings[1]?.message).toBe(
      'Filled in 50 of 100 rows of the table, 50 %; in the table before in 100 of 100, 100 %.',
    );
  });

  it('only warn of other fields, and of those whose rule is configured so', async () => {
    const days = new Days();
    const full = documents(0, 100, 100, { ...FULL, 'A3.14': '1 Main St' });
    await days.publish(full);
    const output = await days.publish(documents(0, 100, 90, { ...NO_LAW_NOR_CONTACT, 'A3.7': null }), {
      rules: rulesInForce({ 'TABLE-A3.7-fill': 'warning' }, 'rules'),
    });

    expect(output.fill_gate).toMatchObject({ passed: true });
    expect(output.findings_by_rule).toEqual({ 'TABLE-A3.14-fill': 1, 'TABLE-A3.7-fill': 1 });
  });

  it('warn of the rows that a run made, where those are too few for the table to show it', async () => {
    const days = new Days();
    await days.publish(documents(0, 2_100, 0));
    const output = await days.publish(documents(0, 100, 100, NO_DATE));

    expect(output.fill_gate).toMatchObject({ passed: true, numerator: 2_000, denominator: 2_100 });
    const { findings } = await days.read(output);
    expect(findings).toMatchObject([{ rule: 'TABLE-A3.5-fill', value: 'run', severity: 'warning', count: 100 }]);
  });

  it('are not compared with a table of before fields were counted', async () => {
    const days = new Days();
    const first = await days.publish(documents(0, 20, 0));
    const old = new MemoryJobDailyA3Data();
    for await (const { key } of days.a3.list('')) {
      const body = (await days.a3.get(key))!;
      const { fill_rates: _, ...manifest } = key === first.manifest ? JSON.parse(body.toString()) : {};
      if (key === first.manifest) for (const shard of manifest.shards) delete shard.filled;
      await old.putOnce(key, key === first.manifest ? Buffer.from(JSON.stringify(manifest)) : body);
    }
    const id = { business_date: '2021-10-12', attempt: 1 };
    const output = await publishDay(old, id, first.manifest, [], { maxFillRateDrop: 0 });

    expect(output.fill_gate).toBeNull();
    const { manifest } = await openPublishedDay(old, output.manifest);
    expect(manifest.fill_rates).toMatchObject({ rows: 20, filled: { 'A3.5': 20 } });
  });
});
