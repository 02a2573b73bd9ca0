import { RULES } from '../../agreements/table-a3/rules.ts';
import type { Severity } from '../../agreements/transformed.ts';
import type { TableFinding } from '../../publish/published.ts';

export interface FindingsTally {
  readonly rule: string;
  readonly field: string;
  readonly severity: Severity;
  /** What holds where the rule is kept; empty of a rule that the catalogue does not have. */
  readonly checks: string;
  readonly findings: number;
  /** Rows concerned, over all findings. */
  readonly rows: number;
  /** The first ones. */
  readonly first: readonly TableFinding[];
}

/** By rule, ascending, in the memory of `perRule` findings a rule, at least 1. */
export async function tallyFindings(
  findings: AsyncIterable<TableFinding>,
  perRule: number,
): Promise<readonly FindingsTally[]> {
  const rules = new Map<string, { findings: number; rows: number; readonly first: TableFinding[] }>();
  for await (const finding of findings) {
    const tally = rules.get(finding.rule) ?? { findings: 0, rows: 0, first: [] };
    rules.set(finding.rule, tally);
    tally.findings += 1;
    tally.rows += finding.count;
    if (tally.first.length < perRule) tally.first.push(finding);
  }
  return [...rules.values()].map((tally) => ({ ...describeRule(tally.first[0]!), ...tally }));
}

/** What the findings of a rule have in common. */
export function describeRule({
  rule: id,
  field,
  severity,
}: TableFinding): Pick<FindingsTally, 'rule' | 'field' | 'severity' | 'checks'> {
  const rule = RULES.find((one) => one.id === id);
  return { rule: id, field, severity: severity ?? rule?.severity ?? 'error', checks: rule?.checks ?? '' };
}
