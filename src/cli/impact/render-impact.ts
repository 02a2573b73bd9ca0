import type { Impact, ImpactCounts } from '../../publish/find-impact.ts';
import { count } from '../terminal/figures.ts';
import { type Column, renderTable } from '../terminal/table.ts';

const figure = (header: string): Column => ({ header, align: 'right' });

/** Documents by namespace, with their sum where there are several. */
export function impactTable(impact: Impact, width: number): readonly string[] {
  const hasRows = impact.rows !== null;
  const columns = [
    { header: 'namespace', flexible: true },
    figure('documents'),
    figure('published'),
    figure('rejected'),
    ...(hasRows ? [figure('rows')] : []),
  ];
  const cells = (name: string, { documents, published, rejected, rows }: ImpactCounts) => [
    name,
    count(documents),
    count(published),
    count(rejected),
    ...(rows === null ? [] : [count(rows)]),
  ];
  const lines = impact.namespaces.map((one) => cells(one.namespace, one));
  if (lines.length > 1) lines.push(cells('together', impact));
  return renderTable(columns, lines, width, '  ');
}
