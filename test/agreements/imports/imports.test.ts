import { describe, expect, it } from 'vitest';
import { readAliases } from '../../../src/agreements/imports/aliases.ts';
import { readLaws } from '../../../src/agreements/imports/laws.ts';
import { readMasterTable } from '../../../src/agreements/imports/master-table.ts';
import { type ImportFile, planEntityImport, planLawImport } from '../../../src/agreements/imports/plan-import.ts';
import type { ImportLine } from '../../../src/agreements/imports/read-table.ts';
import type { AliasItem, EntityItem, LawItem } from '../../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem, lawItem, placeholder } from '../../../src/agreements/make-look-up-items.ts';

const bytes = (text: string) => [Buffer.from(text)];

async function all<T>(lines: AsyncIterable<ImportLine<T>>): Promise<readonly ImportLine<T>[]> {
  return Array.fromAsync(lines);
}

async function refusals(lines: AsyncIterable<ImportLine<unknown>>) {
  return (await all(lines)).flatMap((line) => (line.ok ? [] : [line.refusal]));
}

describe('readMasterTable', () => {
  it('keeps the columns of the table that are not empty, cleaned', async () => {
    const file = 'CP.1,CP.2,CP.3,CP.4,CP.8,note\n2021-10-19, KD3XUN7C6T14HNAYLU02 ,Y,"Gold\nman\tSachs",,x\n';

    expect(await all(readMasterTable('CP', bytes(file), 'cp.csv'))).toEqual([
      {
        ok: true,
        line: 2,
        item: {
          kind: 'entity',
          role: 'CP',
          entity_key: 'kd3xun7c6t14hnaylu02',
          entity_id: 'KD3XUN7C6T14HNAYLU02',
          fields: { 'CP.3': 'Y', 'CP.4': 'Gold man Sachs' },
        },
      },
    ]);
  });

  it('needs nothing but the identifier', async () => {
    const lines = await all(readMasterTable('CO', bytes('Entity identifier\nA-1\n'), 'co.csv'));

    expect(lines).toMatchObject([{ ok: true, item: { entity_id: 'A-1', fields: {} } }]);
  });

  it.each([
    ['CO.2', '', undefined],
    ['CO.2', 'x'.repeat(51), '51 characters'],
    ['CO.2', 'A~B', '"A~B"'],
    ['CO.3', 'yes', '"yes"'],
    ['CO.4', 'é'.repeat(300), '300 characters'],
    ['CO.4', 'Gold~man', '"Gold~man"'],
    ['CO.6', 'y', '"y"'],
    ['CO.8', '100%', '"100%"'],
    ['CO.8', '1000.00', '"1000.00"'],
    ['CO.8', '1.234', '"1.234"'],
    ['CO.10', 'x'.repeat(51), '51 characters'],
    ['CO.12', 'ABC'.repeat(20), `"${'ABC'.repeat(13)}…"`],
  ])('refuses %s of %j, and says what it found', async (column, cell, found) => {
    const file = column === 'CO.2' ? `CO.2,CO.3\n${cell},Y\n` : `CO.2,${column}\nA,${cell}\n`;

    expect(await refusals(readMasterTable('CO', bytes(file), 'co.csv'))).toMatchObject([{ line: 2, column }]);
    expect((await refusals(readMasterTable('CO', bytes(file), 'co.csv')))[0]?.found).toBe(found);
  });

  it.each([
    ['CO.8', '100.00'],
    ['CO.8', '0'],
    ['CO.12', 'REN'],
    ['CO.4', '😀'.repeat(200)],
    ['CO.3', ''],
  ])('takes %s of %j', async (column, cell) => {
    expect(await refusals(readMasterTable('CO', bytes(`CO.2,${column}\nA,${cell}\n`), 'co.csv'))).toEqual([]);
  });

  it('has CP.12 at 100 characters, though CP.9 has 200', async () => {
    const file = `CP.2,CP.9,CP.12\nA,${'x'.repeat(200)},${'x'.repeat(100)}\nB,,${'x'.repeat(101)}\n`;

    expect(await refusals(readMasterTable('CP', bytes(file), 'cp.csv'))).toMatchObject([{ line: 3, column: 'CP.12' }]);
  });

  it('refuses an entity a second time with other contents, and takes the same again', async () => {
    const file = 'CO.2,CO.4\nA,One\nA,One\na,Two\n';

    expect(await refusals(readMasterTable('CO', bytes(file), 'co.csv'))).toMatchObject([
      { line: 4, column: 'CO.2', rule: 'CO.2-repeated', reason: 'Line 2 has the same key and says something else.' },
    ]);
  });
});

describe('readAliases and readLaws', () => {
  it('make items under the keys that documents are looked up by', async () => {
    const aliases = await all(readAliases(bytes('alias,entity_id\n"ACME, Inc. (“Buyer”)",A-1\n'), 'aliases.csv'));
    const laws = await all(readLaws(bytes('law_key~display_name\nState of  New York.~New York\n'), 'laws.csv'));

    expect(aliases).toEqual([{ ok: true, line: 2, item: aliasItem('acme, inc', 'A-1') }]);
    expect(laws).toEqual([{ ok: true, line: 2, item: lawItem('state of new york', 'New York') }]);
  });

  it('refuse what is empty, too long or said twice in two ways', async () => {
    const aliases = `alias,entity_id\n,A\nB,\nC,${'x'.repeat(51)}\nD,E~F\nG,A\n g. ,B\n`;
    const laws = `law_key,display_name\n,A\nB,\nC,${'x'.repeat(51)}\nD,E\nd.,F\n`;

    expect(await refusals(readAliases(bytes(aliases), 'aliases.csv'))).toMatchObject([
      { line: 2, column: 'alias' },
      { line: 3, column: 'entity_id' },
      { line: 4, column: 'entity_id' },
      { line: 5, column: 'entity_id' },
      { line: 7, column: 'alias' },
    ]);
    expect(await refusals(readLaws(bytes(laws), 'laws.csv'))).toMatchObject([
      { line: 2, column: 'law_key' },
      { line: 3, column: 'display_name' },
      { line: 4, column: 'display_name' },
      { line: 6, column: 'law_key' },
    ]);
  });
});

describe('planEntityImport', () => {
  type File = { readonly co?: string; readonly cp?: string; readonly aliases?: string };

  function plan({ co, cp, aliases }: File, held: readonly (EntityItem | AliasItem)[] = []) {
    const table = new Map(held.map((item) => [item.entity_key, item]));
    const files = [
      ...(co === undefined ? [] : [{ file: 'co', lines: readMasterTable('CO', bytes(co), 'co') }]),
      ...(cp === undefined ? [] : [{ file: 'cp', lines: readMasterTable('CP', bytes(cp), 'cp') }]),
      ...(aliases === undefined ? [] : [{ file: 'aliases', lines: readAliases(bytes(aliases), 'aliases') }]),
    ] satisfies ImportFile<unknown>[];
    return planEntityImport(files, async (key) => table.get(key) ?? null);
  }

  it('merges the roles of one entity, whatever comes first', async () => {
    const both = await plan({ co: 'CO.2,CO.4\nA,One\n', cp: 'CP.2,CP.5\nA,Paris\n' });
    const later = await plan({ co: 'CO.2,CO.4\nA,One\n' }, [entityItem('A', ['CP'], { 'CP.5': 'Paris' })]);
    const expected = entityItem('A', ['CO', 'CP'], { 'CO.4': 'One', 'CP.5': 'Paris' });

    expect(both.items).toEqual(new Map([['a', expected]]));
    expect(both.counts).toMatchObject([
      { file: 'co', new: 1 },
      { file: 'cp', new: 1, changed: 0 },
    ]);
    expect(both.keys).toEqual({ new: 1, changed: 0 });
    expect(later.items).toEqual(new Map([['a', expected]]));
    expect(later.counts).toMatchObject([{ changed: 1 }]);
  });

  it('replaces what a table said of an entity, and keeps what the other said', async () => {
    const held = [entityItem('A', ['CO', 'CP'], { 'CO.4': 'One', 'CO.9': 'Branch', 'CP.4': 'One' })];

    const { items } = await plan({ co: 'CO.2,CO.4\nA,Two\n' }, held);

    expect(items.get('a')).toEqual(entityItem('A', ['CO', 'CP'], { 'CO.4': 'Two', 'CP.4': 'One' }));
  });

  it('writes nothing for what is there already', async () => {
    const first = await plan({ co: 'CO.2,CO.4\nA,One\n', aliases: 'alias,entity_id\nB,A\n' });
    const again = await plan({ co: 'CO.4,CO.2\nOne,A\n', aliases: 'alias,entity_id\nB,A\n' }, [
      ...first.items.values(),
    ]);

    expect(first.counts).toMatchObject([{ new: 1 }, { new: 1 }]);
    expect(again.items.size).toBe(0);
    expect(again.counts).toMatchObject([{ unchanged: 1 }, { unchanged: 1 }]);
  });

  it('puts entities and aliases in the place of placeholders', async () => {
    const held = [placeholder('a', 'A'), placeholder('b', 'B')];

    const { items, counts } = await plan({ cp: 'CP.2\nA\n', aliases: 'alias,entity_id\nB,A\n' }, held);

    expect([...items.values()]).toEqual([entityItem('A', ['CP'], {}), aliasItem('B', 'A')]);
    expect(counts).toMatchObject([{ new: 1 }, { new: 1 }]);
  });

  it('refuses an alias that is an entity, and an entity that is an alias', async () => {
    const held = [entityItem('A', ['CO'], {}), aliasItem('B', 'A')];

    const { items, refusals } = await plan({ co: 'CO.2\nB\n', aliases: 'alias,entity_id\na.,C\n' }, held);

    expect(items.size).toBe(0);
    expect(refusals).toMatchObject([
      { file: 'co', line: 2, column: 'CO.2' },
      { file: 'aliases', line: 2, column: 'alias' },
    ]);
  });

  it('takes an alias of an entity that is not known yet, and one that is the identifier itself', async () => {
    const { items, counts } = await plan({ aliases: 'alias,entity_id\nFoo Ltd,F-1\nf-1,F-1\n' });

    expect([...items.keys()]).toEqual(['foo ltd']);
    expect(counts).toMatchObject([{ new: 1, unchanged: 1, refused: 0 }]);
  });

  it('counts refused lines of the readers too', async () => {
    const { counts, refusals } = await plan({ co: 'CO.2,CO.3\nA,Y\nB,maybe\n' });

    expect(counts).toMatchObject([{ new: 1, refused: 1 }]);
    expect(refusals).toMatchObject([{ file: 'co', line: 3, column: 'CO.3' }]);
  });
});

describe('planLawImport', () => {
  it('says what is new, changed and unchanged', async () => {
    const held = new Map<string, LawItem>([lawItem('A', 'One'), lawItem('B', 'Two')].map((law) => [law.law_key, law]));
    const lines = readLaws(bytes('law_key,display_name\nA,One\nB,Three\nC,Four\n'), 'laws.csv');

    const { items, counts } = await planLawImport([{ file: 'laws', lines }], async (key) => held.get(key) ?? null);

    expect([...items.values()]).toEqual([lawItem('B', 'Three'), lawItem('C', 'Four')]);
    expect(counts).toEqual([{ file: 'laws', new: 1, changed: 1, unchanged: 1, refused: 0 }]);
  });
});

describe('versions of look-up items', () => {
  it('change with any content, and with nothing else', () => {
    const one = entityItem('A', ['CP', 'CO'], { 'CO.4': 'x', 'CP.4': 'y' });

    expect(entityItem('A', ['CO', 'CP'], { 'CP.4': 'y', 'CO.4': 'x' }).version).toBe(one.version);
    expect(entityItem('A', ['CO', 'CP'], { 'CP.4': 'y', 'CO.4': 'z' }).version).not.toBe(one.version);
    expect(entityItem('A', ['CO'], one.fields).version).not.toBe(one.version);
    expect(lawItem('US-NY', 'New York').version).not.toBe(lawItem('US-NY', 'New York State').version);
  });
});
