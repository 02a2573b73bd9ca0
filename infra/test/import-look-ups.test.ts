import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tablesOf } from '../scripts/import-look-ups.ts';
import { synthesised } from './variants.ts';

describe('the import of look-ups finds the tables', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  const file = join(folder, 'outputs.json');
  const outputs = Object.fromEntries(
    Object.keys(synthesised('own VPC').template.Outputs).map((name) => [name, `the ${name}`]),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  it('among the outputs of the only stack, or of the one that is named', () => {
    writeFileSync(file, JSON.stringify({ lexdelta: outputs }));
    expect(tablesOf(file, undefined)).toEqual({
      entity: 'the EntityTable',
      governingLaw: 'the GoverningLawTable',
      jobDailyA3Data: 'the JobDailyA3DataBucket',
    });

    writeFileSync(file, JSON.stringify({ lexdelta: outputs, trying: { ...outputs, EntityTable: 'another' } }));
    expect(tablesOf(file, 'trying').entity).toBe('another');
    expect(() => tablesOf(file, undefined)).toThrowError(/lexdelta, trying.*--stack/);
    expect(() => tablesOf(file, 'other')).toThrowError(/--stack/);
  });

  it('or says that nothing was deployed from here', () => {
    expect(() => tablesOf(join(folder, 'none.json'), undefined)).toThrowError(/npm run deploy/);
  });
});
