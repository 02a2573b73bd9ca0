/** One record's values, and every rule that looks at the record alone. */

import type { AgreementDate, CreditEnhancement, CrossDefault, EntityReference, Flag } from '../agreement.ts';
import type { AgreementRecord } from '../agreement-records.ts';
import { type EntityItem, usedVersion } from '../look-up-items.ts';
import { isoDate } from './dates.ts';
import { type A3Values, MAX_LENGTH } from './fields.ts';
import type { Findings } from './findings.ts';
import { isCurrentLei, isLei, looksLikeLei } from './lei.ts';
import { canFit, findEntity, isLookedUp, type LookUps, type Uses } from './look-ups.ts';
import { findMembershipFault } from './membership.ts';
import type { EntityField, FlagField, RecordRuleId, TextField } from './record-rules.ts';
import { type CleanText, cleanText, cutAt, excerpt, isLongerThan } from './text.ts';

/** Where a record's rules look things up and leave what they find. */
export interface RecordContext {
  readonly lookUps: LookUps;
  readonly findings: Findings;
  readonly uses: Uses;
  /** Entities looked for and not known, by key. */
  readonly unknown: Map<string, string>;
  // Remembered within a document: thousands of its records may share a text of megabytes.
  readonly clean: (text: string) => CleanText;
  readonly collapse: (text: string) => string;
  readonly lawKey: (text: string) => string;
  readonly entityKey: (text: string) => string;
}

/** In code points. The lineage keeps the whole name for people to read, and no longer one than this, in every row. */
const MAX_FULL_NAME = 10_000;

export interface RecordResult {
  readonly values: A3Values;
  /** The whole name where A3.4 was cut. */
  readonly fullName: string | null;
}

export function makeRecord(record: AgreementRecord, context: RecordContext): RecordResult {
  const { terms, contact } = record;
  const rules = new RecordRules(context, terms.agreementId);
  const recordsEntity = rules.entity('A3.2', record.recordsEntity, 'A3.2-absent');
  const agreementId = rules.text('A3.3', terms.agreementId, 'A3.3-absent');
  const { name, fullName } = rules.name(terms.name);
  const date = rules.date(terms.date);
  const counterparty = rules.entity('A3.6', record.counterparty, 'A3.6-absent');
  const obligor = rules.entity('A3.6.1', terms.underlyingObligor, null);
  const law = rules.law(terms.governingLaw);
  const [crossDefault, crossDefaultEntities] = rules.crossDefault(record.crossDefault);
  const received = rules.enhancement('A3.10', 'A3.11', 'A3.12', terms.forRecordsEntity);
  const given = rules.enhancement('A3.12.1', 'A3.12.2', 'A3.12.3', terms.forCounterparty);
  const values: A3Values = {
    'A3.2': recordsEntity,
    'A3.3': agreementId,
    'A3.4': name,
    'A3.5': date,
    'A3.6': counterparty,
    'A3.6.1': obligor,
    'A3.7': law,
    'A3.8': crossDefault,
    'A3.9': crossDefaultEntities,
    'A3.10': received.flag,
    'A3.11': received.provider,
    'A3.12': received.agreementId,
    'A3.12.1': given.flag,
    'A3.12.2': given.provider,
    'A3.12.3': given.agreementId,
    'A3.13': rules.text('A3.13', contact?.name ?? null, null),
    'A3.14': rules.text('A3.14', contact?.address ?? null, null),
    'A3.15': rules.text('A3.15', contact?.phone ?? null, null),
    'A3.16': rules.text('A3.16', contact?.email ?? null, null),
  };
  return { values, fullName };
}

class RecordRules {
  readonly #context: RecordContext;
  readonly #agreementId: string | null;

  constructor(context: RecordContext, agreementId: string | null) {
    this.#context = context;
    this.#agreementId = agreementId;
  }

  text(field: TextField, given: string | null, whenAbsent: RecordRuleId | null): string | null {
    const { text, replaced } = this.#context.clean(given ?? '');
    if (text === '') return this.#absent(whenAbsent);
    if (replaced) this.#find(`${field}-replaced`, given);
    if (isLongerThan(text, MAX_LENGTH[field])) this.#find(`${field}-too-long`, text);
    return text;
  }

  name(given: string | null): { readonly name: string | null; readonly fullName: string | null } {
    const { text, replaced } = this.#context.clean(given ?? '');
    const whole = this.#context.collapse(text);
    if (whole === '') return { name: this.#absent('A3.4-absent'), fullName: null };
    if (replaced) this.#find('A3.4-replaced', given);
    if (!isLongerThan(whole, MAX_LENGTH['A3.4'])) return { name: whole, fullName: null };
    this.#find('A3.4-cut', whole);
    return { name: cutAt(whole, MAX_LENGTH['A3.4']), fullName: excerpt(whole, MAX_FULL_NAME) };
  }

  date(given: AgreementDate | null): string | null {
    if (given === null) return this.#absent('A3.5-absent');
    const date = isoDate(given);
    if (date === null) this.#find('A3.5-unreadable', typeof given.value === 'object' ? null : `${given.value}`);
    return date;
  }

  law(given: string | null): string | null {
    const { text, replaced } = this.#context.clean(given ?? '');
    if (given === null || text === '') return this.#absent('A3.7-absent');
    const key = this.#context.lawKey(given);
    const item = this.#context.lookUps.law(key);
    this.#context.uses.add({ table: 'GoverningLaw', key, version: usedVersion(item) });
    if (item === null) {
      this.#find('A3.7-unknown', given);
      if (replaced) this.#find('A3.7-replaced', given);
    }
    const law = item === null ? text : cleanText(item.display_name).text;
    if (!isLongerThan(law, MAX_LENGTH['A3.7'])) return law;
    this.#find('A3.7-cut', law);
    return cutAt(law, MAX_LENGTH['A3.7']);
  }

  entity(field: EntityField, given: EntityReference | null, whenAbsent: RecordRuleId | null): string | null {
    const id = this.#entityId(field, given, whenAbsent);
    if (id !== null && isLongerThan(id, MAX_LENGTH[field])) this.#find(`${field}-too-long`, id);
    return id;
  }

  crossDefault(given: CrossDefault): readonly [flag: string | null, entities: string | null] {
    const { entities } = given;
    const flag = this.#flag('A3.8', given.flag);
    if (flag === 'N' && entities.some((entity) => entity !== null)) this.#find('A3.9-beside-n', textsOf(entities));
    if (flag !== 'Y') return [flag, null];
    if (entities.length === 0) this.#find('A3.9-absent', null);
    const tooLong = (list: string) => this.#find('A3.9-too-long', `${entities.length} identifiers: ${list}`);
    if (!canFit(given)) {
      tooLong(textsOf(entities));
      return [flag, null];
    }
    const ids = entities.map((entity) => this.#entityId('A3.9', entity, 'A3.9-absent')).filter((id) => id !== null);
    const list = ids.join(',');
    if (isLongerThan(list, MAX_LENGTH['A3.9'])) tooLong(list);
    return [flag, list === '' ? null : list];
  }

  enhancement(
    flagField: 'A3.10' | 'A3.12.1',
    providerField: 'A3.11' | 'A3.12.2',
    documentField: 'A3.12' | 'A3.12.3',
    given: CreditEnhancement,
  ) {
    const flag = this.#flag(flagField, given.flag);
    if (flag === 'Y') {
      const provider = this.entity(providerField, given.provider, `${providerField}-absent`);
      return { flag, provider, agreementId: this.text(documentField, given.agreementId, `${documentField}-absent`) };
    }
    if (flag === 'N') {
      if (given.provider !== null) this.#find(`${providerField}-beside-n`, given.provider.text);
      if ((given.agreementId ?? '').trim() !== '') this.#find(`${documentField}-beside-n`, given.agreementId);
    }
    return { flag, provider: null, agreementId: null };
  }

  #flag(field: FlagField, given: Flag): string | null {
    const flag = given?.trim() ?? null;
    if (flag === 'Y' || flag === 'N') return flag;
    this.#find(`${field}-flag`, given);
    return null;
  }

  /** The identifier as the Entity table gives it; an entity that cannot be told stands with the document's text. */
  #entityId(field: EntityField, given: EntityReference | null, whenAbsent: RecordRuleId | null): string | null {
    // Its key may be empty, which no store can hold: what the flat file can carry nothing of names nobody.
    if (given === null || this.#context.clean(given.text).text === '') return this.#absent(whenAbsent);
    const text = given.text.trim();
    if (!isLookedUp(given)) {
      this.#find(`${field}-lei`, text);
      return text;
    }
    const found = findEntity(this.#context, given.text);
    if (!found.isKnown) {
      this.#context.unknown.set(found.entityKey, found.text);
      this.#find(`${field}-unknown`, text);
      return this.#context.clean(text).text;
    }
    const fault = findMembershipFault(field, found.item.roles);
    if (fault !== null) this.#find(fault, text);
    const id = cleanText(found.item.entity_id);
    if (id.replaced) this.#find(`${field}-replaced`, text);
    if (field === 'A3.9' && id.text.includes(',')) this.#find('A3.9-comma', id.text);
    // The identifier that an alias or a name led to must hold as well as one that the document gives.
    if (looksLikeLei(id.text)) this.#lei(field, found.item, id.text, text);
    return id.text;
  }

  #lei(field: EntityField, { lei_status }: EntityItem, id: string, text: string): void {
    if (!isLei(id)) this.#find(`${field}-lei`, text);
    else if (id !== id.toUpperCase()) this.#find(`${field}-lei-case`, id);
    if (!isCurrentLei(lei_status)) this.#find(`${field}-lei-not-current`, `${id} (${lei_status})`);
  }

  #absent(rule: RecordRuleId | null): null {
    if (rule !== null) this.#find(rule, null);
    return null;
  }

  #find(rule: RecordRuleId, value: string | null): void {
    this.#context.findings.add(rule, this.#agreementId, value);
  }
}

/** The first few: a finding shows no more. */
function textsOf(entities: readonly (EntityReference | null)[]): string {
  return entities
    .slice(0, 50)
    .flatMap((entity) => entity?.text ?? [])
    .join(',');
}
