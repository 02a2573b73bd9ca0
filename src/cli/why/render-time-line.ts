import { compareBytes } from '../../agreements/byte-order.ts';
import type { HeldReason } from '../../job/contracts.ts';
import type { RowDifference } from '../../publish/history/diff-days.ts';
import type { EntityFields } from '../../publish/history/entity-rows.ts';
import type { DayEventKind, Reason } from '../../publish/history/explain-day.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Paint } from '../terminal/paint.ts';
import { wrap } from '../terminal/wrap.ts';
import type { DocumentStory } from './document-story.ts';
import { originWords } from './look-up-origins.ts';
import { findingLines, MAX_SHOWN, rowName, short, versionWord } from './render-story.ts';
import type { StoryEvent, TimeLineEntry } from './time-line.ts';

const INDENT = ' '.repeat(14);

export function renderTimeLine(
  { time_line, as_of, newest_date, rejected }: DocumentStory,
  paint: Paint,
  width: number,
): readonly string[] {
  // The findings that stand are told above.
  const standing = rejected?.run ?? null;
  const isQuiet = (date: string) => !time_line.some((entry) => entry.date === date && entry.type === 'event');
  const quiet = [...new Set([as_of, newest_date])].filter(isQuiet);
  const told = time_line
    .filter((entry) => !(quiet.includes(entry.date) && isRemark(entry)))
    .map((entry) => ({ date: entry.date, lines: renderEntry(entry, standing, paint, width) }));
  const remarks = (date: string) => time_line.filter(isRemark).filter((entry) => entry.date === date);
  const asBefore = quiet.map((date) => ({ date, lines: asItWas(date, remarks(date), paint, width) }));
  return [...told, ...asBefore].sort((a, b) => compareBytes(a.date, b.date)).flatMap(({ lines }) => lines);
}

type Remark = Exclude<TimeLineEntry, { readonly type: 'event' | 'no_table' | 'standing' }>;

function isRemark(entry: TimeLineEntry): entry is Remark {
  return entry.type !== 'event' && entry.type !== 'no_table' && entry.type !== 'standing';
}

function asItWas(as_of: string, remarks: readonly Remark[], paint: Paint, width: number): readonly string[] {
  const words = 'as it was';
  const text = [words, ...remarks.map(remarkWords)].join('; ');
  const [first = '', ...more] = wrap(harmless(text), width, `  ${as_of}  `, INDENT);
  return [first.replace(words, paint('quiet', words)), ...more];
}

function likeness(lines: number, alike: number): string {
  if (lines === 1) return 'looks like';
  return alike === 1 ? 'one of them looks like' : `${count(alike)} of them look like`;
}

function remarkWords(remark: Remark): string {
  switch (remark.type) {
    case 'not_read_whole':
      return 'its namespace was not read whole: a change in Lex may show later';
    case 'not_in_run':
      return 'its namespace was not part of the run: a change in Lex may show later';
    case 'unreadable_rows': {
      const { count: lines, alike, namespace } = remark;
      const were = `${plural(lines, 'line')} of ${namespace} ${lines === 1 ? 'was' : 'were'} unreadable that day`;
      return alike === 0 ? were : `${were}, and ${likeness(lines, alike)} this document`;
    }
    case 'removal_held':
      return `its removal was held back: ${heldWords(remark.reason, remark.namespace)}`;
    case 'removals_held': {
      const { count: held, namespace } = remark;
      const were = held === 1 ? 'was' : 'were';
      return `${plural(held, 'removal')} of ${namespace} ${were} held back that day: it may be among them`;
    }
  }
}

/** Why Lex does not list it any more, and it stays all the same. */
function heldWords(reason: HeldReason, namespace: string): string {
  switch (reason) {
    case 'too_many':
      return `Lex lists it no more, and more of ${namespace} at once than may be removed unasked`;
    case 'not_proven':
      return `Lex does not list it, and ${namespace} was not read whole`;
    case 'unanswered':
      return 'Lex does not list it, and did not answer when it was asked';
  }
}

const EVENTS: Readonly<Record<DayEventKind, readonly [tone: 'good' | 'warning' | 'bad' | 'quiet', words: string]>> = {
  first: ['quiet', 'stands already'],
  new: ['good', 'new'],
  changed: ['good', 'changed'],
  remade: ['quiet', 'transformed again, with the same rows'],
  rejected: ['bad', 'rejected'],
  rejected_again: ['bad', 'transformed again, and rejected again'],
  healed: ['good', 'healed: rejected before, valid now'],
  removed: ['bad', 'removed: Lex has it no more'],
  touched: ['quiet', 'touched: its stored bytes differ, its content does not'],
  unreadable: ['warning', 'unreadable in Lex that day: it keeps what it had'],
};

function renderEntry(entry: TimeLineEntry, standing: string | null, paint: Paint, width: number): readonly string[] {
  const line = (text: string) => wrap(harmless(text), width, `  ${entry.date}  `, INDENT);
  switch (entry.type) {
    case 'no_table': {
      const { from, to, days, deleted, last } = entry;
      const through = from === to ? '' : ` through ${to}`;
      if (deleted) return line(`deleted by retention${through} (${plural(days, 'business day')})`);
      const before = last === null ? 'there is none before' : `the last good one is as of ${last}`;
      return line(`no table${through} (${plural(days, 'business day')}): ${before}`);
    }
    case 'standing': {
      const { date, to, tables } = entry;
      return line(`still rejected${date === to ? '' : ` through ${to} (${plural(tables, 'table')})`}: as it was`);
    }
    case 'not_read_whole':
    case 'not_in_run':
    case 'removal_held':
    case 'removals_held':
      return line(remarkWords(entry));
    // A row that is never mended would stand on every day: only the newest says so, `--json` all.
    case 'unreadable_rows':
      return [];
    case 'event':
      return renderEvent((entry.made_by ?? entry.run) === standing ? { ...entry, findings: [] } : entry, paint, width);
  }
}

function renderEvent(entry: StoryEvent, paint: Paint, width: number): readonly string[] {
  const { date, made_by, since, event, rows, reasons, row_reasons, findings } = entry;
  const [tone, words] = EVENTS[event];
  const who = since === null || made_by === null ? '' : `, by ${made_by}`;
  const isWhole = rows.length > 0 && rows.every(({ change }) => change !== 'changed');
  const whole = isWhole ? ` (${wholeRows(rows)})` : '';
  const [first = '', ...more] = wrap(`${words}${whole}${whenWords(entry)}${who}`, width, `  ${date}  `, INDENT);
  // What was added stands above, unless it is there no more.
  const told = rows.every(({ change }) => change === 'added') ? [] : rows;
  const ofRows = JSON.stringify(row_reasons) === JSON.stringify(reasons) ? [] : row_reasons;
  return [
    first.replace(words, (text) => paint(tone, text)),
    ...more,
    ...told.slice(0, MAX_SHOWN).flatMap((row) => rowLines(row, told.length > 1, width)),
    ...(told.length > MAX_SHOWN ? [`${INDENT}and ${plural(told.length - MAX_SHOWN, 'more row')}, see --json`] : []),
    ...reasonLines('because', reasons, width),
    ...reasonLines('against the rows that stood', ofRows, width),
    ...findingLines(findings, width, INDENT),
  ];
}

function whenWords({ run, since, published_after, lost_base }: StoryEvent): string {
  if (lost_base !== null) return `: the table before, as of ${lost_base}, is not there any more, nor is an older one`;
  // On which of the deleted days is not known, only which run it was.
  if (since !== null) return ` since ${since}, the last table before that is kept`;
  return `, by ${run}${published_after === null ? '' : `, published after the table as of ${published_after}`}`;
}

function wholeRows(rows: readonly RowDifference[]): string {
  const added = rows.filter(({ change }) => change === 'added').length;
  const parts = [
    ...(added > 0 ? [`${plural(added, 'row')} added`] : []),
    ...(added < rows.length ? [`${plural(rows.length - added, 'row')} removed`] : []),
  ];
  return parts.join(', ');
}

function rowLines(row: RowDifference, isNamed: boolean, width: number): readonly string[] {
  const told = (text: string, indent = INDENT) => wrap(harmless(text), width, indent, `${indent}  `);
  if (row.change !== 'changed') return told(`row ${row.change}: ${rowName(row)}`);
  const fields = Object.entries(row.fields).map(([field, { from, to }]) => `${field}: ${shown(from)} -> ${shown(to)}`);
  const stale = row.stale === null ? [] : [row.stale.to === null ? 'current again' : `stale since ${row.stale.to}`];
  const indent = isNamed ? `${INDENT}  ` : INDENT;
  return [
    ...(isNamed ? told(`row ${rowName(row)}`) : []),
    ...[...fields, ...stale].flatMap((text) => told(text, indent)),
  ];
}

export function shown(value: string | null): string {
  return value === null ? 'nothing' : JSON.stringify(value);
}

function reasonLines(title: string, reasons: readonly Reason[], width: number): readonly string[] {
  return reasons.slice(0, MAX_SHOWN).flatMap((reason, i) => {
    const label = i === 0 ? `${title} ` : 'and ';
    const below = reason.kind === 'look_up' ? belowLookUp(reason) : [];
    return [
      ...wrap(harmless(label + reasonWords(reason)), width, INDENT, `${INDENT}  `),
      ...below.flatMap((text) => wrap(harmless(text), width, `${INDENT}  `, `${INDENT}    `)),
    ];
  });
}

function belowLookUp({ origin, fields }: Extract<Reason, { readonly kind: 'look_up' }>): readonly string[] {
  return [...entityFieldTexts(fields), ...(origin === undefined ? [] : [originWords(origin)])];
}

/** A line a field, the first ones. */
export function entityFieldTexts(fields: EntityFields = {}): readonly string[] {
  const all = Object.entries(fields).map(([name, { from, to }]) => `${name}: ${shown(from)} -> ${shown(to)}`);
  const more = all.length > MAX_SHOWN ? [`and ${plural(all.length - MAX_SHOWN, 'more field')}, see --json`] : [];
  return [...all.slice(0, MAX_SHOWN), ...more];
}

function reasonWords(reason: Reason): string {
  switch (reason.kind) {
    case 'document':
      return `the document is another: content ${short(reason.from)} -> ${short(reason.to)}`;
    case 'hash_scheme':
      return `its content hash is made in another way: scheme ${reason.from} -> ${reason.to}`;
    case 'mapping': {
      const parts = { module: "the namespace's mapping", rules: 'the rules in force', both: 'mapping and rules' };
      return `${parts[reason.part]} changed: ${reason.from} -> ${reason.to}`;
    }
    case 'look_up': {
      const { table, key, from, to } = reason;
      return `the look-up row ${table} "${key}" changed: ${versionWord(from)} -> ${versionWord(to)}`;
    }
    case 'same_basis':
      return 'it was asked for (replay), or its hash was not known: what it is made of is the same';
  }
}
