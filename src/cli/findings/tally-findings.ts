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

/** By rule, ascending, in the memory of `perRule` findings a rule. */
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
  return [...rules].map(([id, tally]) => {
    const rule = RULES.find((one) => one.id === id);
    const severity = tally.first[0]?.severity ?? rule?.severity ?? 'error';
    return { rule: id, field: tally.first[0]?.field ?? '', severity, checks: rule?.checks ?? '', ...tally };
  });
}
