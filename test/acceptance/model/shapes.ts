/** lex.md section 3: the four shapes, each read into drafts. */
import {
  type Contact,
  type Draft,
  type DraftDate,
  dayOf,
  type Enhancement,
  type Fields,
  fieldsOf,
  flagFromBoolean,
  flagFromLetter,
  isAbsent,
  listOf,
  NO_CONTACT,
  NO_ENHANCEMENT,
  requireKeys,
  ShapeError,
} from './draft.ts';

export const NAMESPACES = ['cct', 'docman', 'mac', 'pwm'] as const;
export type Namespace = (typeof NAMESPACES)[number];

export const ID_FIELD: Readonly<Record<Namespace, string>> = { mac: 'lexId', docman: 'doc_id', pwm: 'id', cct: 'k' };

/** @throws ShapeError */
export function readShape(namespace: Namespace, document: unknown): Draft[] {
  const fields = fieldsOf(document, 'the document');
  return { mac: readMac, docman: readDocman, pwm: readPwm, cct: readCct }[namespace](fields);
}

function readMac(document: Fields): Draft[] {
  requireKeys(document, ['lexId', 'revision', 'agreement', 'audit'], 'the document');
  const master = fieldsOf(document['agreement'], 'agreement');
  const parties = readMacParties(master['parties']);
  const annexes = isAbsent(master['annexes']) ? [] : listOf(master['annexes'], 'annexes');
  const own = macDrafts(master, parties, readMacCrossDefault(master), readMacEnhancements(master, 'odd'));
  const children = annexes.flatMap((value) => {
    const annex = fieldsOf(value, 'an annex');
    const annexParties = isAbsent(annex['parties']) ? parties : readMacParties(annex['parties']);
    const crossDefault = readMacCrossDefault(isAbsent(annex['crossDefault']) ? master : annex);
    return macDrafts(annex, annexParties, crossDefault, readMacEnhancements(annex, 'N'));
  });
  return [...own, ...children];
}

interface MacParties {
  readonly recordsEntity: unknown;
  readonly counterparties: readonly { readonly id: unknown; readonly contact: Contact }[];
}

function readMacParties(value: unknown): MacParties {
  const parties = listOf(value, 'parties').map((party) => fieldsOf(party, 'a party'));
  for (const party of parties) requireKeys(party, ['role', 'legalName'], 'a party');
  const [recordsEntity, ...more] = parties.filter((party) => party['role'] === 'RECORDS_ENTITY');
  const counterparties = parties.filter((party) => party['role'] === 'COUNTERPARTY');
  if (recordsEntity === undefined || more.length > 0) throw new ShapeError('not exactly one RECORDS_ENTITY');
  if (counterparties.length === 0) throw new ShapeError('no COUNTERPARTY');
  return {
    recordsEntity: recordsEntity['entityId'],
    counterparties: counterparties.map((party) => ({ id: party['entityId'], contact: readNotices(party['notices']) })),
  };
}

function readNotices(value: unknown): Contact {
  if (isAbsent(value)) return NO_CONTACT;
  const { name, address, phone, email } = fieldsOf(value, 'notices');
  return { name, address, phone, email };
}

function readMacCrossDefault(fields: Fields): Draft['crossDefault'] {
  if (isAbsent(fields['crossDefault'])) return { flag: 'odd', ids: [] };
  const { applies, entityIds } = fieldsOf(fields['crossDefault'], 'crossDefault');
  return { flag: flagFromBoolean(applies), ids: isAbsent(entityIds) ? [] : listOf(entityIds, 'entityIds') };
}

type Enhancements = Pick<Draft, 'forRecordsEntity' | 'forCounterparty'>;

function readMacEnhancements(fields: Fields, whenAbsent: 'odd' | 'N'): Enhancements {
  const none = { ...NO_ENHANCEMENT, flag: whenAbsent };
  if (isAbsent(fields['creditEnhancement'])) return { forRecordsEntity: none, forCounterparty: none };
  const { forRecordsEntity, forCounterparty } = fieldsOf(fields['creditEnhancement'], 'creditEnhancement');
  const read = (value: unknown): Enhancement => {
    if (isAbsent(value)) return none;
    const { applies, providerId, agreementId } = fieldsOf(value, 'a credit enhancement');
    return { flag: flagFromBoolean(applies), provider: providerId, agreement: agreementId };
  };
  return { forRecordsEntity: read(forRecordsEntity), forCounterparty: read(forCounterparty) };
}

function macDrafts(
  agreement: Fields,
  parties: MacParties,
  crossDefault: Draft['crossDefault'],
  enhancements: Enhancements,
): Draft[] {
  return parties.counterparties.map(({ id, contact }) => ({
    id: agreement['agreementId'],
    name: agreement['form'],
    law: agreement['governingLaw'],
    contact,
    crossDefault,
    date: readDate(agreement['executedOn'], /^(\d{4})-(\d{2})-(\d{2})$/, (m) => [m[1]!, m[2]!, m[3]!]),
    recordsEntity: parties.recordsEntity,
    counterparty: id,
    obligor: agreement['underlyingObligorId'],
    ...enhancements,
  }));
}

function readDocman(document: Fields): Draft[] {
  requireKeys(document, ['doc_id', 'parent_ref', 'source_file', 'indexed_at'], 'the document');
  const given = (key: string): unknown => (document[key] === '' ? null : document[key]);
  const more = isAbsent(document['more_parties']) ? [] : listOf(document['more_parties'], 'more_parties');
  const counterparties = [given('party_2_id') ?? given('party_2'), ...more];
  const ids = given('cross_default_ids');
  const enhancement = (flag: string, provider: string, agreement: string): Enhancement => ({
    flag: flagFromLetter(given(flag)),
    provider: given(provider),
    agreement: given(agreement),
  });
  return counterparties.map((counterparty) => ({
    id: given('agreement_ref'),
    name: given('title'),
    law: given('law'),
    counterparty,
    obligor: null,
    date: readDate(given('dated'), /^(\d{2})\/(\d{2})\/(\d{4})$/, (m) => [m[3]!, m[1]!, m[2]!]),
    recordsEntity: given('party_1_id') ?? given('party_1'),
    crossDefault: { flag: flagFromLetter(given('cross_default')), ids: typeof ids === 'string' ? ids.split(',') : [] },
    forRecordsEntity: enhancement('guarantee_received', 'guarantee_received_from', 'guarantee_received_ref'),
    forCounterparty: enhancement('guarantee_given', 'guarantee_given_by', 'guarantee_given_ref'),
    contact: {
      name: given('notice_name'),
      address: given('notice_address'),
      phone: given('notice_phone'),
      email: given('notice_email'),
    },
  }));
}

function readPwm(document: Fields): Draft[] {
  requireKeys(document, ['id', 'client', 'bookedWith', 'agreements', 'lastContactAt'], 'the document');
  const client = fieldsOf(document['client'], 'client');
  const bookedWith = fieldsOf(document['bookedWith'], 'bookedWith');
  requireKeys(client, ['name'], 'client');
  requireKeys(bookedWith, ['name'], 'bookedWith');
  const contact = readPwmContact(client['contact']);
  return listOf(document['agreements'], 'agreements').map((value) => {
    const agreement = fieldsOf(value, 'an agreement');
    requireKeys(agreement, ['parentRef'], 'an agreement');
    return {
      id: agreement['ref'],
      name: agreement['name'],
      date: readEpoch(agreement['signed']),
      law: agreement['law'],
      recordsEntity: bookedWith['lei'],
      counterparty: client['lei'] ?? client['number'],
      obligor: agreement['obligor'],
      crossDefault: readPwmCrossDefault(agreement['crossDefault']),
      ...readSupport(agreement['support']),
      contact,
    };
  });
}

function readPwmContact(value: unknown): Contact {
  if (isAbsent(value)) return NO_CONTACT;
  const { to, lines, tel, mail } = fieldsOf(value, 'contact');
  return { name: to, address: isAbsent(lines) ? null : listOf(lines, 'lines').join(', '), phone: tel, email: mail };
}

function readPwmCrossDefault(value: unknown): Draft['crossDefault'] {
  if (isAbsent(value)) return { flag: 'N', ids: [] };
  const { flag, ids } = fieldsOf(value, 'crossDefault');
  return { flag: flagFromLetter(flag), ids: isAbsent(ids) ? [] : listOf(ids, 'ids') };
}

function readSupport(value: unknown): Enhancements {
  const support = isAbsent(value) ? [] : listOf(value, 'support').map((one) => fieldsOf(one, 'support'));
  const read = (benefit: string): Enhancement => {
    const [one, ...more] = support.filter((each) => each['benefit'] === benefit);
    if (more.length > 0) throw new ShapeError(`two supports for ${benefit}`);
    return one === undefined ? NO_ENHANCEMENT : { flag: 'Y', provider: one['provider'], agreement: one['ref'] };
  };
  return { forRecordsEntity: read('US'), forCounterparty: read('CLIENT') };
}

function readEpoch(value: unknown): DraftDate {
  if (isAbsent(value)) return { is: 'absent' };
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { is: 'unreadable' };
  return { is: 'day', iso: new Date(value).toISOString().slice(0, 10) };
}

function readCct(document: Fields): Draft[] {
  requireKeys(document, ['k', 'v', 'ag', 'ts'], 'the document');
  const counterparties = listOf(document['cp'], 'cp');
  const ids = listOf(document['xd'], 'xd');
  const { re, cp } = fieldsOf(document['ce'], 'ce');
  const [name, address, phone, email] = isAbsent(document['nt']) ? [] : listOf(document['nt'], 'nt');
  const shared = {
    recordsEntity: document['le'],
    crossDefault: { flag: ids.length > 0 ? ('Y' as const) : ('N' as const), ids },
    contact: { name, address, phone, email },
  };
  const drafts = (agreement: Fields, enhancements: Enhancements): Draft[] =>
    counterparties.map((counterparty) => ({
      ...shared,
      ...enhancements,
      counterparty,
      id: agreement['id'],
      name: agreement['nm'],
      law: agreement['lw'],
      date: readNumberDate(agreement['dt']),
      obligor: agreement['ob'],
    }));
  const master = drafts(fieldsOf(document['ag'], 'ag'), { forRecordsEntity: readCe(re), forCounterparty: readCe(cp) });
  const none = { forRecordsEntity: NO_ENHANCEMENT, forCounterparty: NO_ENHANCEMENT };
  return [...master, ...listOf(document['ch'], 'ch').flatMap((child) => drafts(fieldsOf(child, 'a child'), none))];
}

function readCe(value: unknown): Enhancement {
  if (isAbsent(value)) return NO_ENHANCEMENT;
  const { p, d } = fieldsOf(value, 'a credit enhancement');
  return { flag: 'Y', provider: p, agreement: d };
}

function readNumberDate(value: unknown): DraftDate {
  if (isAbsent(value)) return { is: 'absent' };
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value));
  if (typeof value !== 'number' || match === null) return { is: 'unreadable' };
  return dayOf(match[1]!, match[2]!, match[3]!);
}

function readDate(value: unknown, form: RegExp, parts: (m: RegExpExecArray) => [string, string, string]): DraftDate {
  if (isAbsent(value)) return { is: 'absent' };
  const match = typeof value === 'string' ? form.exec(value.trim()) : null;
  return match === null ? { is: 'unreadable' } : dayOf(...parts(match));
}
