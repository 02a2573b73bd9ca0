/** Second phase of a document's transformation: looked up, every document rule applied. */
import type { AgreementRecord } from '../agreement-records.ts';
import { compareBytes } from '../byte-order.ts';
import { MAX_ASKED_TEXT } from '../look-up-items.ts';
import { entityKey, lawKey } from '../look-up-key.ts';
import type { TransformedDocument, TransformedRow } from '../transformed.ts';
import { Findings } from './findings.ts';
import { type LookUps, Uses } from './look-ups.ts';
import type { PreparedDocument } from './prepare.ts';
import { makeRecord, type RecordResult } from './record.ts';
import type { RuleSet } from './rules.ts';
import { cleanText, collapseBlanks, cutAt } from './text.ts';

/** Makes the records of a prepared document. Pure, and never throws, whatever document was prepared. */
export function finishDocument(prepared: PreparedDocument, lookUps: LookUps, rules: RuleSet): TransformedDocument {
  const findings = new Findings(rules);
  const unknown = new Map<string, string>();
  const allUses = new Uses();
  for (const { rule, message, field, value } of prepared.problems) {
    findings.addDocument(rule, message ?? undefined, field, value);
  }
  const seen = new Set<string>();
  const remembered = {
    clean: remember(cleanText),
    collapse: remember(collapseBlanks),
    lawKey: remember(lawKey),
    entityKey: remember(entityKey),
  };
  const rows = prepared.records.map((record): TransformedRow => {
    const uses = new Uses();
    const result = makeRecord(record, { lookUps, findings, uses, unknown, ...remembered });
    findRepetition(record, result, seen, findings);
    const used = uses.list();
    allUses.addAll(used);
    return { values: result.values, full_name: result.fullName, uses: used };
  });
  const valid = !findings.hasError;
  return {
    valid,
    rows: valid ? rows.sort(compareRows) : [],
    findings: findings.list(),
    uses: allUses.list(),
    unknown_entities: [...unknown].map(([entity_key, text]) => ({ entity_key, text: cutAt(text, MAX_ASKED_TEXT) })),
  };
}

function remember<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = work(text);
      known.set(text, result);
    }
    return result;
  };
}

/** Two records of a document may share A3.3 only when they differ in A3.6. */
function findRepetition(
  record: AgreementRecord,
  { values }: RecordResult,
  seen: Set<string>,
  findings: Findings,
): void {
  const id = values['A3.3'];
  if (id === null || values['A3.6'] === null) return;
  const key = JSON.stringify([id, entityKey(values['A3.6'])]);
  if (seen.has(key)) findings.add('A3.3-repeated', record.terms.agreementId, `${id} with ${values['A3.6']}`);
  seen.add(key);
}

function compareRows(a: TransformedRow, b: TransformedRow): number {
  return compareField(a, b, 'A3.2') || compareField(a, b, 'A3.3') || compareField(a, b, 'A3.6');
}

function compareField(a: TransformedRow, b: TransformedRow, field: 'A3.2' | 'A3.3' | 'A3.6'): number {
  return compareBytes(a.values[field] ?? '', b.values[field] ?? '');
}
