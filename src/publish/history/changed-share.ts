/** Whether a day's changed share is a jump: many documents that changed at once are more often a fault of Lex than news. Pure. */
import type { DayFigures, NamespaceFigures } from './day-figures.ts';

/** So many times the usual share. */
const JUMP_FACTOR = 5;
/** Less than this is no jump, whatever is usual: a tenth of a namespace's documents on a quiet day is a batch of renewals. */
const LEAST_SHARE = 0.02;
/** Nor is so few documents. */
const LEAST_DOCUMENTS = 10;
/** Days that usual is drawn from, at least and at most. */
const LEAST_DAYS = 3;
const MOST_DAYS = 20;

export interface ShareJump {
  readonly date: string;
  /** Of the day that was published before. */
  readonly date_before: string;
  readonly run: string;
  readonly namespace: string;
  /** New and changed documents. */
  readonly documents: number;
  readonly changed_share: number;
  /** The median of the days before. */
  readonly usual_share: number;
}

/**
 * Ascending by day, then in the order of its namespaces.
 * @param days the oldest first
 */
export function findShareJumps(days: readonly DayFigures[]): readonly ShareJump[] {
  const before = new Map<string, number[]>();
  return days.flatMap((day, i) =>
    day.namespaces.flatMap((figures) => {
      const shares = before.get(figures.namespace) ?? [];
      before.set(figures.namespace, shares);
      // All of a namespace is new on its first day.
      if (day.is_first || figures.new === figures.listed) return [];
      const jump =
        shares.length >= LEAST_DAYS ? jumpOf(day, days[i - 1]!, figures, median(shares.slice(-MOST_DAYS))) : [];
      shares.push(figures.changed_share);
      return jump;
    }),
  );
}

function jumpOf(
  { date, run }: DayFigures,
  { date: date_before }: DayFigures,
  figures: NamespaceFigures,
  usual_share: number,
): readonly ShareJump[] {
  const { namespace, changed_share } = figures;
  const documents = figures.new + figures.changed;
  const isJump = changed_share >= Math.max(LEAST_SHARE, JUMP_FACTOR * usual_share) && documents >= LEAST_DOCUMENTS;
  return isJump ? [{ date, date_before, run, namespace, documents, changed_share, usual_share }] : [];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
