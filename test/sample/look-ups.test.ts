import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { mendedAgreements } from '../../scripts/sample/days.ts';
import { houseIdentifier, plainName } from '../../scripts/sample/house-identifier.ts';
import { partiesOf } from '../../scripts/sample/split.ts';
import { entityKey, lawKey } from '../../src/agreements/look-up-key.ts';
import { sampleText, source } from './sample-files.ts';

const rows = (name: string): readonly (readonly string[])[] => parse(sampleText(`look-ups/${name}`)).slice(1);
const records = new Set(rows('co.csv').map(([id]) => id!));
const counterparties = new Set(rows('cp.csv').map(([id]) => id!));
const aliases = new Map(rows('aliases.csv').map(([alias, id]) => [entityKey(alias!), id!]));
const agreements = [...source.agreements, ...mendedAgreements(source)];

describe('the look-up files', () => {
  it('have one row per key', () => {
    expect(records.size).toBe(rows('co.csv').length);
    expect(counterparties.size).toBe(rows('cp.csv').length);
    expect(aliases.size).toBe(rows('aliases.csv').length);
    const laws = rows('laws.csv').map(([key]) => lawKey(key!));
    expect(new Set(laws).size).toBe(laws.length);
  });

  it('know every party in its place, by name and by identifier, but for those listed', () => {
    const { names_nobody, unknown_to_the_bank } = source.reading;
    const missing = new Set<string>();

    for (const agreement of agreements) {
      for (const [index, text] of partiesOf(agreement, source.reading).entries()) {
        const byName = aliases.get(entityKey(text));
        const table = index === 0 ? records : counterparties;
        if (byName === undefined || !table.has(byName)) missing.add(text);
        const typed = houseIdentifier(text);
        if (byName !== undefined) expect(aliases.get(entityKey(typed!)) ?? typed).toBe(byName);
      }
    }

    const listed = (text: string): boolean =>
      names_nobody.includes(text) || unknown_to_the_bank.includes(plainName(text));
    expect([...missing].filter((text) => !listed(text))).toEqual([]);
    expect(new Set([...missing].filter((text) => !names_nobody.includes(text)).map(plainName))).toEqual(
      new Set(unknown_to_the_bank),
    );
  });

  it('name no entity that is not in CO or CP', () => {
    for (const id of aliases.values()) expect(records.has(id) || counterparties.has(id), id).toBe(true);
  });

  it('hold names and laws that fit their fields', () => {
    for (const [, , name] of [...rows('co.csv'), ...rows('cp.csv')]) expect([...name!].length).toBeLessThanOrEqual(200);
    for (const [, display] of rows('laws.csv')) expect([...display!].length).toBeLessThanOrEqual(50);
  });

  it('know every law but those that are no place, leave it open, or are misspelled', () => {
    const known = new Set(rows('laws.csv').map(([key]) => lawKey(key!)));
    const unknown = new Set(
      agreements.map((one) => one.governing_law).filter((law) => law !== '' && !known.has(lawKey(law))),
    );

    expect([...unknown].sort()).toEqual([
      'California; the state in which the breach occurs',
      'New York; Massachussets',
      'THE STATE IN WHICH THE FRANCHISED RESTAURANT IS LOCATED; THE UNITED STATES TRADEMARK ACT OF 1946',
      '[* * *]',
      '[]',
    ]);
  });
});
