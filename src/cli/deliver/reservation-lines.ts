import type { PartlyRead, TableReservations } from '../../publish/delivery/table-reservations.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { wrap } from '../terminal/wrap.ts';
import { acceptanceText } from '../verdict/acceptance.ts';

const LABEL_WIDTH = 12;

/** What an examiner asks first; nothing where nothing is wanting. */
export function reservationLines(reservations: TableReservations, width: number): readonly string[] {
  const lines = [
    ['empty', emptyText(reservations)],
    ['stale', staleText(reservations)],
    ['left out', leftOutText(reservations)],
    ['unread', unreadableText(reservations)],
    ['held', heldText(reservations)],
    ['failed', failedText(reservations)],
    ...reservations.accepted.map((one) => ['accepted', acceptanceText(one).replace(/^accepted: /, '')] as const),
    ...reservations.not_whole.map((one) => ['not whole', notWholeText(one)] as const),
    ...reservations.carried_over.map((one) => ['not read', carriedText(one)] as const),
  ] as const;
  return lines.flatMap(([label, text]) =>
    text === null ? [] : wrap(harmless(text), width, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH)),
  );
}

function emptyText({ empty_mandatory: empty }: TableReservations): string | null {
  if (empty === null) return 'not known: the table was published before fields were counted';
  const parts = Object.entries(empty).map(([field, rows]) => `${field} in ${plural(rows, 'row')}`);
  return parts.length === 0 ? null : `${parts.join(', ')}: Table A-3 wants them of every agreement`;
}

function staleText({ stale_rows: rows }: TableReservations): string | null {
  if (rows === 0) return null;
  const stand = rows === 1 ? 'row stands as it was' : 'rows stand as they were';
  return `${count(rows)} ${stand} before the document was rejected`;
}

function leftOutText({ rejected_documents: documents, stale_rows }: TableReservations): string | null {
  if (documents === 0) return null;
  const all = `${plural(documents, 'document is', 'documents are')} rejected, and not in the table`;
  return stale_rows === 0 ? all : `${all} but for the stale rows`;
}

function unreadableText({ unreadable_lines: lines }: TableReservations): string | null {
  return lines === 0 ? null : `${plural(lines, 'line')} of Lex could not be read`;
}

function heldText({ removals_held: held }: TableReservations): string | null {
  if (held === 0) return null;
  const stay = held === 1 ? 'stays: its' : 'stay: their';
  return `${plural(held, 'document')} that Lex lists no more ${stay} removal was held back`;
}

function failedText({ not_transformed: failed }: TableReservations): string | null {
  if (failed === 0) return null;
  const are = failed === 1 ? 'is as it was' : 'are as they were';
  return `${plural(failed, 'document')} could not be transformed, and ${are} before`;
}

function notWholeText({ namespace, documents_read: read, total_docs: total }: PartlyRead): string {
  const what = total === null ? 'not all was read' : `${count(read)} of ${plural(total, 'document')} were read`;
  return `${namespace}: ${what}, the rest is as it was before`;
}

function carriedText({ namespace, since }: TableReservations['carried_over'][number]): string {
  return `${namespace}: its rows are ${since === null ? 'of an earlier table' : `those of ${since}`}`;
}
