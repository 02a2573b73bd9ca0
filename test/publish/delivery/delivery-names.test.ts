import { describe, expect, it } from 'vitest';
import { DEFAULT_FILE_NAME, fileName, fileNameProblem } from '../../../src/publish/delivery/delivery-names.ts';
import { notApplicableProblem } from '../../../src/publish/delivery/flat-format.ts';

describe('the name of a delivered file', () => {
  it('has the table, the date in two forms, and the attempt', () => {
    const parts = { table: 'A-3', date: '2021-10-20', attempt: 2 } as const;

    expect(fileName(DEFAULT_FILE_NAME, parts)).toBe('A-3_2021-10-20.txt');
    expect(fileName('QFC_{yyyymmdd}_{table}_v{attempt}.dat', parts)).toBe('QFC_20211020_A-3_v2.dat');
  });

  it.each([
    ['{date}.txt', 'expected {table} in it'],
    ['{table}_{dat}.txt', 'there is no placeholder {dat}; known are {table}, {date}'],
    ['../{table}.txt', 'expected letters, digits'],
    ['sub/{table}.txt', 'expected letters, digits'],
    ['.{table}.txt', 'expected letters, digits'],
    ['{table}\n.txt', 'expected letters, digits'],
    [`{table}${'x'.repeat(250)}`, 'expected at most 200 characters'],
    ['', 'expected {table} in it'],
    ['{toString}{table}', 'there is no placeholder {toString}'],
  ])('is refused as %j', (pattern, problem) => {
    expect(fileNameProblem(pattern)).toContain(problem);
    expect(fileNameProblem(DEFAULT_FILE_NAME)).toBeNull();
  });
});

describe('the text for what does not apply', () => {
  it.each(['a~b', 'a\nb', '\ud800', ' N/A', 'x'.repeat(51)])('is refused as %j', (text) => {
    expect(notApplicableProblem(text)).not.toBeNull();
  });

  it.each(['', 'N/A', 'not applicable', 'ohne Angabe – 無'])('may be %j', (text) => {
    expect(notApplicableProblem(text)).toBeNull();
  });
});
