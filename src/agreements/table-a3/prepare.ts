/** First phase of a document's transformation: its records, and the keys of the look-up rows that they need. */

import type { CreditEnhancement, EntityReference } from '../agreement.ts';
import { type AgreementRecord, recordsOf } from '../agreement-records.ts';
import { entityKey, lawKey } from '../look-up-key.ts';
import type { NamespaceModule } from '../namespaces/namespace-module.ts';
import { findShapeProblems } from '../namespaces/shape.ts';
import type { DocumentRuleId } from './document-rules.ts';
import type { A3Field } from './fields.ts';
import { canFit, isLookedUp } from './look-ups.ts';

/** More than any real document by far; annexes times counterparties of a hostile one would fill the memory. */
export const MAX_RECORDS = 10_000;

export interface DocumentProblem {
  readonly rule: DocumentRuleId;
  readonly message: string | null;
  readonly field: A3Field | null;
  readonly value: string | null;
}

/** Plain data between the two phases. */
export interface PreparedDocument {
  /** Problems of the document as a whole; where there are any, there are no records. */
  readonly problems: readonly DocumentProblem[];
  readonly records: readonly AgreementRecord[];
  /** Keys to get from Entity, each once. An alias among the items leads to a second key: `aliasTargetKeys`. */
  readonly entityKeys: readonly string[];
  /** Keys to get from GoverningLaw, each once. */
  readonly lawKeys: readonly string[];
}

/** Checks the document against its shape and maps it. Never throws, whatever the document. */
export function prepareDocument(module: NamespaceModule, document: unknown): PreparedDocument {
  const problems: DocumentProblem[] = [...findShapeProblems(module.shape, document)];
  if (problems.length > 0) return refused(problems);
  const records = mapDocument(module, document, problems);
  if (records.length === 0 && problems.length === 0) problems.push(problem('LEX-no-record'));
  if (records.length > MAX_RECORDS) problems.push(problem('LEX-too-many-records'));
  if (problems.length > 0) return refused(problems);
  return { problems: [], records, ...keysOf(records) };
}

function refused(problems: readonly DocumentProblem[]): PreparedDocument {
  return { problems, records: [], entityKeys: [], lawKeys: [] };
}

function problem(rule: DocumentRuleId, message: string | null = null): DocumentProblem {
  return { rule, message, field: null, value: null };
}

function mapDocument(
  module: NamespaceModule,
  document: unknown,
  problems: DocumentProblem[],
): readonly AgreementRecord[] {
  const records: AgreementRecord[] = [];
  try {
    const agreements = module.toAgreements(document, (path, expected, found) => {
      problems.push(problem('LEX-unexpected-value', `\`${path}\`: expected ${expected}, found ${found}.`));
    });
    for (const record of recordsOf(agreements)) {
      records.push(record);
      if (records.length > MAX_RECORDS) break;
    }
  } catch {
    // A mapping's own message may quote the document, so it is not passed on.
    problems.push(problem('LEX-mapping-failed'));
  }
  return records;
}

function keysOf(records: readonly AgreementRecord[]): Pick<PreparedDocument, 'entityKeys' | 'lawKeys'> {
  const entities = new Set<string>();
  const laws = new Set<string>();
  for (const record of records) {
    for (const reference of referencesOf(record)) if (isLookedUp(reference)) entities.add(reference.text);
    laws.add(record.terms.governingLaw ?? '');
  }
  // Of a text of which nothing is left, no store has the key.
  const entityKeys = new Set([...entities].map(entityKey).filter((key) => key !== ''));
  const lawKeys = new Set([...laws].map(lawKey).filter((key) => key !== ''));
  return { entityKeys: [...entityKeys], lawKeys: [...lawKeys] };
}

/** All entities that the record needs; those beside an `N` are left out of it, so nobody looks for them. */
function referencesOf(record: AgreementRecord): readonly EntityReference[] {
  const { terms, crossDefault } = record;
  return [
    record.recordsEntity,
    record.counterparty,
    terms.underlyingObligor,
    ...(crossDefault.flag?.trim() === 'Y' && canFit(crossDefault) ? crossDefault.entities : []),
    providerOf(terms.forRecordsEntity),
    providerOf(terms.forCounterparty),
  ].filter((reference) => reference !== null);
}

function providerOf({ flag, provider }: CreditEnhancement): EntityReference | null {
  return flag?.trim() === 'Y' ? provider : null;
}
