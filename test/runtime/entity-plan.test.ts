import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAliases, readAliasLines, refuseRepeatedAliases } from '../../src/agreements/imports/aliases.ts';
import { readMasterLines, readMasterTable, refuseRepeatedRows } from '../../src/agreements/imports/master-table.ts';
import { planEntityImport } from '../../src/agreements/imports/plan-import.ts';
import type { ImportLine } from '../../src/agreements/imports/read-table.ts';
import { aliasItem, entityItem, placeholder } from '../../src/agreements/make-look-up-items.ts';
import { planEntities } from '../../src/runtime/entity-plan.ts';

const TABLE = new Map(
  [
    entityItem('A', ['CO'], { 'CO.4': 'Old' }),
    aliasItem('B', 'A'),
    placeholder('c', 'C'),
    entityItem('D', ['CP'], { 'CP.4': 'D' }),
  ].map((item) => [item.entity_key, item]),
);
const current = async (key: string) => TABLE.get(key) ?? null;

describe('planEntities', () => {
  it('plans what a plan in memory plans: the same items, counts and refusals', () =>
    fc.assert(
      fc.asyncProperty(masterLines(), masterLines(), aliasLines(), async (co, cp, aliases) => {
        const texts = {
          co: ['CO.2,CO.4', ...co].join('\n'),
          cp: ['CP.2,CP.4', ...cp].join('\n'),
          aliases: ['alias,entity_id', ...aliases].join('\n'),
        };
        const whole = await planEntityImport(
          [
            { file: 'co', lines: readMasterTable('CO', [Buffer.from(texts.co)], 'co') },
            { file: 'cp', lines: readMasterTable('CP', [Buffer.from(texts.cp)], 'cp') },
            { file: 'aliases', lines: readAliases([Buffer.from(texts.aliases)], 'aliases') },
          ],
          current,
        );
        const dealt = await planFiles(texts);
        try {
          const items = await Array.fromAsync(dealt.items());
          expect(new Map(items.map((item) => [item.entity_key, item]))).toEqual(whole.items);
          expect(items).toHaveLength(whole.items.size);
          expect(dealt.counts).toEqual(whole.counts);
          expect(dealt.keys).toEqual(whole.keys);
          expect(dealt.refusals).toEqual(byPlace(whole.refusals));
        } finally {
          await dealt.close();
        }
      }),
      { numRuns: 60 },
    ));

  it('takes more lines than it holds in memory', async () => {
    const lines = Array.from(
      { length: 60_000 },
      (_, i) => `H-${i},Counterparty number ${i} of some considerable length`,
    );
    const plan = await planFiles({
      co: 'CO.2\n',
      cp: ['CP.2,CP.4', ...lines].join('\n'),
      aliases: 'alias,entity_id\n',
    });
    expect(plan.counts[1]).toMatchObject({ new: 60_000, refused: 0 });
    let count = 0;
    for await (const item of plan.items()) count += item.kind === 'entity' ? 1 : 0;
    expect(count).toBe(60_000);
    await plan.close();
  });

  it('names the first thousand refused lines, in their order, and counts all', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => (i % 2 === 0 ? `H-${i},"x` : `H-${i},${'x'.repeat(201)}`));
    const broken = lines.map((line) => line.replace('"x', 'x"x'));
    const plan = await planFiles({
      co: 'CO.2\n',
      cp: ['CP.2,CP.4', ...broken].join('\n'),
      aliases: 'alias,entity_id\n',
    });
    expect(plan.counts[1]).toMatchObject({ refused: 3_000 });
    expect(plan.refusals.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 2));
    await plan.close();
  });
});

function planFiles({ co, cp, aliases }: { readonly co: string; readonly cp: string; readonly aliases: string }) {
  const master = (role: 'CO' | 'CP', file: string, text: string) => ({
    file,
    lines: readMasterLines(role, [Buffer.from(text)], file),
    refuseRepetitions: <T extends { readonly entity_key: string; readonly entity_id: string }>(
      lines: AsyncIterable<ImportLine<T>>,
    ) => refuseRepeatedRows(role, lines),
  });
  return planEntities(
    [
      master('CO', 'co', co),
      master('CP', 'cp', cp),
      {
        file: 'aliases',
        lines: readAliasLines([Buffer.from(aliases)], 'aliases'),
        refuseRepetitions: refuseRepeatedAliases,
      },
    ],
    current,
  );
}

function byPlace<T extends { readonly file: string; readonly line: number }>(refusals: readonly T[]): readonly T[] {
  const order = ['co', 'cp', 'aliases'];
  return refusals.toSorted((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line);
}

function masterLines() {
  const id = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', '', 'x'.repeat(51));
  const name = fc.constantFrom('One', 'Two', '', 'x'.repeat(201));
  return fc.array(
    fc.tuple(id, name).map((cells) => cells.join(',')),
    { maxLength: 12 },
  );
}

function aliasLines() {
  const name = fc.constantFrom('A', 'Acme', 'B', 'c', '');
  return fc.array(
    fc.tuple(name, fc.constantFrom('A', 'E', '')).map((cells) => cells.join(',')),
    { maxLength: 8 },
  );
}
