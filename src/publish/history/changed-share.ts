/** Whether a day's changed share is a jump: many documents that changed at once are more often a fault of Lex than news. Pure. */
import type { LookUpsServed, OutcomeCounts, ShareCause, ShareJump } from '../../job/contracts.ts';
import type { Manifest } from '../published.ts';

/** So many times the usual share. */
const JUMP_FACTOR = 5;
/** Less than this is no jump, whatever is usual: a tenth of a namespace's documents on a quiet day is a batch of renewals. */
const LEAST_SHARE = 0.02;
/** Nor is so few documents. */
const LEAST_DOCUMENTS = 10;
/** Days that usual is drawn from, at least and at most. */
const LEAST_DAYS = 3;
export const MOST_DAYS = 20;

type Counts = Pick<OutcomeCounts, 'new' | 'changed' | 'reprocessed'> & { readonly listed: number };

/** What is needed of a day, published or about to be. */
export interface ShareDay extends Pick<Manifest, 'mapping_versions' | 'replays_through'> {
  readonly date: string;
  readonly run: string;
  /** Nothing was published before, so everything was new. */
  readonly is_first: boolean;
  readonly look_ups: LookUpsServed | null;
  readonly namespaces: readonly (Counts & { readonly namespace: string })[];
}

export function shareDayOf(
  manifest: Pick<
    Manifest,
    'business_date' | 'run' | 'base' | 'mapping_versions' | 'look_ups' | 'replays_through' | 'query'
  >,
): ShareDay {
  const { business_date, run, base, mapping_versions, look_ups = null, replays_through, query } = manifest;
  const namespaces = query.map((counts) => ({ ...counts, listed: counts.total_docs_queried }));
  return { date: business_date, run, is_first: base === null, mapping_versions, look_ups, replays_through, namespaces };
}

/** New, changed and reprocessed of those listed, 0 to 1; 0 where nothing is listed. */
export function changedShare(counts: Counts): number {
  return counts.listed === 0 ? 0 : documentsOf(counts) / counts.listed;
}

function documentsOf({ new: added, changed, reprocessed }: Counts): number {
  return added + changed + reprocessed;
}

/**
 * Ascending by day, then in the order of its namespaces.
 * @param days the oldest first
 */
export function findShareJumps(days: readonly ShareDay[]): readonly ShareJump[] {
  const before = new Map<string, { readonly day: ShareDay; readonly shares: readonly number[] }>();
  return days.flatMap((day, i) =>
    day.namespaces.flatMap((counts) => {
      // All of a namespace is new on its first day, and nothing is told by one that was not read.
      if (day.is_first || counts.listed === 0 || counts.new === counts.listed) return [];
      const { namespace } = counts;
      const { day: last, shares } = before.get(namespace) ?? { day: null, shares: [] };
      before.set(namespace, { day, shares: [...shares, changedShare(counts)].slice(-MOST_DAYS) });
      if (last === null || shares.length < LEAST_DAYS || !isJump(counts, median(shares))) return [];
      const { new: added, changed, reprocessed } = counts;
      return {
        namespace,
        date: day.date,
        date_before: days[i - 1]!.date,
        run: day.run,
        documents: documentsOf(counts),
        new: added,
        changed,
        reprocessed,
        changed_share: changedShare(counts),
        usual_share: median(shares),
        causes: causesOf(namespace, counts, day, last),
      };
    }),
  );
}

function isJump(counts: Counts, usual: number): boolean {
  return changedShare(counts) >= Math.max(LEAST_SHARE, JUMP_FACTOR * usual) && documentsOf(counts) >= LEAST_DOCUMENTS;
}

/** @param last the day on which the namespace was read before */
function causesOf(namespace: string, counts: Counts, day: ShareDay, last: ShareDay): readonly ShareCause[] {
  const causes: ShareCause[] = [];
  const hasMapping = day.mapping_versions[namespace] !== last.mapping_versions[namespace];
  if (hasMapping && counts.changed > 0) causes.push('mapping');
  const isReplayed = day.replays_through > last.replays_through;
  if (counts.reprocessed > 0) {
    // What a replay did not ask for rests on a look-up row of another version.
    if (!isReplayed || JSON.stringify(day.look_ups) !== JSON.stringify(last.look_ups)) causes.push('look-ups');
    if (isReplayed) causes.push('replay');
  }
  const ofLex = { ...counts, changed: hasMapping ? 0 : counts.changed, reprocessed: 0 };
  if (documentsOf(ofLex) > 0 && (causes.length === 0 || changedShare(ofLex) >= LEAST_SHARE)) causes.push('lex');
  return causes;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
