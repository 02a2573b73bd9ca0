import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import type { RejectedTally, RuleTally } from './rules-tally.ts';

/** Rule by rule, the most frequent first; below each, unless only counts were asked for, where it was found. */
export function renderRejected(
  run: string,
  isPublished: boolean,
  tally: RejectedTally,
  { paint, width }: Pick<Terminal, 'paint' | 'width'>,
): readonly string[] {
  const when = isPublished
    ? `rejected as of ${run}, standing ones included`
    : `rejected by ${run}, which published nothing`;
  const head = wrap(`${plural(tally.documents, 'document')} ${when}.`, width);
  const isByRule = tally.rules.every(({ reasons }) => reasons.length === 0);
  if (tally.rules.length === 0) return head;
  if (isByRule) return [...head, ...renderTable(RULE_COLUMNS, tally.rules.map(ruleCells), width, '  ')];
  return [...head, ...tally.rules.flatMap((rule) => ['', ...ruleBlock(rule, paint, width)])];
}

const RULE_COLUMNS: readonly Column[] = [
  { header: 'rule', flexible: true },
  { header: 'documents', align: 'right' },
  { header: 'findings', align: 'right' },
];

function ruleCells({ rule, documents, findings }: RuleTally): readonly string[] {
  return [rule, count(documents), count(findings)];
}

function ruleBlock(tally: RuleTally, paint: Terminal['paint'], width: number): readonly string[] {
  const { rule, documents, findings, reasons } = tally;
  const title = harmless(rule);
  const columns: readonly Column[] = [
    { header: 'namespace', flexible: true },
    { header: 'lex id', flexible: true },
    { header: 'field' },
    { header: 'value', flexible: true },
    { header: 'since' },
  ];
  const cells = reasons.map(({ namespace, lex_id, field, value, since }) => [
    namespace,
    lex_id ?? '(unreadable)',
    field ?? '',
    value ?? '',
    since,
  ]);
  const [first = '', ...more] = wrap(`${plural(documents, 'document')}. ${message(tally)}`, width, `${title}  `, '  ');
  return [
    first.replace(title, paint('strong', title)),
    ...more,
    ...renderTable(columns, cells, width, '  '),
    ...(findings > reasons.length ? [`  and ${count(findings - reasons.length)} more: --limit ${findings}`] : []),
  ];
}

/** What the rule says, by its first finding. */
function message({ reasons }: RuleTally): string {
  return harmless(reasons[0]?.message ?? '');
}
