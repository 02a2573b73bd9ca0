/** A document's story as people read it: what stands, what it is made of, then its time line, the oldest day first. */
import { ABSENT } from '../../agreements/look-up-items.ts';
import { MANDATORY_FIELDS, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import { MORE_FINDINGS } from '../../agreements/table-a3/findings.ts';
import { excerpt } from '../../agreements/table-a3/text.ts';
import type { RowDifference } from '../../publish/history/diff-days.ts';
import type { TextOfReject } from '../../publish/history/text-of-reject.ts';
import { deletedBy } from '../../publish/retention/deleted-texts.ts';
import { PROGRAM } from '../program-name.ts';
import { commandLines } from '../terminal/command-lines.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Paint } from '../terminal/paint.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import type { DocumentStory, StoryOrigin, StoryRow, StoryState } from './document-story.ts';
import type { ExplainedFinding } from './mending.ts';
import { renderTimeLine } from './render-time-line.ts';

export interface StoryHints {
  /** What further commands need to reach the same data. */
  readonly flags: string;
  readonly isQuiet: boolean;
  /** The command that carries out removals that were held back; `null`: none of the documents needs it. */
  readonly acceptRemoval?: string | null;
}

/** Rows, findings or uses that are shown; `--json` has all. */
export const MAX_SHOWN = 10;
/** Rows of one document that are shown with every field. */
const MAX_WHOLE_ROWS = 3;
/** Characters of a name; some lines of a screen. */
const MAX_NAME_SHOWN = 400;
const LABEL_WIDTH = 12;

export function renderStory(
  story: DocumentStory,
  hints: StoryHints,
  { paint, width, commandWidth }: Pick<Terminal, 'paint' | 'width' | 'commandWidth'>,
): readonly string[] {
  return [
    ...head(story, paint, width),
    ...rows(story, width),
    ...warnings(story, width),
    ...findingLines(story.rejected?.findings ?? [], width, '  '),
    ...origins(story, paint, width),
    '',
    ...renderTimeLine(story, paint, width),
    ...(hints.isQuiet ? [] : next(story, hints, commandWidth)),
  ];
}

const STATES: Readonly<Record<StoryState, readonly [icon: string, tone: 'good' | 'warning' | 'bad', words: string]>> = {
  published: ['✔', 'good', 'in the table'],
  stale: ['!', 'warning', 'in the table with older rows: the document is rejected'],
  rejected: ['✘', 'bad', 'NOT in the table: the document is rejected'],
  removed: ['✘', 'bad', 'NOT in the table: the document was removed from Lex'],
  unreadable: ['✘', 'bad', 'NOT in the table: the document could not be read'],
};

function head(
  { namespace, lex_id, state, as_of, newest_date, found_by, rejected, held }: DocumentStory,
  paint: Paint,
  width: number,
) {
  const [icon, tone, words] = STATES[state];
  const named = found_by === 'raw' ? ' It was found by its raw text, which names what was asked for.' : '';
  const since = rejected === null ? '' : ` since ${rejected.standing_since}`;
  const kept = held === null ? '' : ' Its removal was held back.';
  const late =
    as_of === newest_date ? '' : `, the table last published; the newest date, ${newest_date}, came before it`;
  const [first = '', ...more] = wrap(
    `${words}${since}, as of ${as_of}${late}.${kept}${named}`,
    width,
    `${icon} `,
    '  ',
  );
  return [
    ...wrap(harmless(`${namespace}/${lex_id}`), width).map((line) => paint('strong', line)),
    first.replace(words, (text) => paint(tone, text)),
    ...more,
  ];
}

/** A few rows with all that they say; of more the keys. */
function rows({ rows: found }: DocumentStory, width: number): readonly string[] {
  if (found.length === 0) return [];
  if (found.length <= MAX_WHOLE_ROWS) {
    return found.flatMap((row, i) => [
      ...(found.length === 1 ? [] : [...(i === 0 ? [] : ['']), `  row ${i + 1} of ${found.length}`]),
      ...values(row, width),
    ]);
  }
  const columns = [
    { header: 'A3.3', flexible: true },
    { header: 'A3.2', flexible: true },
    { header: 'A3.6', flexible: true },
  ];
  const cells = found
    .slice(0, MAX_SHOWN)
    .map(({ values }) => [values['A3.3'] ?? '', values['A3.2'] ?? '', values['A3.6'] ?? '']);
  const others = found.length > MAX_SHOWN ? [`  and ${count(found.length - MAX_SHOWN)} more rows`] : [];
  const shown = renderTable(columns, cells, width, '  ');
  return [...fact('rows', `${count(found.length)}: --json shows all fields`, width), ...shown, ...others, ''];
}

/** What has a value, and what every agreement should have; where a name was cut all of it. */
function values({ values, full_name }: StoryRow, width: number): readonly string[] {
  return ROW_FIELDS.flatMap((field) => {
    const value = values[field];
    if (value === null) return MANDATORY_FIELDS.has(field) ? fact(field, '— (nothing, though mandatory)', width) : [];
    const whole = field === 'A3.4' && full_name !== null ? fact('', wholeName(full_name), width) : [];
    return [...fact(field, value, width), ...whole];
  });
}

function wholeName(name: string): string {
  const shown = excerpt(name, MAX_NAME_SHOWN);
  return shown === name ? `cut; all of it: ${name}` : `cut; it begins: ${shown} (all of it: --json)`;
}

function warnings({ warnings: found }: DocumentStory, width: number): readonly string[] {
  const lines = (found ?? []).slice(0, MAX_SHOWN).flatMap(({ rule, message, value }, i) => {
    const quoted = value === null ? '' : ` Found ${JSON.stringify(value)}.`;
    return fact(i === 0 ? 'warning' : '', `${rule}: ${message}${quoted}`, width);
  });
  return [...lines, ...more(found?.length ?? 0, width)];
}

/** The key of a row, as the fields name it. */
export function rowName(row: Pick<RowDifference, 'A3.2' | 'A3.3' | 'A3.6'>): string {
  return `A3.3 ${row['A3.3'] ?? '-'}, A3.2 ${row['A3.2'] ?? '-'}, A3.6 ${row['A3.6'] ?? '-'}`;
}

/** What errors say, each rule once with what it found: a document may break one thousands of times. */
export function findingLines(findings: readonly ExplainedFinding[], width: number, indent: string): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const alike = Object.values(Object.groupBy(errors, ({ rule, message }) => `${rule} ${message}`));
  const lines = alike.slice(0, MAX_SHOWN).flatMap((group) => ruleLines(group ?? [], width, indent));
  // A warning of its own, which nobody would miss among thousands of errors.
  const notKept = findings.find(({ rule }) => rule === MORE_FINDINGS);
  const rest = notKept === undefined ? [] : wrap(harmless(notKept.message), width, indent, `${indent}  `);
  return [...lines, ...more(alike.length, width), ...rest];
}

function ruleLines(group: readonly ExplainedFinding[], width: number, indent: string): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { rule, field, message, checks, citation, mend } = first;
  const label = (text: string) => `${indent}  ${text.padEnd(6)}`;
  const told = (name: string, text: string) => wrap(harmless(text), width, label(name), label(''));
  const text = `${rule}${field === null ? '' : ` (${field})`}: ${message}${foundIn(group)}`;
  return [
    ...wrap(harmless(text), width, indent, `${indent}  `),
    ...(checks === null ? [] : told('rule', checks)),
    ...(citation === null ? [] : told('from', citation)),
    ...told('mend', mend),
  ];
}

function foundIn(group: readonly ExplainedFinding[]): string {
  const values = group.flatMap(({ value }) => (value === null ? [] : [JSON.stringify(value)]));
  if (values.length === 0) return '';
  const rest = values.length - MAX_SHOWN;
  const others = rest > 0 ? ` and ${count(rest)} more, see --json` : '';
  return ` Found ${values.slice(0, MAX_SHOWN).join(', ')}${others}.`;
}

/** Where older rows of a rejected document stand, both are told, each by itself. */
function origins(
  { row_origin, rejection_origin, rejected }: DocumentStory,
  paint: Paint,
  width: number,
): readonly string[] {
  const both = row_origin !== null && rejection_origin !== null;
  const title = (text: string) => (both ? ['', `  ${paint('quiet', text)}`] : []);
  return [
    ...(row_origin === null ? [] : [...title('the rows that stand'), ...origin(row_origin, 'made by', width)]),
    ...(rejection_origin === null
      ? []
      : [
          ...title('the document that is rejected'),
          ...origin(rejection_origin, 'rejected', width),
          ...textFact(rejected?.text ?? null, width),
        ]),
  ];
}

function textFact(text: TextOfReject | null, width: number): readonly string[] {
  if (text === null) return [];
  const { bytes, part, deleted } = text;
  const where = deleted === null ? `in ${part}` : deletedBy({ by: deleted.by, decided_at: deleted.at });
  return fact('raw text', `${plural(bytes, 'byte')}, ${where}`, width);
}

function origin(made: StoryOrigin, verb: 'made by' | 'rejected', width: number): readonly string[] {
  const { run, code_version, mapping_version, module, rules, content_hash, hash_scheme, left_out, uses } = made;
  const code = code_version === null ? '' : ` (lexdelta ${code_version})`;
  const without = left_out === null || left_out.length === 0 ? '' : `, without ${left_out.join(', ')}`;
  const hash = `${short(content_hash)}, SHA-256 of its canonical JSON${without} (scheme ${hash_scheme})`;
  return [
    ...fact(verb, (verb === 'rejected' ? 'by ' : '') + run + code, width),
    ...fact('mapping', `${mapping_version}: module version ${module}, rules ${rules}`, width),
    ...fact('document', hash, width),
    ...uses.slice(0, MAX_SHOWN).flatMap(({ table, key, version }, i) => {
      return fact(i === 0 ? 'rests on' : '', `${table} "${key}" ${versionWord(version)}`, width);
    }),
    ...more(uses.length, width),
  ];
}

export function versionWord(version: string): string {
  return version === ABSENT ? 'not there' : short(version);
}

/** Enough of a digest to tell two apart; `--json` has all of it. */
export function short(digest: string): string {
  return digest.slice(0, 8);
}

function more(all: number, width: number): readonly string[] {
  return all > MAX_SHOWN ? fact('', `and ${count(all - MAX_SHOWN)} more, see --json`, width) : [];
}

function fact(label: string, text: string, width: number): readonly string[] {
  return wrap(harmless(text), width, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH));
}

function next(
  { as_of, rejected, rejection_origin, held }: DocumentStory,
  { flags, acceptRemoval = null }: StoryHints,
  commandWidth: number,
): readonly string[] {
  const command = (label: string, text: string) =>
    commandLines(text, commandWidth, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH));
  // Where the day of its run is deleted, it stands among the rejected of the newest one.
  const run = rejection_origin?.code_version === null ? as_of : rejected?.run;
  const lines = [
    ...(run === undefined ? [] : command('look at', `${PROGRAM} rejected ${run}${flags}`)),
    ...(held !== 'too_many' || acceptRemoval === null ? [] : command('accept', acceptRemoval)),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
