/**
 * The catalogue of rules: what findings, `docs/rules.md`, tests and the data contract call by the same stable ids.
 * An id is permanent: retire it, never rename or reuse it.
 */
import { IMPORT_RULES } from '../imports/import-rules.ts';
import type { Severity } from '../transformed.ts';
import { DOCUMENT_RULES } from './document-rules.ts';
import { LINE_RULES } from './line-rules.ts';
import { RECORD_RULES } from './record-rules.ts';
import type { Rule } from './rule.ts';
import { TABLE_RULES } from './table-rules.ts';

/** The severity in force of every rule, by its id: plain data, so that it can be handed to a worker thread. */
export type RuleSet = Readonly<Record<string, Severity>>;

/** Every rule, ascending by id. */
export const RULES: readonly Rule[] = [
  ...LINE_RULES,
  ...DOCUMENT_RULES,
  ...RECORD_RULES,
  ...TABLE_RULES,
  ...IMPORT_RULES,
].sort((a, b) => (a.id < b.id ? -1 : 1));
