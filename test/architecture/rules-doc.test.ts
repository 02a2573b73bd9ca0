import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeRulesDoc } from '../../scripts/make-rules-doc.ts';
import { A3_FIELDS } from '../../src/agreements/table-a3/fields.ts';
import { OFFICIAL_TABLE, SILENT_POINTS } from '../../src/agreements/table-a3/official-table.ts';
import { RULES } from '../../src/agreements/table-a3/rules.ts';

const page = makeRulesDoc();

describe('docs/rules.md', () => {
  it('is the catalogue as it is', () => {
    expect(readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8')).toBe(page);
  });

  it('defines every rule once, and has every anchor that it links to', () => {
    const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, id]) => id);

    expect(new Set(anchors).size).toBe(anchors.length);
    expect(links.filter((id) => !anchors.includes(id))).toEqual([]);
    expect(anchors.filter((id) => id?.startsWith('rule-'))).toHaveLength(RULES.length);
  });
});

describe('the official table', () => {
  it('has the 20 fields in their order', () => {
    expect(OFFICIAL_TABLE.map(({ field }) => field)).toEqual(A3_FIELDS);
  });

  it('leads from every sentence to a rule of its field, or says why there is none', () => {
    for (const { field, sentences } of OFFICIAL_TABLE) {
      for (const { says, rules, note } of sentences) {
        expect(rules.length > 0 || note !== undefined, `${field}: ${says}`).toBe(true);
        expect(rules.map((id) => RULES.find((rule) => rule.id === id)?.field)).toEqual(rules.map(() => field));
      }
    }
    expect(SILENT_POINTS.flatMap(({ rules }) => rules).filter((id) => !RULES.some((rule) => rule.id === id))).toEqual(
      [],
    );
  });

  it('leads from every rule on A-3 back to a sentence', () => {
    const named = new Set(OFFICIAL_TABLE.flatMap(({ sentences }) => sentences.flatMap(({ rules }) => rules)));
    const onA3 = RULES.filter(({ field, scope }) => field?.startsWith('A3.') && scope !== 'import');

    expect(onA3.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
  });
});
