import type { TableFinding } from '../../publish/published.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import type { FindingsTally } from './tally-findings.ts';

type Page = Pick<Terminal, 'paint' | 'width'>;

const COLUMNS: readonly Column[] = [
  { header: 'value', flexible: true },
  { header: 'rows', align: 'right' },
  { header: 'first of them', flexible: true },
];

export function renderFindings(
  { run, rule }: { readonly run: string; readonly rule: string | null },
  tallies: readonly FindingsTally[],
  page: Page,
): readonly string[] {
  const total = tallies.reduce((sum, { findings }) => sum + findings, 0);
  const only = rule === null ? '' : ` by ${rule}`;
  const head = wrap(harmless(`${plural(total, 'finding')}${only} on the table of ${run} as a whole.`), page.width);
  return [...head, ...tallies.flatMap((tally) => ['', ...block(tally, page)])];
}

function block(tally: FindingsTally, { paint, width }: Page): readonly string[] {
  const { rule, severity, checks, findings, rows, first } = tally;
  const title = harmless(rule);
  const counts = `${severity}, ${plural(findings, 'finding')}, ${plural(rows, 'row')}`;
  const [line = '', ...more] = wrap(harmless(`${counts}. ${checks}`), width, `${title}  `, '  ');
  const hasRows = first.some((finding) => finding.rows.length > 0);
  const told = hasRows
    ? renderTable(COLUMNS, first.map(cells), width, '  ')
    : first.flatMap(({ message }) => wrap(harmless(message), width, '  ', '    '));
  const others = findings - first.length;
  return [
    line.replace(title, paint('strong', title)),
    ...more,
    ...told,
    ...(others > 0 ? [`  and ${count(others)} more: --limit ${findings}`] : []),
  ];
}

function cells({ value, count: rows, rows: [first] }: TableFinding): readonly string[] {
  const where = first === undefined ? '' : `${first.namespace} ${first.lex_id}, A3.3 ${first['A3.3'] ?? '(none)'}`;
  return [value, count(rows), where];
}
