import { describe, expect, it } from 'vitest';
import { field, sampleDocuments, source } from './sample-files.ts';

const VOLATILE = ['audit', 'indexed_at', 'lastContactAt', 'ts'];
const before = new Map(sampleDocuments('day-1').map((document) => [document.lexId, document]));
const after = new Map(sampleDocuments('day-2').map((document) => [document.lexId, document]));
const kept = [...before.values()].flatMap((old) => {
  const now = after.get(old.lexId);
  return now === undefined ? [] : [{ old, now }];
});

describe('the second day', () => {
  it('changes the content of the mended agreements and of no other', () => {
    const changed = kept.filter(({ old, now }) => content(old.body) !== content(now.body));

    expect(changed.map(({ old }) => old.agreementId).sort()).toEqual(source.dayTwo.mended.map((one) => one.agreement));
  });

  it('withdraws one document and adds its agreement back in another namespace', () => {
    const withdrawn = [...before.keys()].filter((id) => !after.has(id));
    const added = [...after.keys()].filter((id) => !before.has(id));

    expect(withdrawn).toEqual(['pwm-0000000190']);
    expect(added).toEqual(['mac-0000000190']);
  });

  it('touches two documents: one saved in another key order, one with a new time', () => {
    const touched = kept.filter(({ old, now }) => old.line !== now.line && content(old.body) === content(now.body));

    expect(touched.map(({ old }) => old.agreementId).sort()).toEqual(['cuad-0004', 'cuad-0007']);
    const [reordered, reread] = touched.toSorted((a, b) => (a.old.agreementId < b.old.agreementId ? -1 : 1));
    expect(reordered!.now.body).toEqual(reordered!.old.body);
    expect(Object.keys(reordered!.now.body)).toEqual(Object.keys(reordered!.old.body).reverse());
    expect(reread!.now.body).toEqual({ ...reread!.old.body, ts: Number(field(reread!.old, 'ts')) + 86_400 });
  });

  it('raises the revision of a mended document where its shape has one', () => {
    const mended = new Set(source.dayTwo.mended.map(({ agreement }) => agreement));

    for (const document of after.values()) {
      const expected = mended.has(document.agreementId) ? 2 : 1;
      if (document.namespace === 'mac') expect(field(document, 'revision')).toBe(expected);
      if (document.namespace === 'cct') expect(field(document, 'v')).toBe(expected);
    }
  });
});

/** Content without volatile fields, keys sorted: what the content hash rests on. */
function content(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([key]) => !VOLATILE.includes(key))), sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
