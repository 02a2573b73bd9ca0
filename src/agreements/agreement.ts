/**
 * The agreement: the canonical object that a namespace's mapping makes of a document, whatever shape the document has.
 * Values are as the document gives them; `null` where it gives nothing. The rules of Table A-3 judge them, not the mapping.
 */

/** How a document names an entity. Only what is meant as an identifier is tested as an LEI. */
export interface EntityReference {
  readonly by: 'id' | 'name';
  readonly text: string;
}

/** How a namespace writes days. `epoch-ms`: milliseconds since 1970 UTC, negative before. */
export const DATE_FORMS = ['YYYY-MM-DD', 'MM/DD/YYYY', 'YYYYMMDD', 'epoch-ms'] as const;
export type DateForm = (typeof DATE_FORMS)[number];

export interface AgreementDate {
  readonly form: DateForm;
  readonly value: string | number;
}

export interface Contact {
  readonly name: string | null;
  readonly address: string | null;
  readonly phone: string | null;
  readonly email: string | null;
}

export interface Counterparty {
  readonly entity: EntityReference | null;
  /** In a child, `null` means the contact that its parent has for the same entity. */
  readonly contact: Contact | null;
}

export interface Parties {
  readonly recordsEntity: EntityReference | null;
  /** One A-3 record each. */
  readonly counterparties: readonly Counterparty[];
}

/** `Y`, `N`, or as text whatever else the document says, which a rule then refuses. */
export type Flag = string | null;

export interface CrossDefault {
  readonly flag: Flag;
  /** In the order given. `null`: an entry that names nobody. */
  readonly entities: readonly (EntityReference | null)[];
}

export interface CreditEnhancement {
  readonly flag: Flag;
  readonly provider: EntityReference | null;
  /** A3.3 of the credit enhancement agreement. */
  readonly agreementId: string | null;
}

export const NO_CREDIT_ENHANCEMENT: CreditEnhancement = { flag: 'N', provider: null, agreementId: null };

/** What an agreement has of its own, be it a master or a child. */
export interface AgreementTerms {
  readonly agreementId: string | null;
  readonly name: string | null;
  readonly date: AgreementDate | null;
  readonly governingLaw: string | null;
  readonly underlyingObligor: EntityReference | null;
  readonly forRecordsEntity: CreditEnhancement;
  readonly forCounterparty: CreditEnhancement;
}

/** An annex or another agreement that hangs under its parent; `null` means as its parent. */
export interface ChildAgreement extends AgreementTerms {
  readonly parties: Parties | null;
  readonly crossDefault: CrossDefault | null;
}

export interface Agreement extends AgreementTerms {
  readonly parties: Parties;
  readonly crossDefault: CrossDefault;
  readonly children: readonly ChildAgreement[];
}
