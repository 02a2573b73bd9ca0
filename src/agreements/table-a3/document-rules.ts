/** Rules about documents as a whole. */
import type { Severity } from '../transformed.ts';
import type { Rule } from './rule.ts';

function documentRule<const I extends string>(
  id: I,
  checks: string,
  message: string,
  severity: Severity = 'error',
): Rule & { readonly id: I } {
  const from = { citation: 'Document shape of the namespace', basis: 'lex' } as const;
  return { id, scope: 'document', field: null, severity, isFixed: true, checks, message, ...from };
}

/** Messages of the first three findings say where, what was expected and what was found. */
export const DOCUMENT_RULES = [
  documentRule(
    'LEX-missing-key',
    'Every member that the shape needs is there.',
    'A member that the document must have is missing.',
  ),
  documentRule(
    'LEX-wrong-type',
    'Every member has the type of its shape.',
    'A member of the document has the wrong type.',
  ),
  documentRule(
    'LEX-unexpected-value',
    'Every member has a value that its shape allows.',
    'A member of the document has a value that its shape does not allow.',
  ),
  documentRule(
    'LEX-mapping-failed',
    'The mapping of the namespace can read the document.',
    'The mapping of the namespace could not read the document.',
  ),
  documentRule(
    'LEX-no-record',
    'The document makes a record: it has an agreement and a counterparty.',
    'The document makes no record: it has no agreement or no counterparty.',
  ),
  documentRule(
    'LEX-too-many-records',
    'The document makes at most 10,000 records.',
    'The document makes more than 10,000 records.',
  ),
  documentRule(
    'LEX-more-findings',
    'The document has at most 1,000 findings; more are not kept.',
    'There are more findings than the 1,000 that are kept of a document.',
    'warning',
  ),
];

export type DocumentRuleId = (typeof DOCUMENT_RULES)[number]['id'];
