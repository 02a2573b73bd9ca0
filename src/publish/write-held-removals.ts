/**
 * The removals that a run held back, listed with its day: `held-removals.ndjson.gz`, ascending by place; no file where none was.
 * Gathered from the outputs of the slices that hold some, a line at a time.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { AttemptId, HeldReason, HeldSummary } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { HELD_REMOVALS_PATH, publishedFolder } from './attempt-files.ts';
import type { HeldRemoval, PublishedFile } from './published.ts';
import { PublishedFileWriter } from './published-file-writer.ts';
import type { SliceEntry } from './slice-list.ts';
import { SliceMerge, type SliceSpan } from './slice-merge.ts';

/** Documents that the run's report names. */
const MAX_NAMED = 10;

export interface WrittenHeldRemovals {
  readonly file: PublishedFile | null;
  readonly summary: HeldSummary;
}

/**
 * @param entries of the slices that the run publishes; those without such lines are passed over
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function writeHeldRemovals(
  id: AttemptId,
  entries: readonly SliceEntry[],
  a3: Pick<JobDailyA3Data, 'open' | 'putOnceStream'>,
): Promise<WrittenHeldRemovals> {
  const spans = entries.flatMap(spanOf);
  const tally = new Tally();
  if (spans.length === 0) return { file: null, summary: tally.summary };
  const file = new PublishedFileWriter(a3, publishedFolder(id), HELD_REMOVALS_PATH);
  try {
    for await (const held of heldIn(spans, a3)) {
      tally.add(held);
      const waiting = file.write(JSON.stringify(held));
      if (waiting !== undefined) await waiting;
    }
    return { file: await file.close(), summary: tally.summary };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

function spanOf({ key, header }: SliceEntry): readonly SliceSpan[] {
  const { namespace, first_id, last_id, held = 0 } = header;
  return held === 0 || first_id === null || last_id === null
    ? []
    : [{ key, namespace, first: first_id, last: last_id }];
}

async function* heldIn(spans: readonly SliceSpan[], a3: Pick<JobDailyA3Data, 'open'>): AsyncIterable<HeldRemoval> {
  const lines = new SliceMerge(spans, { after: null, through: null }, a3);
  try {
    for (await lines.advance(); lines.head !== null; await lines.advance()) {
      const { place, line } = lines.head;
      if (line.op !== 'held') continue;
      yield { namespace: place.namespace, lex_id: line.lex_id, reason: line.reason };
    }
  } finally {
    await lines.close();
  }
}

class Tally {
  readonly #counts = new Map<string, Map<HeldReason, number>>();
  readonly #first: HeldRemoval[] = [];

  add(held: HeldRemoval): void {
    const { namespace, reason } = held;
    const reasons = this.#counts.get(namespace) ?? new Map<HeldReason, number>();
    this.#counts.set(namespace, reasons);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (this.#first.length < MAX_NAMED) this.#first.push(held);
  }

  get summary(): HeldSummary {
    const groups = [...this.#counts].flatMap(([namespace, reasons]) => {
      const sorted = [...reasons].sort(([a], [b]) => compareBytes(a, b));
      return sorted.map(([reason, count]) => ({ namespace, reason, count }));
    });
    return { groups, first: this.#first.map(({ namespace, lex_id }) => ({ namespace, lex_id })) };
  }
}
