import type { GateResult, ShareJump } from '../../job/contracts.ts';
import type { DayFigures, NamespaceFigures } from '../../publish/history/day-figures.ts';
import { PROGRAM } from '../program-name.ts';
import { count, duration, percent } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { unreadableText } from '../verdict/reservations.ts';
import { jumpCommand, jumpText } from '../verdict/share-jumps.ts';

/** Days that a spark line shows, the last ones. */
const SPARK_DAYS = 30;

const figure = (header: string): Column => ({ header, align: 'right' });

export interface Trends {
  /** By date, the oldest first. */
  readonly days: readonly DayFigures[];
  readonly jumps: readonly ShareJump[];
  /** Date of the table last published; `null`: none is. */
  readonly last_published: string | null;
}

/** What came of each day's documents, then of its table, then the namespaces, then what is unusual. */
export function renderTrends(
  { days, jumps, last_published }: Trends,
  { width, paint }: Pick<Terminal, 'width' | 'paint'>,
): readonly string[] {
  const documents = ['listed', 'new', 'changed', 'reprocessed', 'share', 'removed', 'rejected'].map(figure);
  const table = ['rows', 'stale', 'rejected now', 'findings', 'query', 'transform', 'took'].map(figure);
  return [
    ...renderTable([{ header: 'documents' }, ...documents], days.map(documentCells), width),
    '',
    ...renderTable([{ header: 'table' }, ...table], days.map(tableCells), width),
    '',
    ...renderTable(NAMESPACE_COLUMNS, namespaceCells(days), width),
    ...days.flatMap((day) => unreadableLines(day, width).map((line) => paint('warning', line))),
    ...jumps.flatMap((jump) => jumpLines(jump, width).map((line) => paint('warning', line))),
    ...lateLines(last_published, days.at(-1)?.date ?? null, width),
  ];
}

/** Where the date that was published last is not the newest one. */
function lateLines(last: string | null, newest: string | null, width: number): readonly string[] {
  if (last === null || newest === null || last === newest) return [];
  return ['', ...wrap(`The table last published is as of ${last}; the newest date is ${newest}.`, width)];
}

/** Of a date that was published twice each attempt has a line. */
function dayName({ date, attempt }: DayFigures): string {
  return attempt === 1 ? date : `${date} #${attempt}`;
}

function documentCells(day: DayFigures): readonly string[] {
  const { listed, new: added, changed, changed_share, reprocessed, removed, rejected } = day.total;
  const taken = [listed, added, changed, reprocessed].map(count);
  return [dayName(day), ...taken, percent(changed_share), count(removed), count(rejected)];
}

function tableCells(day: DayFigures): readonly string[] {
  const { rows, stale_rows, rejected_now, table_findings, gates, duration_ms } = day;
  return [
    dayName(day),
    ...[rows, stale_rows, rejected_now, table_findings].map(count),
    gateText(gates.query),
    gateText(gates.transformation),
    duration_ms === null ? '' : duration(duration_ms),
  ];
}

/** `!`: below its threshold, and accepted. Of nothing to check no share is told. */
function gateText({ ratio, passed, denominator }: GateResult): string {
  if (denominator === 0) return '—';
  return passed ? percent(ratio) : `! ${percent(ratio)}`;
}

const NAMESPACE_COLUMNS: readonly Column[] = [
  { header: 'namespace', flexible: true },
  figure('listed'),
  figure('share'),
  { header: 'changed share, day by day' },
];

/** Those of the newest day that has them; a day that everything was new on would make all others look like nothing. */
function namespaceCells(days: readonly DayFigures[]): readonly (readonly string[])[] {
  const names = [...new Set(days.flatMap(({ namespaces }) => namespaces.map(({ namespace }) => namespace)))].sort();
  return names.map((name) => {
    const found = days.slice(-SPARK_DAYS).map((day) => {
      const figures = day.namespaces.find(({ namespace }) => namespace === name);
      return figures === undefined || day.is_first ? null : figures;
    });
    const last = days.findLast((day) => day.namespaces.some(({ namespace }) => namespace === name));
    const now = last?.namespaces.find(({ namespace }) => namespace === name) as NamespaceFigures;
    const shares = found.map((figures) => figures?.changed_share ?? null);
    return [name, count(now.listed), percent(now.changed_share), sparkline(shares)];
  });
}

/** What the figures of a day say nothing of. */
function unreadableLines(day: DayFigures, width: number): readonly string[] {
  const texts = day.namespaces.filter(({ unreadable }) => unreadable > 0).map(unreadableText);
  if (texts.length === 0) return [];
  const text = `${dayName(day)}: ${texts.join('; ')}. See: ${PROGRAM} rejected ${day.run} --unreadable`;
  return wrap(harmless(text), width, '! ', '  ');
}

function jumpLines(jump: ShareJump, width: number): readonly string[] {
  const look = jumpCommand([jump], '');
  return wrap(`${jump.date}: ${jumpText(jump)}${look === null ? '' : ` See: ${look}`}`, width, '! ', '  ');
}
