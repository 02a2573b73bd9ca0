/** lex.md section 4: from drafts to rows, or to the reasons why a document is rejected. */
import { type Contact, type Draft, type Enhancement, isAbsent, ShapeError } from './draft.ts';
import { isLei, looksLikeLei } from './lei.ts';
import type { LookUps, Role } from './look-ups.ts';
import { compareRows, type Field, type Row } from './row.ts';
import { type Namespace, readShape } from './shapes.ts';
import { cleanText, countCharacters, cutAt } from './text.ts';

/** A document's rows without their date (A3.1 is empty), or why it has none. */
export type Judgement =
  | { readonly valid: true; readonly rows: readonly Row[] }
  | { readonly valid: false; readonly reasons: readonly string[] };

/** @param text the document as Lex gives it */
export function judge(namespace: Namespace, text: string, lookUps: LookUps): Judgement {
  let drafts: Draft[];
  try {
    drafts = readShape(namespace, JSON.parse(text));
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return { valid: false, reasons: [error.message] };
    throw error;
  }
  const reasons: string[] = [];
  const rows = drafts.map((draft) => judgeDraft(draft, lookUps, (reason) => void reasons.push(reason)));
  const seen = new Set<string>();
  for (const row of rows) {
    const key = JSON.stringify([row['A3.3'], row['A3.6']]);
    if (seen.has(key)) reasons.push(`A3.3: ${row['A3.3']} twice for ${row['A3.6']}`);
    seen.add(key);
  }
  return reasons.length > 0 ? { valid: false, reasons } : { valid: true, rows: rows.toSorted(compareRows) };
}

type Refuse = (reason: string) => void;

function judgeDraft(draft: Draft, lookUps: LookUps, refuse: Refuse): Row {
  const entity = (field: Field, value: unknown, needed: Role | null): string | null =>
    judgeEntity(field, value, needed, lookUps, refuse);
  const crossDefault = judgeCrossDefault(draft, entity, refuse);
  const [provided, provider, agreement] = judgeEnhancement(
    draft.forRecordsEntity,
    ['A3.10', 'A3.11', 'A3.12'],
    entity,
    refuse,
  );
  const [given, giver, given3] = judgeEnhancement(
    draft.forCounterparty,
    ['A3.12.1', 'A3.12.2', 'A3.12.3'],
    entity,
    refuse,
  );
  const recordsEntity = entity('A3.2', draft.recordsEntity, 'CO');
  const counterparty = entity('A3.6', draft.counterparty, 'CP');
  if (recordsEntity === null) refuse('A3.2: absent');
  if (counterparty === null) refuse('A3.6: absent');
  return {
    'A3.1': null,
    'A3.2': recordsEntity,
    'A3.3': judgeId(draft.id, refuse),
    'A3.4': judgeName(draft.name, refuse),
    'A3.5': draft.date.is === 'day' ? draft.date.iso : refuseDate(draft, refuse),
    'A3.6': counterparty,
    'A3.6.1': entity('A3.6.1', draft.obligor, null),
    'A3.7': judgeLaw(draft.law, lookUps, refuse),
    'A3.8': crossDefault[0],
    'A3.9': crossDefault[1],
    'A3.10': provided,
    'A3.11': provider,
    'A3.12': agreement,
    'A3.12.1': given,
    'A3.12.2': giver,
    'A3.12.3': given3,
    ...judgeContact(draft.contact, refuse),
  };
}

function readText(field: Field, value: unknown, refuse: Refuse): string | null {
  if (isAbsent(value)) return null;
  if (typeof value !== 'string') {
    refuse(`${field}: no text`);
    return null;
  }
  return cleanText(value) || null;
}

function judgeId(value: unknown, refuse: Refuse): string | null {
  const id = readText('A3.3', value, refuse);
  if (id === null) refuse('A3.3: absent');
  else if (countCharacters(id) > 50) refuse('A3.3: over 50 characters');
  return id;
}

function judgeName(value: unknown, refuse: Refuse): string | null {
  const name = readText('A3.4', value, refuse)?.replace(/\s+/g, ' ') ?? null;
  if (name === null) refuse('A3.4: absent');
  return name === null ? null : cutAt(name, 50).trim();
}

function refuseDate(draft: Draft, refuse: Refuse): null {
  if (draft.date.is === 'unreadable') refuse('A3.5: no day of the calendar');
  return null;
}

function judgeLaw(value: unknown, lookUps: LookUps, refuse: Refuse): string | null {
  const law = readText('A3.7', value, refuse);
  return law === null ? null : (lookUps.findLaw(law) ?? cutAt(law, 50));
}

function judgeEntity(
  field: Field,
  value: unknown,
  needed: Role | null,
  lookUps: LookUps,
  refuse: Refuse,
): string | null {
  const text = readText(field, value, refuse);
  if (text === null) return null;
  if (looksLikeLei(text) && !isLei(text)) refuse(`${field}: ${text} has wrong check digits`);
  const entity = lookUps.findEntity(text);
  if (entity === null) {
    refuse(`${field}: ${text} is unknown`);
    return null;
  }
  if (looksLikeLei(entity.id) && !isLei(entity.id)) refuse(`${field}: ${entity.id} has wrong check digits`);
  // "Found in CO, not in CP" is a warning; the other way round is an error.
  if (needed === 'CO' && !entity.roles.has('CO')) refuse(`${field}: ${entity.id} is not in CO`);
  return entity.id;
}

type JudgeEntity = (field: Field, value: unknown, needed: Role | null) => string | null;

function judgeCrossDefault(draft: Draft, entity: JudgeEntity, refuse: Refuse): [string | null, string | null] {
  const { flag, ids } = draft.crossDefault;
  if (flag === 'odd') refuse('A3.8: neither Y nor N');
  if (flag !== 'Y') return [flag === 'N' ? 'N' : null, null];
  const found = ids.map((id) => entity('A3.9', id, null)).filter((id) => id !== null);
  const joined = found.join(',');
  if (ids.length === 0) refuse('A3.9: needed');
  if (countCharacters(joined) > 500) refuse('A3.9: over 500 characters');
  return ['Y', joined];
}

function judgeEnhancement(
  enhancement: Enhancement,
  fields: readonly [Field, Field, Field],
  entity: JudgeEntity,
  refuse: Refuse,
): [string | null, string | null, string | null] {
  const [flagField, providerField, agreementField] = fields;
  if (enhancement.flag === 'odd') refuse(`${flagField}: neither Y nor N`);
  if (enhancement.flag !== 'Y') return [enhancement.flag === 'N' ? 'N' : null, null, null];
  const provider = entity(providerField, enhancement.provider, 'CP');
  const agreement = readText(agreementField, enhancement.agreement, refuse);
  if (provider === null) refuse(`${providerField}: needed`);
  if (agreement === null) refuse(`${agreementField}: needed`);
  else if (countCharacters(agreement) > 50) refuse(`${agreementField}: over 50 characters`);
  return ['Y', provider, agreement];
}

type ContactFields = 'A3.13' | 'A3.14' | 'A3.15' | 'A3.16';

function judgeContact(contact: Contact, refuse: Refuse): Pick<Row, ContactFields> {
  const read = (field: ContactFields, value: unknown, characters: number): string | null => {
    const text = readText(field, value, refuse);
    if (text !== null && countCharacters(text) > characters) refuse(`${field}: over ${characters} characters`);
    return text;
  };
  return {
    'A3.13': read('A3.13', contact.name, 200),
    'A3.14': read('A3.14', contact.address, 100),
    'A3.15': read('A3.15', contact.phone, 50),
    'A3.16': read('A3.16', contact.email, 100),
  };
}
