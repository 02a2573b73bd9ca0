import { MORE_FINDINGS } from '../../agreements/table-a3/findings.ts';
import { RULES } from '../../agreements/table-a3/rules.ts';
import type { RejectedItem, UnreadableRow } from './rejected-items.ts';

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
  readonly unreadable: UnreadableRow | null;
}

export interface RuleTally {
  readonly rule: string;
  /** `null`: about documents as a whole. */
  readonly field: string | null;
  /** What the rule's findings say, by the catalogue; of a rule that it does not have (yet, or any more), by the first finding. */
  readonly message: string;
  /** Documents that break the rule; one may break several. */
  readonly documents: number;
  readonly findings: number;
  /** The first ones. */
  readonly reasons: readonly Reason[];
  /** There are more than these. */
  readonly more: boolean;
}

export interface RejectedTally {
  /** Unreadable lines are none. */
  readonly documents: number;
  readonly unreadable: number;
  /** Documents with more findings than are kept of one: more was found in them than is told. */
  readonly cut_short: number;
  /** The most frequent first. */
  readonly rules: readonly RuleTally[];
}

interface Counted {
  readonly field: string | null;
  readonly message: string;
  documents: number;
  findings: number;
  readonly reasons: Reason[];
}

function wordsOf(id: string): { readonly field?: string | null; readonly message?: string } {
  const rule = RULES.find((one) => one.id === id);
  return rule === undefined ? {} : { field: rule.field, message: rule.message };
}

/** How many reasons are kept, and so how much memory is needed. */
export interface ReasonLimits {
  readonly perRule: number;
  /** Of all rules together, beyond the first {@link LEAST_PER_RULE} of each. */
  readonly inAll: number;
}

/** A rule whose documents come late still tells its first ones. */
const LEAST_PER_RULE = 10;

/** Counts rejects by rule. Warnings of a rejected document are no reasons. */
export async function tallyByRule(
  items: AsyncIterable<RejectedItem>,
  { perRule, inAll }: ReasonLimits,
): Promise<RejectedTally> {
  const rules = new Map<string, Counted>();
  const counts = { documents: 0, unreadable: 0, cut_short: 0 };
  let kept = 0;
  for await (const { namespace, lex_id, since, findings, unreadable } of items) {
    counts.documents += Number(unreadable === null);
    counts.unreadable += Number(unreadable !== null);
    counts.cut_short += Number(findings.some(({ rule }) => rule === MORE_FINDINGS));
    const errors = findings.filter(({ severity }) => severity === 'error');
    for (const { rule, agreement_id, field, value, message } of errors) {
      const tally = rules.get(rule) ?? { field, message, documents: 0, findings: 0, reasons: [] };
      rules.set(rule, tally);
      tally.findings += 1;
      if (tally.reasons.length >= perRule || (kept >= inAll && tally.reasons.length >= LEAST_PER_RULE)) continue;
      kept += 1;
      tally.reasons.push({ namespace, lex_id, agreement_id, field, value, message, since, unreadable });
    }
    for (const rule of new Set(errors.map((finding) => finding.rule))) rules.get(rule)!.documents += 1;
  }
  const sorted = [...rules].map(([rule, tally]) => ({
    rule,
    ...tally,
    ...wordsOf(rule),
    more: tally.findings > tally.reasons.length,
  }));
  return { ...counts, rules: sorted.toSorted((a, b) => b.documents - a.documents || (a.rule < b.rule ? -1 : 1)) };
}
