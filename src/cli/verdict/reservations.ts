import type { NamespaceCounts } from '../../job/contracts.ts';
import { documentsRead } from '../../job/gates.ts';
import { isUnread } from '../../publish/left-out.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { count, plural } from '../terminal/figures.ts';

/** Why a published table is not what Lex holds, in the order of weight; nothing for a table without reservations. */
export function reservations(report: RunReport): readonly string[] {
  const { query, query_gate: gate, publication } = report;
  const isBelow = gate?.accepted === true && !gate.passed;
  const unread = query.filter(isUnread).map(({ namespace }) => namespace);
  const partly = isBelow
    ? query.filter((counts) => documentsRead(counts) > 0 && documentsRead(counts) < (counts.total_docs ?? 0))
    : [];
  const held = query.reduce((sum, { removals_held }) => sum + removals_held, 0);
  const names = (some: typeof query) => some.map(({ namespace }) => namespace).join(', ');
  const found: string[] = [];
  for (const [origin, some] of byOrigin(unread, report)) found.push(`nothing was read of ${some}: ${origin}`);
  found.push(...leftOutReservations(report));
  const broken = query.filter(({ unreadable }) => unreadable > 0);
  found.push(...broken.map((counts) => unreadableText({ ...counts, listed: counts.total_docs_queried })));
  if (partly.length > 0) found.push(`not all was read of ${names(partly)}`);
  if (isBelow && unread.length + partly.length === 0) found.push('too little was read of Lex, and was accepted');
  if (held > 0 && publication !== null) found.push(`${plural(held, 'removal')} held back`);
  if (publication?.fill_gate?.accepted === true) {
    found.push(`${publication.fill_gate.field} is filled in far fewer rows than before, which was accepted`);
  }
  return found;
}

/** A sentence without its full stop. */
export function unreadableText({ namespace, unreadable, listed }: UnreadableCounts): string {
  return `${count(unreadable)} of ${plural(listed, 'line')} of ${namespace} could not be read`;
}

type UnreadableCounts = Pick<NamespaceCounts, 'namespace' | 'unreadable'> & { readonly listed: number };

/** Those of {@link reservations} that are about namespaces which the run did not name. */
export function leftOutReservations(report: RunReport): readonly string[] {
  const groups = byOrigin(report.publication?.left_out ?? [], report);
  return groups.map(([origin, some]) => `${origin}: ${some}, which the run left out`);
}

/** Namespaces by what their rows are, in the order of the first of each. */
function byOrigin(namespaces: readonly string[], report: RunReport): readonly (readonly [string, string])[] {
  const groups = Map.groupBy(namespaces, (namespace) => originOf(namespace, report));
  return [...groups].map(([origin, some]) => [origin, some.join(', ')]);
}

/** What a run carried over has a date, but where runs of before did not say it. */
function originOf(namespace: string, { base, publication }: RunReport): string {
  const carried = publication?.carried_over.find((one) => one.namespace === namespace);
  if (carried != null && carried.since !== null) return `carried over since ${carried.since}`;
  const before = /as_of=(\d{4}-\d{2}-\d{2})/.exec(base ?? '')?.[1];
  return before === undefined ? 'there is no earlier table to carry over' : `carried over from ${before}`;
}
