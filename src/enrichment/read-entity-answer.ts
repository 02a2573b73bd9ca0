/** What an entity service says, checked member by member as if it were a line of a master table: it may say anything. */
import { MASTER_COLUMNS } from '../agreements/imports/master-columns.ts';
import type { EntityRole } from '../agreements/look-up-items.ts';
import { entityKey } from '../agreements/look-up-key.ts';
import { isLei, looksLikeLei } from '../agreements/table-a3/lei.ts';
import { cleanText } from '../agreements/table-a3/text.ts';
import { PermanentError } from '../errors.ts';
import type { EntityAnswer, EntityQuestion } from './entity-authority.ts';

const ROLE_MEMBERS = { co: 'CO', cp: 'CP' } as const satisfies Record<string, EntityRole>;

/**
 * Members that nobody knows are passed over, as an import passes over columns.
 * @throws PermanentError `ENTITY_ANSWER_INVALID`: names the member and what was expected, and nothing of its contents
 */
export function readEntityAnswer(value: unknown, question: EntityQuestion): EntityAnswer {
  const answer = objectOf(value, 'The answer');
  const entity_id = readIdentifier(answer['entity_id'], question);
  const roles: EntityRole[] = [];
  const fields: Record<string, string> = {};
  for (const [member, role] of Object.entries(ROLE_MEMBERS)) {
    const columns = answer[member] ?? null;
    if (columns === null) continue;
    roles.push(role);
    readColumns(objectOf(columns, `\`${member}\``), member, role, fields);
  }
  const lei_status = readStatus(answer['lei_status']);
  return { entity_id, roles, fields, ...(lei_status === null ? {} : { lei_status }) };
}

function readIdentifier(value: unknown, question: EntityQuestion): string {
  const { text, replaced } = cleanText(textOf(value, '`entity_id`'));
  if (text === '' || replaced) throw invalid('`entity_id` is empty or holds `~` or a control character');
  const problem = problemIn(MASTER_COLUMNS.CO[0]!, text);
  if (problem !== null) throw invalid(`\`entity_id\`: ${problem}`);
  if (looksLikeLei(text) && !isLei(text)) throw invalid('`entity_id` has the form of an LEI with wrong check digits');
  // One LEI never stands for another: documents would change their counterparty without a word.
  const asked = question.text.trim();
  if (
    isLei(asked) &&
    isLei(text) &&
    entityKey(text) !== question.entity_key &&
    entityKey(asked) === question.entity_key
  ) {
    throw invalid('`entity_id` is another LEI than the one that was asked about');
  }
  return text;
}

function readColumns(
  given: Readonly<Record<string, unknown>>,
  member: string,
  role: EntityRole,
  fields: Record<string, string>,
): void {
  for (const column of MASTER_COLUMNS[role].slice(1)) {
    const value = Object.hasOwn(given, column.field) ? given[column.field] : null;
    if (value === null) continue;
    const { text } = cleanText(textOf(value, `\`${member}\` \`${column.field}\``));
    if (text === '') continue;
    const problem = problemIn(column, text);
    if (problem !== null) throw invalid(`\`${member}\` \`${column.field}\`: ${problem}`);
    fields[column.field] = text;
  }
}

function problemIn({ check }: (typeof MASTER_COLUMNS)['CO'][number], text: string): string | null {
  return check.isRight(text) ? null : check.reason.replace(/\.$/, '');
}

function readStatus(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && /^[A-Z_]{1,40}$/.test(value)) return value;
  throw invalid('`lei_status` is no status of GLEIF, such as `ISSUED` or `LAPSED`');
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(`${what} is no JSON object`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw invalid(`${what} is no text`);
}

function invalid(problem: string): PermanentError {
  return new PermanentError(
    'ENTITY_ANSWER_INVALID',
    `The entity service gave an answer that cannot be used: ${problem}.`,
  );
}
