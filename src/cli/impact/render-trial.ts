import type { MappingTrial, TrialExample, TrialOutcomes } from '../../steps/trial/trial-tally.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

const OUTCOMES: Readonly<Record<keyof TrialOutcomes, string>> = {
  same: 'the same rows',
  differing: 'other rows',
  become_valid: 'become valid',
  become_rejected: 'become rejected',
  rejected_still: 'rejected as before',
};

const figure = (header: string): Column => ({ header, align: 'right' });

export function renderTrial(trial: MappingTrial, { width, paint }: Terminal): readonly string[] {
  const { namespace, mapping, documents, unreadable, outcomes, rows, fields, rules, examples } = trial;
  const versions = mapping.before === null ? mapping.after : `${mapping.before} against ${mapping.after}`;
  const left = unreadable === 0 ? '' : ` ${plural(unreadable, 'row')} could not be read.`;
  const tried = `${plural(documents, 'document')} tried, ${versions}.${left} Nothing was written.`;
  const [head = '', ...more] = wrap(tried, width, `${harmless(namespace)}  `, '  ');
  const outcomeCells = Object.entries(OUTCOMES).map(([key, label]) => [
    label,
    count(outcomes[key as keyof TrialOutcomes]),
  ]);
  const fieldCells = fields.map((one) => [one.field, count(one.documents)]);
  const ruleCells = rules
    .filter(({ before, after }) => before !== after)
    .map(({ rule, before, after }) => [rule, count(before), count(after)]);
  return [
    head.replace(namespace, paint('strong', namespace)),
    ...more,
    ...renderTable([{ header: 'they have' }, figure('documents')], outcomeCells, width, '  '),
    `  rows of valid documents: ${count(rows.before)} before, ${count(rows.after)} after`,
    ...(fieldCells.length === 0
      ? []
      : ['', ...renderTable([{ header: 'field that differs' }, figure('documents')], fieldCells, width, '  ')]),
    ...(ruleCells.length === 0
      ? []
      : ['', ...renderTable([{ header: 'rule' }, figure('rejects'), figure('would')], ruleCells, width, '  ')]),
    ...(examples.length === 0 ? [] : ['', ...examples.flatMap((example) => renderExample(example, width))]),
    '',
  ];
}

function renderExample({ lex_id, outcome, rows, rules }: TrialExample, width: number): readonly string[] {
  const why = rules.length === 0 ? '' : ` by ${rules.join(', ')}`;
  const title = wrap(harmless(`${lex_id}: ${OUTCOMES[outcome]}${why}`), width, '  ', '    ');
  const lines = rows.flatMap((row) => {
    const fields = Object.entries(row.fields);
    if (fields.length === 0)
      return [`${changeWord(row.change, outcome)} ${row['A3.3'] ?? '(no A3.3)'}, ${row['A3.6'] ?? '(no A3.6)'}`];
    return fields.map(([field, { from, to }]) => `${row['A3.3'] ?? ''} ${field}: ${shown(from)} -> ${shown(to)}`);
  });
  return [...title, ...lines.flatMap((line) => wrap(harmless(line.trim()), width, '    ', '      '))];
}

/** Rows of a document that is rejected are kept. */
function changeWord(change: string, outcome: TrialExample['outcome']): string {
  return outcome === 'become_rejected' && change === 'removed' ? 'would stand as stale:' : change;
}

function shown(value: string | null): string {
  return value === null ? 'nothing' : JSON.stringify(value);
}
