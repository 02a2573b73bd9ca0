import type { RunReport } from '../../runtime/run-report.ts';
import { plural } from '../terminal/figures.ts';

/** Why a published table is not what Lex holds, in the order of weight; nothing for a table without reservations. */
export function reservations(report: RunReport): readonly string[] {
  const { query, query_gate: gate, publication } = report;
  const isBelow = gate?.accepted === true && !gate.passed;
  const isUnread = (total: number | null, queried: number) => queried === 0 && total !== 0;
  const unread = query.filter(({ total_docs, total_docs_queried }) => isUnread(total_docs, total_docs_queried));
  const partly = isBelow
    ? query.filter(({ total_docs, total_docs_queried: read }) => read > 0 && read < (total_docs ?? 0))
    : [];
  const held = query.reduce((sum, { removals_held }) => sum + removals_held, 0);
  const names = (some: typeof query) => some.map(({ namespace }) => namespace).join(', ');
  const base = /as_of=(\d{4}-\d{2}-\d{2})/.exec(report.base ?? '')?.[1];
  const origin = base === undefined ? 'there is no earlier table to carry over' : `carried over from ${base}`;
  const leftOut = publication?.left_out ?? [];
  const found: string[] = [];
  if (unread.length > 0) found.push(`nothing was read of ${names(unread)}: ${origin}`);
  if (leftOut.length > 0) found.push(`${origin}: ${leftOut.join(', ')}, which the run left out`);
  if (partly.length > 0) found.push(`not all was read of ${names(partly)}`);
  if (isBelow && unread.length + partly.length === 0) found.push('too little was read of Lex, and was accepted');
  if (held > 0 && publication !== null) found.push(`${plural(held, 'removal')} held back`);
  if (publication?.fill_gate?.accepted === true) {
    found.push(`${publication.fill_gate.field} is filled in far fewer rows than before, which was accepted`);
  }
  return found;
}
