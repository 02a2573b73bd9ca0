/** What is said of removals that a run held back. */
import type { HeldReason } from '../../job/contracts.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { plural } from '../terminal/figures.ts';
import { commandFact, fact, type VerdictOptions } from './layout.ts';

const WHY: Readonly<Record<HeldReason, string>> = {
  too_many: ', too many for one day. Check Lex; if they are right, accept them by the command below.',
  not_proven: ': its namespace was not read whole. The next run that reads all of it removes them.',
  unanswered: ': Lex did not answer when it was asked for them. The next run asks again.',
};

/**
 * A sentence or two for each namespace and reason. Of runs that did not list them all have one reason; of one that published
 * nothing it does not matter.
 */
export function heldWarnings({ query, publication }: RunReport): readonly string[] {
  const counted = query.map(({ namespace, removals_held: count }) => ({
    namespace,
    reason: 'too_many' as const,
    count,
  }));
  const groups = (publication?.held_removals?.groups ?? counted).filter(({ count }) => count > 0);
  return groups.map(({ namespace, reason, count }) => {
    return `${namespace}: ${plural(count, 'removal')} held back${publication === null ? '.' : WHY[reason]}`;
  });
}

/** Whether an operator's acceptance would carry some of them out. */
export function canBeAccepted({ query, publication }: RunReport): boolean {
  const listed = publication?.held_removals ?? null;
  if (listed !== null) return listed.groups.some(({ reason }) => reason === 'too_many');
  return query.some(({ removals_held }) => removals_held > 0);
}

/** The first of the documents, and how to see all; nothing where none was held back, or none is listed. */
export function heldDocuments({ run, publication }: RunReport, options: VerdictOptions): readonly string[] {
  const { groups = [], first = [] } = publication?.held_removals ?? {};
  if (first.length === 0) return [];
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const names = first.map(({ namespace, lex_id }) => `${namespace}/${lex_id}`).join(', ');
  if (total === first.length) return fact(options, 'held back', names);
  return [
    ...fact(options, 'held back', `${names}, …`),
    ...(options.isQuiet
      ? []
      : commandFact(options, 'all', `${PROGRAM} rejected ${run} --held-removals${options.flags}`)),
  ];
}
