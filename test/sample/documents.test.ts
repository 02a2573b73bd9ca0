import { describe, expect, it } from 'vitest';
import { mendedAgreements } from '../../scripts/sample/days.ts';
import { houseIdentifier } from '../../scripts/sample/house-identifier.ts';
import { partiesOf } from '../../scripts/sample/split.ts';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import { DAYS, field, type SampleDocument, sampleDocuments, sampleText, source } from './sample-files.ts';

const AGREEMENTS = {
  'day-1': new Map(source.agreements.map((agreement) => [agreement.id, agreement])),
  'day-2': new Map(mendedAgreements(source).map((agreement) => [agreement.id, agreement])),
};

describe.each(DAYS)('the documents of %s', (day) => {
  const documents = sampleDocuments(day);
  const pairs = documents.map((document) => [document, AGREEMENTS[day].get(document.agreementId)!] as const);

  it('hold each of the 510 agreements once', () => {
    expect(documents.map(({ agreementId }) => agreementId).sort()).toEqual([...AGREEMENTS[day].keys()].sort());
    expect(documents).toHaveLength(510);
  });

  it('stand in ascending byte order of their ids, one a line, each line ended by a line feed', () => {
    for (const namespace of ['mac', 'docman', 'pwm', 'cct'] as const) {
      const ids = documents.filter((one) => one.namespace === namespace).map(({ lexId }) => lexId);
      expect(ids).toEqual([...new Set(ids)].sort(compareBytes));
      expect(ids.length).toBeGreaterThan(80);
      expect(sampleText(`lex/${day}/${namespace}.ndjson`)).toMatch(/^[^\r]*\}\n$/);
    }
  });

  it('keep titles, names and law texts as they stand in the records', () => {
    for (const [document, agreement] of pairs) {
      expect(titleOf(document)).toBe(agreement.title);
      const names = namesOf(document);
      if (names !== null) expect(names).toEqual(partiesOf(agreement, source.reading));
      const law = { mac: 'agreement.governingLaw', docman: 'law', pwm: null, cct: null }[document.namespace];
      if (law !== null) expect(field(document, law) ?? '').toBe(agreement.governing_law);
    }
  });

  it('give a law by a code only where the code stands for exactly its text', () => {
    const texts = new Map(source.laws.flatMap(({ code, text }) => (code === null ? [] : [[code, text]])));
    expect(texts.size).toBe(source.laws.filter(({ code }) => code !== null).length);

    const coded = pairs.filter(([{ namespace }]) => namespace === 'pwm' || namespace === 'cct');

    for (const [document, agreement] of coded) {
      const code = field(document, document.namespace === 'pwm' ? 'agreements.0.law' : 'ag.lw');
      expect(texts.get(String(code)) ?? '').toBe(agreement.governing_law);
    }
  });

  it('give complete dates in the shape’s own form and leave the others out', () => {
    for (const [document, agreement] of pairs) {
      const [month, dayOfMonth, short] = agreement.agreement_date.split('/').map(Number);
      const isComplete = /^\d+\/\d+\/\d\d$/.test(agreement.agreement_date);
      const year = short! > 50 ? 1900 + short! : 2000 + short!;
      expect(dateOf(document)).toBe(isComplete ? Date.UTC(year, month! - 1, dayOfMonth) : null);
    }
  });

  it('name parties without names by house identifiers made from their names', () => {
    for (const [document, agreement] of pairs) {
      const identifiers = identifiersOf(document);
      if (identifiers === null) continue;
      const expected = partiesOf(agreement, source.reading).map((party) =>
        source.reading.names_nobody.includes(party) ? null : houseIdentifier(party),
      );
      expect(identifiers.filter((id, index) => id !== null || index < expected.length)).toEqual(expected);
    }
  });

  it('assume no cross-default, no guarantee and no contact', () => {
    for (const { namespace, body } of documents) expect(body).toMatchObject(ASSUMED[namespace]);
    for (const { line } of documents) expect(line).not.toMatch(/"(notices|nt)":/);
  });
});

/** What the sample states beside the records, by shape. */
const ASSUMED = {
  mac: {
    agreement: {
      crossDefault: { applies: false, entityIds: [] },
      creditEnhancement: { forRecordsEntity: { applies: false }, forCounterparty: { applies: false } },
      annexes: [],
    },
  },
  docman: {
    ...{ cross_default: 'N', guarantee_received: 'N', guarantee_given: 'N', parent_ref: '' },
    ...{ notice_name: '', notice_address: '', notice_phone: '', notice_email: '' },
  },
  pwm: {
    client: { contact: { to: null, lines: [], tel: null, mail: null } },
    agreements: [{ crossDefault: { flag: 'N', ids: [] }, support: [], parentRef: null }],
  },
  cct: { xd: [], ce: { re: null, cp: null }, ch: [] },
} as const;

describe('the reading of the records', () => {
  it('takes no text that the records do not hold', () => {
    const texts = new Set(source.agreements.flatMap(({ parties }) => parties));
    const byId = AGREEMENTS['day-1'];

    for (const text of source.reading.names_nobody) expect(texts).toContain(text);
    for (const [id, together] of Object.entries(source.reading.taken_together)) {
      expect(byId.get(id)?.parties).toEqual(expect.arrayContaining([...together]));
    }
  });
});

function titleOf(document: SampleDocument): unknown {
  return field(
    document,
    { mac: 'agreement.form', docman: 'title', pwm: 'agreements.0.name', cct: 'ag.nm' }[document.namespace],
  );
}

/** Records entity first; `null` for `cct`, which has no names. */
function namesOf(document: SampleDocument): readonly unknown[] | null {
  const some = (...names: readonly unknown[]): readonly unknown[] =>
    names.filter((name) => name !== null && name !== '');
  const { namespace, body } = document;
  if (namespace === 'mac') return partiesOfMac(document).map((party) => party['legalName']);
  if (namespace === 'docman')
    return some(body['party_1'], body['party_2'], ...(body['more_parties'] as readonly string[]));
  return namespace === 'pwm' ? some(field(document, 'bookedWith.name'), field(document, 'client.name')) : null;
}

/** Records entity first; `null` for `docman`, which has no identifiers. */
function identifiersOf(document: SampleDocument): readonly unknown[] | null {
  const { namespace, body } = document;
  if (namespace === 'mac') return partiesOfMac(document).map((party) => party['entityId']);
  if (namespace === 'pwm') return [field(document, 'bookedWith.lei'), field(document, 'client.number')];
  return namespace === 'cct' ? [body['le'], ...(body['cp'] as readonly unknown[])] : null;
}

function partiesOfMac(document: SampleDocument): readonly Readonly<Record<string, unknown>>[] {
  return field(document, 'agreement.parties') as readonly Readonly<Record<string, unknown>>[];
}

/** Milliseconds since 1970 UTC, or `null` when left out. */
function dateOf(document: SampleDocument): unknown {
  if (document.namespace === 'pwm') return field(document, 'agreements.0.signed') ?? null;
  const text = String(
    field(document, { mac: 'agreement.executedOn', docman: 'dated', cct: 'ag.dt' }[document.namespace]),
  );
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3').replace(/^(\d\d)\/(\d\d)\/(\d{4})$/, '$3-$1-$2');
  return /^\d{4}-\d\d-\d\d$/.test(iso) ? Date.parse(`${iso}T00:00:00Z`) : null;
}
