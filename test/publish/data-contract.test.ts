import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/agreements/table-a3/rules.ts';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import { publishedFolder } from '../../src/publish/attempt-files.ts';
import { dataContract } from '../../src/publish/data-contract.ts';
import { TABLE_COLUMNS } from '../../src/publish/parquet/columns.ts';
import { openPublishedDay } from '../../src/publish/read-published.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { publishDay, transformedRow, validLine } from './day-fixture.ts';

type Contract = ReturnType<typeof dataContract>;

function tableOf(contract: Contract) {
  const table = contract.schema[0]!;
  const property = (name: string) => table.properties.find((one) => one.name === name);
  return { table, property };
}

describe('the data contract', () => {
  it('has what ODCS asks of a contract, and nothing that JSON cannot say', () => {
    const contract = dataContract('1.2.3', DEFAULT_RULES);

    expect(contract).toMatchObject({ apiVersion: 'v3.1.0', kind: 'DataContract', version: '1.2.3', status: 'active' });
    expect(contract.id).not.toBe('');
    expect(JSON.parse(JSON.stringify(contract))).toEqual(contract);
  });

  it('describes the columns of the Parquet files in their order, after those of the path', () => {
    const { table } = tableOf(dataContract('1', DEFAULT_RULES));

    expect(table.properties.map(({ name }) => name)).toEqual([
      'as_of',
      'attempt',
      ...TABLE_COLUMNS.map(({ name }) => name),
    ]);
    expect(table.properties.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
  });

  it('tells of a field its official name, number, length and type, and whether it can be empty', () => {
    const { property } = tableOf(dataContract('1', DEFAULT_RULES));

    expect(property('a3_2')).toMatchObject({
      businessName: 'Records entity identifier',
      logicalType: 'string',
      logicalTypeOptions: { maxLength: 50 },
      physicalType: 'VARCHAR(50)',
      required: true,
      primaryKeyPosition: 3,
      customProperties: [{ property: 'field', value: 'A3.2' }],
    });
    expect(property('a3_5')).toMatchObject({ logicalType: 'date', physicalType: 'DATE', required: false });
    expect(property('a3_8')).toMatchObject({ logicalTypeOptions: { pattern: '^[YN]$' } });
    expect(property('hash_scheme')).toMatchObject({ logicalType: 'integer', required: true });
    expect(property('a3_16')).toMatchObject({ classification: 'restricted' });
    expect(property('a3_4')).not.toHaveProperty('classification');
  });

  it('holds every rule on agreements once, with the severity in force', () => {
    const rules = { ...DEFAULT_RULES, 'A3.5-absent': 'error' } as const;
    const { table, property } = tableOf(dataContract('1', rules));

    const checks = [...table.quality, ...table.properties.flatMap((one) => ('quality' in one ? one.quality : []))];
    const expected = RULES.filter(({ scope }) => scope !== 'import').map(({ id }) => id);
    expect(checks.map((check) => check?.name).sort()).toEqual(expected.sort());
    expect(property('a3_5')).toMatchObject({
      quality: expect.arrayContaining([expect.objectContaining({ name: 'A3.5-absent', severity: 'error' })]),
    });
  });

  it('is published with the day, and its digest stands in the manifest', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const id = { business_date: '2021-10-20', attempt: 1 };
    const lines = [validLine('a', [transformedRow({ 'A3.2': 'R', 'A3.3': 'A-1', 'A3.6': 'P' })])];

    const { manifest } = await publishDay(a3, id, null, [{ namespace: 'mac', lines }]);

    const body = (await a3.get(`${publishedFolder(id)}/contract.json`))!;
    const { contract } = (await openPublishedDay(a3, manifest)).manifest;
    expect(contract).toMatchObject({ bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') });
    expect(JSON.parse(body.toString())).toEqual(dataContract('0.1.0', DEFAULT_RULES));
  });
});
