/** What a rule is. The catalogue of all of them is `rules.ts`. */
import type { Severity } from '../transformed.ts';
import type { A3Field } from './fields.ts';

/**
 * What a rule looks at: a line as Lex sends it, a document, one A-3 record, the whole table at publication, or a line of a
 * master table that is imported.
 */
export type RuleScope = 'line' | 'document' | 'record' | 'table' | 'import';

/** For example `CO.12`. */
export type MasterField = `${'CO' | 'CP'}.${number}`;

export interface Rule {
  /** Permanent: retired, never renamed or reused. */
  readonly id: string;
  readonly scope: RuleScope;
  /** `null`: about a line, document or file as a whole. */
  readonly field: A3Field | MasterField | null;
  /** Default; configuration may say otherwise unless the rule is fixed. */
  readonly severity: Severity;
  readonly isFixed: boolean;
  /** What holds where the rule is kept: a sentence. */
  readonly checks: string;
  /** What a finding says; `{name}` stands for a number or a word that the finding fills in. */
  readonly message: string;
  /** Where the rule comes from: the field's place in the regulations, else the contract with Lex. */
  readonly citation: string;
  /** `letter`: the regulation's own words. `house`: drawn from a text that is silent or uneven. `lex`: of the contract with Lex. */
  readonly basis: 'letter' | 'house' | 'lex';
}

/** Both regulations number the fields alike; only 31 CFR 148 has CO.12. */
export function citationOf(field: A3Field | MasterField): string {
  const treasury = `31 CFR 148 App. A, ${field}`;
  return field === 'CO.12' ? treasury : `${treasury}; 12 CFR 371 App. B, ${field}`;
}

/** The message with its names filled in. */
export function fillMessage(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
