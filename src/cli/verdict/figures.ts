import type { FillGate, GateResult } from '../../job/contracts.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { count, exactPercent, percent, plural, sharesApart } from '../terminal/figures.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import { fact, type VerdictOptions } from './layout.ts';
import { verdictOf } from './verdict-of.ts';

/** Listed, deltas, removed and rows, each as a sum that adds up. */
export function figures(report: RunReport, options: VerdictOptions): readonly string[] {
  const sum = (key: 'total_docs_queried' | 'planned' | 'removed' | (typeof OUTCOMES)[number][0]): number =>
    report.query.reduce((total, namespace) => total + namespace[key], 0);
  const outcomes = OUTCOMES.map(([key, word]) => [sum(key), word] as const);
  const lines = [...fact(options, 'listed', equation(sum('total_docs_queried'), outcomes))];
  const { transformation: done, publication } = report;
  if (done !== null) {
    const verb = verdictOf(report).startsWith('published') ? 'published' : 'valid';
    const missing = done.planned - done.valid - done.rejected;
    const parts = [
      [done.valid, verb],
      [done.rejected, 'rejected'],
      [missing, 'not transformed'],
    ] as const;
    const healing = done.rejected > 0 ? ' (they return when mended)' : '';
    lines.push(...fact(options, 'deltas', equation(done.planned, parts) + healing));
  } else {
    lines.push(...fact(options, 'deltas', count(sum('planned'))));
  }
  const removed = sum('removed');
  if (removed > 0 && verdictOf(report).startsWith('published'))
    lines.push(...fact(options, 'removed', `${plural(removed, 'document')} (proven)`));
  if (publication !== null && verdictOf(report).startsWith('published')) {
    const { rows, added, changed, stale, rejected } = publication;
    const before = rows - added + publication.removed;
    const sums = `${count(rows)} = ${count(before)} before + ${count(added)} added - ${count(publication.removed)} removed`;
    lines.push(
      ...fact(options, 'rows', sums),
      ...fact(options, '', `of them ${count(changed)} changed or turned stale, ${count(stale)} stale in all`),
    );
    const unread = sum('unreadable');
    const lost = unread === 0 ? '' : `, and ${plural(unread, 'unreadable line')} beside them`;
    lines.push(...fact(options, 'rejected', `${plural(rejected, 'document')} now, standing ones included${lost}`));
    lines.push(...tableFindings(publication, options));
  }
  return lines;
}

/** Rules that are named; the others are counted together. */
const NAMED_RULES = 4;

/** What only the whole table shows, the most frequent rule first. */
function tableFindings(
  { table_findings, findings_by_rule }: NonNullable<RunReport['publication']>,
  options: VerdictOptions,
): readonly string[] {
  if (table_findings === 0) return [];
  const rules = Object.entries(findings_by_rule).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const named = rules.slice(0, NAMED_RULES);
  const others = rules.slice(NAMED_RULES).reduce((sum, [, found]) => sum + found, 0);
  const parts = [...named, ...(others > 0 ? [['of other rules', others] as const] : [])];
  const width = Math.max(...parts.map(([, found]) => count(found).length));
  return [
    ...fact(options, 'findings', `${count(table_findings)} on the table as a whole`),
    ...parts.flatMap(([rule, found]) => fact(options, '', `${count(found).padStart(width)} ${rule}`)),
  ];
}

const OUTCOMES = [
  ['unchanged', 'unchanged'],
  ['new', 'new'],
  ['changed', 'changed'],
  ['reprocessed', 'reprocessed'],
  ['touched', 'touched'],
  ['standing', 'standing'],
  ['unreadable', 'unreadable'],
] as const;

function equation(total: number, parts: readonly (readonly [number, string])[]): string {
  const terms = parts.filter(([value]) => value > 0).map(([value, word]) => `${count(value)} ${word}`);
  return terms.length === 0 ? count(total) : `${count(total)} = ${terms.join(' + ')}`;
}

/**
 * The gates: documents read of those listed, documents valid of those to be transformed, and rows that have the field that is
 * nearest to its bound: another one day than the next, and far from all fields.
 */
export function gates(report: RunReport, options: VerdictOptions): readonly string[] {
  const lines = [
    ...gateText(
      'query    ',
      'read',
      report.query_gate,
      report.query.every(({ total_docs }) => total_docs !== null),
    ),
    ...gateText('transform', 'valid', report.transformation_gate, true),
    ...triedAgainText(report),
    ...fillGateText(report.publication?.fill_gate ?? null),
  ];
  return lines
    .flatMap((line, i) => fact(options, i === 0 ? 'gates' : '', line))
    .map((line) => paintState(line, options));
}

const PASSED = '✔ passed';
const BELOW = '✘ below';
const ACCEPTED = '! below, accepted';

/** @param isWhole whether the denominator is known: of a Lex that is away nobody knows how many documents it has */
function gateText(name: string, counted: string, gate: GateResult | null, isWhole: boolean): readonly string[] {
  if (gate === null) return [];
  const { numerator, denominator, ratio, threshold } = gate;
  if (isWhole && denominator === 0 && gate.passed) return [`${name} nothing to check  ${stateOf(gate)}`];
  const whole = isWhole ? count(denominator) : denominator === 0 ? '?' : `${count(denominator)} + ?`;
  const figure = `${count(numerator)}/${whole} ${counted} = ${percent(ratio)} (>= ${exactPercent(threshold)})`;
  return [`${name} ${figure}  ${stateOf(gate)}`];
}

/** They are among the rejected, and not among those that the gate looks at. */
function triedAgainText({ transformation, transformation_gate: gate }: RunReport): readonly string[] {
  const again = transformation?.rejected_again ?? 0;
  if (gate === null || again === 0) return [];
  return [`          ${count(again)} that stood rejected ${again === 1 ? 'was' : 'were'} tried again, not counted`];
}

/** Of all fields, the one that is closest to its bound: others may be emptier, and were before. */
function fillGateText(gate: FillGate | null): readonly string[] {
  if (gate === null) return [];
  const { field, numerator, denominator, ratio, threshold } = gate;
  const [share, bound] = sharesApart(ratio, threshold);
  const figure = `closest ${field}: ${count(numerator)}/${count(denominator)} = ${share}`;
  return [`fill      ${figure} (>= ${bound})  ${stateOf(gate)}`];
}

function stateOf({ accepted, passed }: GateResult): string {
  return glued(accepted ? ACCEPTED : passed ? PASSED : BELOW);
}

/** A line is never broken inside of it. */
function glued(state: string): string {
  return state.replaceAll(' ', '\u00a0');
}

/** After the lines were broken: colours take no room. */
function paintState(line: string, { paint }: VerdictOptions): string {
  return line
    .replace(glued(PASSED), paint('good', PASSED))
    .replace(glued(ACCEPTED), paint('warning', ACCEPTED))
    .replace(glued(BELOW), paint('bad', BELOW));
}

/** One line a namespace; outcomes that nowhere occurred are left out. */
export function namespaces(report: RunReport, { width }: VerdictOptions): readonly string[] {
  if (report.query.length === 0) return [];
  const shown = OUTCOMES.filter(([key]) => report.query.some((namespace) => namespace[key] > 0));
  const isRemoving = report.query.some((namespace) => namespace.removed > 0);
  const figure = (header: string): Column => ({ header, align: 'right' });
  const columns: Column[] = [
    { header: 'namespace', flexible: true },
    figure('listed'),
    ...shown.map(([, word]) => figure(word)),
    ...(isRemoving ? [figure('removed')] : []),
    { header: 'proven' },
  ];
  const rows = report.query.map((namespace) => [
    namespace.namespace,
    count(namespace.total_docs_queried),
    ...shown.map(([key]) => count(namespace[key])),
    ...(isRemoving ? [count(namespace.removed)] : []),
    namespace.complete && namespace.unreadable === 0 ? 'yes' : 'NO',
  ]);
  return ['', ...renderTable(columns, rows, width, '  '), ''];
}
