import { describe, expect, it } from 'vitest';
import { A3_FIELDS } from '../../src/agreements/table-a3/fields.ts';
import { dataPackage, type FlatFile, flatFields } from '../../src/publish/data-package.ts';

const FILE: FlatFile = {
  table: 'A-3',
  path: 'a-3.txt',
  bytes: 120,
  sha256: 'ab'.repeat(32),
  rows: 2,
  header: 'numbers',
  lineEnd: 'lf',
  missingValues: [''],
};
const RUN = 'agreements-2021-10-20-attempt-1';
const ABOUT = { business_date: '2021-10-20', run: RUN, version: '0.1.0', reservations: null };

describe('the data package', () => {
  it('names its profile and each file with its bytes and digest', () => {
    const made = dataPackage(ABOUT, [FILE, { ...FILE, table: 'CO', path: 'co.txt' }]);

    expect(made).toMatchObject({
      $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
      name: 'qfc-records-2021-10-20',
    });
    expect(made.resources.map(({ name, path }) => [name, path])).toEqual([
      ['a-3', 'a-3.txt'],
      ['co', 'co.txt'],
    ]);
    expect(made.resources[0]).toMatchObject({ type: 'table', bytes: 120, hash: `sha256:${'ab'.repeat(32)}` });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('tells how the file is read: separator, no quoting, header, what stands for nothing', () => {
    const { dialect, schema } = dataPackage(ABOUT, [{ ...FILE, header: 'none', missingValues: ['N/A'] }]).resources[0]!;

    expect(dialect).toMatchObject({ delimiter: '~', lineTerminator: '\n', header: false, doubleQuote: false });
    expect(dialect.quoteChar).toMatch(/^\p{Cc}$/u);
    expect(schema.missingValues).toEqual(['N/A']);
  });

  it('names the fields as the header row does', () => {
    const { dialect, schema } = dataPackage(ABOUT, [{ ...FILE, header: 'names', lineEnd: 'crlf' }]).resources[0]!;

    expect(dialect).toMatchObject({ lineTerminator: '\r\n', header: true });
    expect(schema.fields[4]).toMatchObject({ name: 'Agreement date', title: 'A3.5', type: 'date' });
  });

  it('has the 20 fields of Table A-3 in order, with types and lengths', () => {
    const fields = flatFields('A-3');
    const field = (name: string) => fields.find((one) => one.name === name);

    expect(fields.map(({ name }) => name)).toEqual([...A3_FIELDS]);
    expect(field('A3.1')).toMatchObject({ type: 'date', constraints: { required: true } });
    expect(field('A3.5')).toEqual({ name: 'A3.5', title: 'Agreement date', type: 'date', constraints: {} });
    expect(field('A3.3')?.constraints).toEqual({ required: true, maxLength: 50 });
    expect(field('A3.9')?.constraints).toEqual({ maxLength: 500 });
    expect(field('A3.12.1')?.constraints).toEqual({ enum: ['Y', 'N'] });
  });

  it('has the columns of the master tables, their date first and their identifier as key', () => {
    const co = flatFields('CO');

    expect(co.map(({ name }) => name)).toEqual(Array.from({ length: 12 }, (_, i) => `CO.${i + 1}`));
    expect(co[0]).toMatchObject({ type: 'date' });
    expect(co[1]?.constraints).toEqual({ required: true, unique: true, maxLength: 50 });
    expect(co[7]?.constraints?.pattern).toBeDefined();
    expect(co[11]?.constraints?.enum).toContain('NFC');
    expect(flatFields('CP').map(({ name }) => name)).toEqual(Array.from({ length: 12 }, (_, i) => `CP.${i + 1}`));
  });
});
