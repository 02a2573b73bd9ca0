import type { RowDifference } from '../../publish/history/diff-days.ts';
import type { MasterDifference } from '../../publish/history/diff-masters.ts';
import type { PublishedDay } from '../../publish/read-published.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { rowName } from '../why/render-story.ts';
import { entityFieldTexts, shown } from '../why/render-time-line.ts';
import type { MasterCounts } from './diff-masters-tally.ts';
import type { DiffCounts, DiffSummary } from './diff-tally.ts';

const figure = (header: string): Column => ({ header, align: 'right' });

/** A sentence or two. */
export function differencesLine(summary: DiffCounts, from: PublishedDay, to: PublishedDay): string {
  const { added, changed, removed, stale, current_again } = summary;
  const rows = `${plural(added, 'row')} added, ${count(changed)} changed, ${count(removed)} removed`;
  const turned = [
    ...(stale > 0 ? [`${count(stale)} turned stale`] : []),
    ...(current_again > 0 ? [`${count(current_again)} current again`] : []),
  ].join(', ');
  const ofChanged = turned === '' ? '' : ` Of the changed ones ${turned}.`;
  return `From ${from.manifest.business_date} to ${to.manifest.business_date}: ${rows}.${ofChanged}`;
}

/** @param summary with contact details masked */
export function renderDiff(
  summary: DiffSummary,
  from: PublishedDay,
  to: PublishedDay,
  { width, paint }: Pick<Terminal, 'width' | 'paint'>,
): readonly string[] {
  const { namespaces, fields, examples } = summary;
  const turned = summary.stale + summary.current_again > 0;
  const columns = ['added', 'changed', 'removed', ...(turned ? ['of them stale', 'current again'] : [])].map(figure);
  const cells = ({ added, changed, removed, stale, current_again }: DiffCounts) =>
    [added, changed, removed, ...(turned ? [stale, current_again] : [])].map(count);
  const lines = namespaces.map((one) => [one.namespace, ...cells(one)]);
  if (lines.length > 1) lines.push(['together', ...cells(summary)]);
  const sums = `${count(from.manifest.rows)} rows before, ${count(to.manifest.rows)} rows after`;
  const fieldLines = fields.map(({ field, rows }) => [field, count(rows)]);
  return [
    ...wrap(differencesLine(summary, from, to), width),
    ...wrap(sums, width, '  '),
    ...(lines.length === 0
      ? []
      : ['', ...renderTable([{ header: 'namespace', flexible: true }, ...columns], lines, width, '  ')]),
    ...(fieldLines.length === 0
      ? []
      : ['', ...renderTable([{ header: 'field' }, figure('rows that differ')], fieldLines, width, '  ')]),
    ...(examples.length === 0 ? [] : ['', `  ${paint('quiet', 'for example')}`]),
    ...examples.flatMap((one) => exampleLines(one, width)),
  ];
}

/** Nothing where neither table differs. @param masters `null`: not published with both days, or not asked for */
export function renderMasters(
  masters: readonly MasterCounts[] | null,
  { width, paint }: Pick<Terminal, 'width' | 'paint'>,
): readonly string[] {
  const differing = (masters ?? []).filter(({ added, changed, removed }) => added + changed + removed > 0);
  if (differing.length === 0) return [];
  const columns = ['added', 'changed', 'removed'].map(figure);
  const lines = differing.map(({ role, added, changed, removed }) => [role, ...[added, changed, removed].map(count)]);
  return [
    '',
    ...renderTable([{ header: 'master table' }, ...columns], lines, width, '  '),
    '',
    `  ${paint('quiet', 'for example')}`,
    ...differing.flatMap(({ examples }) => examples).flatMap((one) => masterLines(one, width)),
  ];
}

function masterLines({ change, role, entity_id, fields }: MasterDifference, width: number): readonly string[] {
  return [
    ...wrap(harmless(`${change} ${role}.2 ${entity_id}`), width, '  ', '    '),
    ...entityFieldTexts(fields).flatMap((text) => wrap(harmless(text), width, '    ', '      ')),
  ];
}

function exampleLines(row: RowDifference, width: number): readonly string[] {
  const fields = Object.entries(row.fields).map(([field, { from, to }]) => `${field}: ${shown(from)} -> ${shown(to)}`);
  const stale = row.stale === null ? [] : [row.stale.to === null ? 'current again' : `stale since ${row.stale.to}`];
  return [
    ...wrap(harmless(`${row.change} ${row.namespace}/${row.lex_id}: ${rowName(row)}`), width, '  ', '    '),
    ...[...fields, ...stale].flatMap((text) => wrap(harmless(text), width, '    ', '      ')),
  ];
}
