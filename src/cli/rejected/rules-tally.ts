import type { RejectedItem } from './rejected-items.ts';

/** One reason: where it was found. */
export interface Reason {
  readonly namespace: string;
  readonly lex_id: string | null;
  readonly agreement_id: string | null;
  readonly field: string | null;
  /** Masked where it holds contact details. */
  readonly value: string | null;
  readonly message: string;
  readonly since: string;
}

export interface RuleTally {
  readonly rule: string;
  /** Documents that break the rule; one may break several. */
  readonly documents: number;
  readonly findings: number;
  /** The first ones. */
  readonly reasons: readonly Reason[];
}

export interface RejectedTally {
  readonly documents: number;
  /** The most frequent first. */
  readonly rules: readonly RuleTally[];
}

/** Counts rejects by rule, in the memory of `perRule` reasons a rule. Warnings of a rejected document are no reasons. */
export async function tallyByRule(items: AsyncIterable<RejectedItem>, perRule: number): Promise<RejectedTally> {
  const rules = new Map<string, { documents: number; findings: number; readonly reasons: Reason[] }>();
  let documents = 0;
  for await (const { namespace, lex_id, since, findings } of items) {
    documents += 1;
    const errors = findings.filter(({ severity }) => severity === 'error');
    for (const { rule, agreement_id, field, value, message } of errors) {
      const tally = rules.get(rule) ?? { documents: 0, findings: 0, reasons: [] };
      rules.set(rule, tally);
      tally.findings += 1;
      if (tally.reasons.length < perRule) {
        tally.reasons.push({ namespace, lex_id, agreement_id, field, value, message, since });
      }
    }
    for (const rule of new Set(errors.map((finding) => finding.rule))) rules.get(rule)!.documents += 1;
  }
  const sorted = [...rules].map(([rule, tally]) => ({ rule, ...tally }));
  return { documents, rules: sorted.toSorted((a, b) => b.documents - a.documents || (a.rule < b.rule ? -1 : 1)) };
}
