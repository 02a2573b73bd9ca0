import { MAX_FINDINGS } from '../../agreements/table-a3/findings.ts';
import { deletedBy } from '../../publish/retention/deleted-texts.ts';
import type { TextsRecord } from '../../publish/retention/texts-record.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Reason, RejectedTally, RuleTally } from './rules-tally.ts';

export interface RejectedHead {
  readonly run: string;
  /** Else it is what the run itself rejected. */
  readonly isPublished: boolean;
  /** Of the raw texts of what is rejected; `null`: they are there. */
  readonly deletion: Pick<TextsRecord, 'by' | 'decided_at'> | null;
  /** What was asked for: `null` for all. */
  readonly rule: string | null;
  readonly namespace: string | null;
  readonly isUnreadableOnly: boolean;
}

type Page = Pick<Terminal, 'paint' | 'width'>;

/** Rule by rule, the most frequent first, and below each where it was found. */
export function renderRejected(head: RejectedHead, tally: RejectedTally, page: Page): readonly string[] {
  return [...headline(head, tally, page), ...tally.rules.flatMap((rule) => ['', ...ruleBlock(rule, page)])];
}

/** Rule by rule, the most frequent first, each with what it says and one example. */
export function renderByRule(head: RejectedHead, tally: RejectedTally, page: Page): readonly string[] {
  if (tally.rules.length === 0) return headline(head, tally, page);
  const cells = tally.rules.map(({ rule, field, documents, findings }) => [
    rule,
    field ?? '',
    count(documents),
    count(findings),
  ]);
  const [header = '', ...lines] = renderTable(RULE_COLUMNS, cells, page.width, '  ');
  const rows = tally.rules.flatMap((rule, i) => [
    (lines[i] ?? '').replace(harmless(rule.rule), page.paint('strong', harmless(rule.rule))),
    ...wrap(harmless(rule.message), page.width, '    '),
    ...exampleOf(rule, page),
  ]);
  return [...headline(head, tally, page), header, ...rows];
}

function headline(head: RejectedHead, tally: RejectedTally, { width }: Page): readonly string[] {
  const when = head.isPublished
    ? `rejected as of ${head.run}, standing ones included`
    : `rejected by ${head.run}, which published nothing`;
  const only = [
    ...(head.namespace === null ? [] : [`in ${head.namespace}`]),
    ...(head.rule === null ? [] : [`by ${head.rule}`]),
  ].join(', ');
  const texts = head.deletion === null ? '' : ` The raw texts were ${deletedBy(head.deletion)}.`;
  const text = `${whatOf(tally, head)} ${when}${only === '' ? '' : `: ${only}`}.${texts}${notKept(tally)}`;
  return wrap(harmless(text), width);
}

/** Apart, as the verdict of the run and its ledger have them. */
function whatOf({ documents: rejected, unreadable }: RejectedTally, { isUnreadableOnly }: RejectedHead): string {
  const documents = plural(rejected, 'document');
  const lines = plural(unreadable, 'unreadable line');
  if (isUnreadableOnly || (rejected === 0 && unreadable > 0)) return lines;
  return unreadable === 0 ? documents : `${documents} and ${lines}`;
}

function notKept({ cut_short }: RejectedTally): string {
  if (cut_short === 0) return '';
  const has = cut_short === 1 ? 'has' : 'have';
  return ` ${plural(cut_short, 'document')} ${has} more findings than the ${count(MAX_FINDINGS)} that are kept of one.`;
}

const RULE_COLUMNS: readonly Column[] = [
  { header: 'rule', flexible: true },
  { header: 'field' },
  { header: 'documents', align: 'right' },
  { header: 'findings', align: 'right' },
];

function exampleOf({ reasons, message }: RuleTally, { width }: Page): readonly string[] {
  const [first] = reasons;
  if (first === undefined) return [];
  const told = toldBy(first, message);
  const text = `${first.namespace} ${idOf(first)}${told === '' ? '' : `: ${told}`}`;
  return wrap(harmless(text), width, '    for example ', '      ');
}

/**
 * The value; where there is none, what the finding says beyond its rule: which member of the document, for example. Of an
 * unreadable line its size, and its place where it does not look like a document.
 */
function toldBy(reason: Reason, ofRule: string): string {
  const { value, message, unreadable } = reason;
  if (unreadable === null) return value ?? (message === ofRule ? '' : message);
  const size = sizeOf(reason, ofRule);
  return unreadable.looks_like === null ? `${placeOf(reason)}, ${size}` : size;
}

function placeOf({ unreadable }: Reason): string {
  const after = unreadable?.after ?? '';
  return after === '' ? 'before the first document' : `behind ${after}`;
}

function sizeOf({ message, unreadable }: Reason, ofRule: string): string {
  return `${plural(unreadable?.bytes ?? 0, 'byte')}${message === ofRule ? '' : `: ${message}`}`;
}

function idOf({ lex_id, unreadable }: Reason): string {
  const guess = unreadable?.looks_like ?? null;
  return lex_id ?? (guess === null ? '(no id)' : `looks like ${guess}`);
}

type Cells = readonly [columns: readonly Column[], rows: readonly (readonly string[])[]];

/** An id is asked for by others, so all else gives way to it. */
function documentTable({ message, reasons }: RuleTally): Cells {
  const columns: readonly Column[] = [
    { header: 'namespace', flexible: true },
    { header: 'lex id' },
    { header: 'field' },
    { header: 'value', flexible: true },
    { header: 'since' },
  ];
  const cells = reasons.map((reason) => [
    reason.namespace,
    idOf(reason),
    reason.field ?? '',
    toldBy(reason, message),
    reason.since,
  ]);
  return [columns, cells];
}

function lineTable({ message, reasons }: RuleTally): Cells {
  const columns: readonly Column[] = [
    { header: 'namespace', flexible: true },
    { header: 'line' },
    { header: 'size', flexible: true },
    { header: 'since' },
  ];
  const cells = reasons.map((reason) => [
    reason.namespace,
    reason.lex_id === null && (reason.unreadable?.looks_like ?? null) === null ? placeOf(reason) : idOf(reason),
    sizeOf(reason, message),
    reason.since,
  ]);
  return [columns, cells];
}

function ruleBlock(tally: RuleTally, { paint, width }: Page): readonly string[] {
  const { rule, documents, findings, reasons } = tally;
  const title = harmless(rule);
  const isOfLines = (reasons[0]?.unreadable ?? null) !== null;
  const [columns, cells] = isOfLines ? lineTable(tally) : documentTable(tally);
  const unit = isOfLines ? 'line' : 'document';
  const text = `${plural(documents, unit)}. ${harmless(tally.message)}`;
  const [first = '', ...more] = wrap(text, width, `${title}  `, '  ');
  return [
    first.replace(title, paint('strong', title)),
    ...more,
    ...renderTable(columns, cells, width, '  '),
    ...(findings > reasons.length ? [`  and ${count(findings - reasons.length)} more: --limit ${findings}`] : []),
  ];
}
