/** Namespace `cct`: coded terms. Short keys, dates as numbers; children take the document's parties and contact. */
import type { AgreementTerms, Contact, CreditEnhancement, CrossDefault } from '../agreement.ts';
import { NO_CREDIT_ENHANCEMENT } from '../agreement.ts';
import { dateIn, idReference } from './mapping-parts.ts';
import { defineNamespace } from './namespace-module.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

const terms = {
  id: { kind: 'text', field: 'A3.3' },
  nm: { kind: 'text', field: 'A3.4' },
  dt: { kind: 'number', field: 'A3.5' },
  lw: { kind: 'text', field: 'A3.7' },
} as const satisfies ObjectShape['members'];

const enhancement = {
  kind: 'object',
  members: { p: { kind: 'text' }, d: { kind: 'text' } },
} as const satisfies ObjectShape;

type Terms = { readonly [K in keyof typeof terms]?: ValueOf<(typeof terms)[K]> | null };
type Enhancement = ValueOf<typeof enhancement>;

export const cct = defineNamespace({
  namespace: 'cct',
  version: 1,
  idField: 'k',
  volatileFields: ['ts'],
  shape: {
    kind: 'object',
    members: {
      v: { kind: 'number', needs: 'key' },
      le: { kind: 'text', field: 'A3.2' },
      cp: { kind: 'list', items: { kind: 'text', field: 'A3.6' } },
      ag: { kind: 'object', needs: 'value', members: terms },
      xd: { kind: 'list', items: { kind: 'text', field: 'A3.9' } },
      ce: { kind: 'object', members: { re: enhancement, cp: enhancement } },
      nt: { kind: 'list', isContact: true, items: { kind: 'text', isContact: true, nullable: true } },
      ch: {
        kind: 'list',
        items: { kind: 'object', members: { ...terms, ob: { kind: 'text', field: 'A3.6.1' } } },
      },
      ts: { kind: 'any', needs: 'key' },
    },
  },
  toAgreements(document) {
    const contact = toContact(document.nt);
    return [
      {
        ...ownTerms(document.ag ?? {}),
        underlyingObligor: null,
        parties: {
          recordsEntity: idReference(document.le),
          counterparties: (document.cp ?? []).map((id) => ({ entity: idReference(id), contact })),
        },
        crossDefault: toCrossDefault(document.xd),
        forRecordsEntity: toEnhancement(document.ce, document.ce?.re),
        forCounterparty: toEnhancement(document.ce, document.ce?.cp),
        children: (document.ch ?? []).map((child) => ({
          ...ownTerms(child),
          underlyingObligor: idReference(child.ob),
          parties: null,
          crossDefault: null,
          forRecordsEntity: NO_CREDIT_ENHANCEMENT,
          forCounterparty: NO_CREDIT_ENHANCEMENT,
        })),
      },
    ];
  },
});

function ownTerms(given: Terms): Pick<AgreementTerms, 'agreementId' | 'name' | 'date' | 'governingLaw'> {
  return {
    agreementId: given.id ?? null,
    name: given.nm ?? null,
    date: dateIn('YYYYMMDD', given.dt),
    governingLaw: given.lw ?? null,
  };
}

/** An empty list says `N`; no list says nothing, which the flag's rule refuses. */
function toCrossDefault(ids: readonly string[] | null | undefined): CrossDefault {
  if (!ids) return { flag: null, entities: [] };
  return { flag: ids.length > 0 ? 'Y' : 'N', entities: ids.map(idReference) };
}

/** No entry in `ce` says `N`; no `ce` says nothing, which the flag's rule refuses. */
function toEnhancement(ce: object | null | undefined, given: Enhancement | null | undefined): CreditEnhancement {
  if (!ce) return { flag: null, provider: null, agreementId: null };
  if (!given) return NO_CREDIT_ENHANCEMENT;
  return { flag: 'Y', provider: idReference(given.p), agreementId: given.d ?? null };
}

function toContact(nt: readonly (string | null)[] | null | undefined): Contact | null {
  if (!nt) return null;
  const [name = null, address = null, phone = null, email = null] = nt;
  return { name, address, phone, email };
}
