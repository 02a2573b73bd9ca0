/** What a finding rests on, and what to do about it. */
import type { Rule } from '../../agreements/table-a3/rule.ts';
import { RULES } from '../../agreements/table-a3/rules.ts';
import type { Finding } from '../../agreements/transformed.ts';

export interface ExplainedFinding extends Finding {
  /** What the rule checks, and where it comes from; `null`: this version does not know the rule. */
  readonly checks: string | null;
  readonly citation: string | null;
  /** A sentence. */
  readonly mend: string;
}

const BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

export function explainFinding(finding: Finding): ExplainedFinding {
  const { checks = null, citation = null } = BY_ID.get(finding.rule) ?? {};
  return { ...finding, checks, citation, mend: mendOf(finding) };
}

function mendOf({ rule, field }: Finding): string {
  if (rule.startsWith('LEX-')) return 'Mend the document in Lex: the next run finds that it has changed.';
  if (field === 'A3.7' && rule.endsWith('-unknown')) {
    return 'Import the law (lexdelta laws import): the next run transforms the document again.';
  }
  if (rule.endsWith('-unknown')) {
    return (
      'Import the entity (lexdelta entities import) or have it looked up (lexdelta entities enrich): the next run ' +
      'transforms the document again.'
    );
  }
  if (rule === 'A3.9-too-long') {
    return (
      'Name fewer entities in Lex, or have the mapping of its namespace choose: A3.9 has room for 23 LEIs, and is never ' +
      'cut, since half a list would name fewer entities.'
    );
  }
  if (/-(not-in-|in-co-not-cp|lei)/.test(rule)) {
    return 'Mend the entity (lexdelta entities import), or the document in Lex: the next run transforms it again.';
  }
  return 'Mend the document in Lex; if it is right there, the mapping of its namespace.';
}
