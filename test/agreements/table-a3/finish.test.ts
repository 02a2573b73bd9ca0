import { describe, expect, it } from 'vitest';
import type { AliasItem, EntityItem } from '../../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem, placeholder } from '../../../src/agreements/make-look-up-items.ts';
import { cct } from '../../../src/agreements/namespaces/cct.ts';
import { docman } from '../../../src/agreements/namespaces/docman.ts';
import { mac } from '../../../src/agreements/namespaces/mac.ts';
import { finishDocument } from '../../../src/agreements/table-a3/finish.ts';
import { aliasTargetKeys } from '../../../src/agreements/table-a3/look-ups.ts';
import { prepareDocument } from '../../../src/agreements/table-a3/prepare.ts';
import { DEFAULT_RULES } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { cctDocument, docmanDocument, JPMORGAN, KNOWN, lookUpsOf, macDocument, UBS } from '../../fixtures/documents.ts';

function transform(document: object, items: readonly (EntityItem | AliasItem)[] = [], module = docman) {
  return finishDocument(prepareDocument(module, document), lookUpsOf([...KNOWN, ...items]), DEFAULT_RULES);
}

function card(change: Partial<ReturnType<typeof docmanDocument>>) {
  return { ...docmanDocument(), ...change };
}

const known = lookUpsOf(KNOWN);

describe('the two phases', () => {
  it('name every key that is looked at, aliases in a second round', () => {
    const prepared = prepareDocument(docman, docmanDocument());
    const second = aliasTargetKeys(prepared.entityKeys.map(known.entity));
    const fetched = new Set([...prepared.entityKeys, ...second]);

    const { uses } = finishDocument(prepared, known, DEFAULT_RULES);

    expect(uses.filter(({ table }) => table === 'Entity').map(({ key }) => key)).toEqual([...fetched].sort());
    expect(uses.filter(({ table }) => table === 'GoverningLaw').map(({ key }) => key)).toEqual(prepared.lawKeys);
  });

  it('ask for nothing beside an N, nor for a code with wrong check digits', () => {
    const { entityKeys } = prepareDocument(
      docman,
      card({ guarantee_received_from: UBS, cross_default_ids: JPMORGAN, party_2_id: '222100OW6UHQXNHKQ143' }),
    );

    expect(entityKeys).toEqual(['birch first global investments inc']);
  });
});

describe('uses', () => {
  it('hold alias and entity with their versions, ascending, each once', () => {
    const { uses, rows } = transform(docmanDocument());

    expect(uses).toEqual([
      {
        table: 'Entity',
        key: 'birch first global investments inc',
        version: known.entity('birch first global investments inc')!.version,
      },
      { table: 'Entity', key: 'house-1', version: known.entity('house-1')!.version },
      { table: 'Entity', key: 'house-2', version: known.entity('house-2')!.version },
      {
        table: 'Entity',
        key: 'mount kowledge holdings inc',
        version: known.entity('mount kowledge holdings inc')!.version,
      },
      { table: 'GoverningLaw', key: 'nevada', version: known.law('nevada')!.version },
    ]);
    expect(rows[0]!.uses).toEqual(uses);
  });

  it('say `absent` for what is not there, a placeholder too', () => {
    const waiting = placeholder('nobody', 'Nobody');
    const missing = transform(card({ party_2: 'Nobody.', law: 'Atlantis' }));
    const pending = transform(card({ party_2: 'Nobody.', law: 'Atlantis' }), [waiting]);

    expect(missing.uses).toContainEqual({ table: 'Entity', key: 'nobody', version: 'absent' });
    expect(missing.uses).toContainEqual({ table: 'GoverningLaw', key: 'atlantis', version: 'absent' });
    expect(missing.unknown_entities).toEqual([{ entity_key: 'nobody', text: 'Nobody.' }]);
    expect(pending).toEqual(missing);
  });

  it('ask about a name of megabytes with no more of it than a message and a row of a store can hold', () => {
    const { unknown_entities } = transform(card({ party_2: '\u{1f600}'.repeat(2_000_000) }));

    expect(unknown_entities).toMatchObject([{ text: '\u{1f600}'.repeat(2_000) }]);
  });

  it.each(['\u0085', ' ~ ', '\u0001\n'])(
    'are none of %j, in which nothing is left of a name: no store has such a key',
    (blank) => {
      const { findings, uses, unknown_entities } = transform(card({ party_2: blank }));

      expect(findings).toMatchObject([{ rule: 'A3.6-absent' }]);
      expect(unknown_entities).toEqual([]);
      expect(uses).not.toContainEqual(expect.objectContaining({ version: 'absent' }));
      expect(prepareDocument(docman, card({ party_2: blank })).entityKeys).not.toContain('');
    },
  );

  it('of an alias whose entity nobody knows lead to that entity', () => {
    const { valid, uses, unknown_entities } = transform(card({ party_2: 'Nobody' }), [aliasItem('Nobody', 'N-1')]);

    expect(valid).toBe(false);
    expect(uses).toContainEqual({ table: 'Entity', key: 'n-1', version: 'absent' });
    expect(uses).toContainEqual({ table: 'Entity', key: 'nobody', version: aliasItem('Nobody', 'N-1').version });
    expect(unknown_entities).toEqual([{ entity_key: 'n-1', text: 'N-1' }]);
  });

  it('follow an alias once, never in circles', () => {
    const circle = [aliasItem('A', 'B'), aliasItem('B', 'A')];

    expect(transform(card({ party_2: 'A' }), circle)).toMatchObject({
      valid: false,
      findings: [{ rule: 'A3.6-unknown' }],
    });
  });

  it('name an unknown entity once, however many records need it', () => {
    const document = macDocument();
    document.agreement.parties[1]!.entityId = 'NOBODY';

    expect(transform(document, [], mac).unknown_entities).toEqual([{ entity_key: 'nobody', text: 'NOBODY' }]);
  });
});

describe('values', () => {
  it('are the identifiers that the Entity table gives', () => {
    const { rows } = transform(card({ party_2_id: JPMORGAN.toLowerCase() }));

    expect(rows[0]!.values['A3.6']).toBe(JPMORGAN);
  });

  it('that an alias led to are tested as LEIs too', () => {
    const wrong = '7H6GLXDRUGQFU57RNE79';
    const items = [aliasItem('Bank', wrong), entityItem(wrong, ['CP'], {})];

    expect(transform(card({ party_2: 'Bank' }), items).findings).toMatchObject([{ rule: 'A3.6-lei', value: 'Bank' }]);
  });

  it('cut a long name at 50 code points and keep the whole', () => {
    const title = `CREDIT  SUPPORT\u00a0ANNEX TO THE SCHEDULE TO THE ${'😀'.repeat(20)}`;

    const { rows, findings } = transform(card({ title }));

    expect(rows[0]!.values['A3.4']).toBe(`CREDIT SUPPORT ANNEX TO THE SCHEDULE TO THE ${'😀'.repeat(6)}`);
    expect(rows[0]!.full_name).toBe(`CREDIT SUPPORT ANNEX TO THE SCHEDULE TO THE ${'😀'.repeat(20)}`);
    expect(findings).toMatchObject([{ rule: 'A3.4-cut', agreement_id: 'cuad-0001' }]);
  });

  it('keep white space everywhere but in A3.4', () => {
    const { rows } = transform(card({ title: 'A  B', law: 'Atlantis  East', notice_name: 'C  D' }));

    expect(rows[0]!.values).toMatchObject({ 'A3.4': 'A B', 'A3.7': 'Atlantis  East', 'A3.13': 'C  D' });
    expect(rows[0]!.full_name).toBeNull();
  });

  it('take exactly the longest texts that table A-3 allows', () => {
    const { valid, findings } = transform(
      card({
        agreement_ref: 'é'.repeat(50),
        notice_name: '😀'.repeat(200),
        notice_address: 'x'.repeat(100),
        notice_phone: 'x'.repeat(50),
        notice_email: 'x'.repeat(100),
      }),
    );

    expect({ valid, findings }).toEqual({ valid: true, findings: [] });
  });

  it('join 23 LEIs, and refuse 24', () => {
    const ids = (count: number) => card({ cross_default: 'Y', cross_default_ids: Array(count).fill(UBS).join(',') });

    expect(transform(ids(23)).rows[0]!.values['A3.9']).toHaveLength(482);
    expect(transform(ids(24)).findings).toMatchObject([
      { rule: 'A3.9-too-long', value: expect.stringMatching(/^24 identifiers: BFM8/) },
    ]);
    expect(transform(ids(500)).findings).toMatchObject([
      { rule: 'A3.9-too-long', value: expect.stringMatching(/^500 identifiers: BFM8/) },
    ]);
  });

  it('stand in field order', () => {
    expect(Object.keys(transform(docmanDocument()).rows[0]!.values).slice(0, 7)).toEqual([
      ...['A3.2', 'A3.3', 'A3.4', 'A3.5', 'A3.6', 'A3.6.1', 'A3.7'],
    ]);
  });
});

describe('records of one document', () => {
  it('may share A3.3 when they differ in A3.6, and stand in key order', () => {
    const { valid, rows } = transform({ ...cctDocument(), cp: [UBS, JPMORGAN], ch: [] }, [], cct);

    expect(valid).toBe(true);
    expect(rows.map(({ values }) => values['A3.6'])).toEqual([JPMORGAN, UBS]);
  });

  it('may not share both, not even through an alias', () => {
    const document = { ...cctDocument(), cp: [UBS, 'UBS AG'], ch: [] };

    const { valid, findings } = transform(document, [aliasItem('UBS AG', UBS)], cct);

    expect(valid).toBe(false);
    expect(findings).toMatchObject([
      { rule: 'A3.3-repeated', agreement_id: 'CCT-9', value: expect.stringMatching(/^CCT-9 with ./) },
    ]);
  });

  it('are all left out when one of them is invalid', () => {
    const document = cctDocument();
    document.ch[0]!.id = 'x'.repeat(51);

    expect(transform(document, [], cct)).toMatchObject({ valid: false, rows: [] });
  });

  it('tell a finding that they share once', () => {
    const document = { ...cctDocument(), cp: [UBS, JPMORGAN], ch: [] };
    document.ag = { ...document.ag, lw: 'Atlantis' };

    expect(transform(document, [], cct).findings).toMatchObject([{ rule: 'A3.7-unknown', value: 'Atlantis' }]);
  });
});
