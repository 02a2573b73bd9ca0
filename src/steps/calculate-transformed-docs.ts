/**
 * State `CalculateTotalTransformedDocs`: the transformation gate, from the first line of every slice's output. A missing
 * output is a failed slice. Reads only; works in turns, its sums travel in the cursor.
 */
import { PermanentError } from '../errors.ts';
import type {
  CalculateTransformedInput,
  CalculateTransformedOutput,
  GateResult,
  SliceCounts,
  TransformedCursor,
} from '../job/contracts.ts';
import { transformationGate } from '../job/gates.ts';
import { sliceOutputKey } from '../publish/attempt-files.ts';
import { parseSliceHeader } from '../publish/slice-list.ts';
import type { SliceHeader } from '../publish/slice-output.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { batchInfoKey, readBatchInfo } from './slices/delta-plan.ts';

/** First lines that are read at once. */
const PARALLEL_READS = 32;
/** Rules that the cause of a failed gate names. */
const NAMED_RULES = 3;
const RULE = 'rule ';

export interface CalculateTransformedDeps {
  readonly plans: Pick<ObjectStore, 'get'>;
  readonly a3: Pick<JobDailyA3Data, 'firstLine'>;
  /** Asked after every some slices. */
  readonly shouldStop: () => boolean;
}

/** @throws PermanentError `PLAN_INVALID`: the plan has other slices than were planned */
export async function calculateTransformedDocs(
  input: CalculateTransformedInput,
  deps: CalculateTransformedDeps,
): Promise<CalculateTransformedOutput> {
  const sums = new Sums(input.cursor);
  let seen = sums.get('seen');
  for (let batch = sums.get('batch'); seen < input.slices; batch += 1) {
    const info = await readBatchInfo(deps.plans, input.plan, batch);
    if (info === null) throw planEnded(input, seen, batch);
    const begun = batch === sums.get('batch') ? sums.get('slice') : 0;
    for (let slice = begun; slice < info.slices; slice += PARALLEL_READS) {
      const some = Array.from({ length: Math.min(PARALLEL_READS, info.slices - slice) }, (_, i) => slice + i);
      const keys = some.map((each) => sliceOutputKey(input, batch, each));
      const headers = await Promise.all(keys.map(async (key) => parseSliceHeader(await deps.a3.firstLine(key))));
      for (const header of headers) sums.add(header);
      seen += some.length;
      if (seen < input.slices && deps.shouldStop()) {
        const cursor = sums.cursor({ batch, slice: slice + some.length, seen });
        return { cursor, gate: null, counts: null, failed_slices: sums.get('failed_slices'), cause: null };
      }
    }
  }
  return resultOf(input, sums);
}

function planEnded(input: CalculateTransformedInput, seen: number, batch: number): PermanentError {
  const key = batchInfoKey(input.plan, batch);
  const what = `${input.slices} slices were planned, and only ${seen} are found before \`${key}\`, which is missing.`;
  return new PermanentError('PLAN_INVALID', what, { key });
}

function resultOf(input: CalculateTransformedInput, sums: Sums): CalculateTransformedOutput {
  const counts = sums.counts();
  const { docs_transformation_percentage_success: threshold, overrides } = input;
  // What stood rejected and still is has not become worse: one look-up of such documents would stop a quiet day.
  const planned = input.planned - counts.rejected_again;
  const gate = transformationGate({ valid: counts.valid, planned }, threshold, overrides);
  const failed_slices = sums.get('failed_slices');
  const lost = input.planned - counts.valid - counts.rejected;
  const cause = gate.passed ? null : causeOf(gate, counts, { documents: lost, slices: failed_slices }, sums.rules());
  return { cursor: null, gate, counts, failed_slices, cause };
}

/** Counts and causes in one sentence. */
function causeOf(
  gate: GateResult,
  counts: SliceCounts,
  lost: { readonly documents: number; readonly slices: number },
  rules: readonly (readonly [string, number])[],
): string {
  const head = `${gate.numerator} of ${gate.denominator} planned documents are valid, ${percent(gate.ratio)}, where ${percent(gate.threshold)} are needed`;
  const slices =
    lost.slices === 0 ? '' : `; ${lost.documents} documents of ${lost.slices} failed slices have no result`;
  const named = rules.slice(0, NAMED_RULES).map(([rule, documents]) => `${rule} (${documents})`);
  const refused = counts.rejected === 0 ? '' : `; ${counts.rejected} are rejected, most often by ${named.join(', ')}`;
  const again =
    counts.rejected_again === 0 ? '' : `; ${counts.rejected_again} of them were so before, and are left out`;
  return `${head}${refused}${again}${slices}.`;
}

/** Rounded down, so that a share just below the threshold never reads as the threshold. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** Sums by name, as the cursor carries them: some fixed ones, and one for each rule. */
class Sums {
  readonly #values: Map<string, number>;

  constructor(cursor: TransformedCursor | null) {
    this.#values = new Map(Object.entries(cursor ?? {}).map(([name, value]) => [name, Number(value)]));
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  /** `null`: a slice without output. */
  add(header: SliceHeader | null): void {
    if (header === null) {
      this.#increase('failed_slices', 1);
      return;
    }
    for (const [name, count] of Object.entries(header.counts)) this.#increase(name, count);
    for (const [rule, documents] of Object.entries(header.rules)) this.#increase(`${RULE}${rule}`, documents);
  }

  counts(): SliceCounts {
    return {
      planned: this.get('planned'),
      valid: this.get('valid'),
      rejected: this.get('rejected'),
      rejected_again: this.get('rejected_again'),
      rows: this.get('rows'),
      touched: this.get('touched'),
      removed: this.get('removed'),
      unreadable: this.get('unreadable'),
    };
  }

  /** Most frequent first. */
  rules(): readonly (readonly [string, number])[] {
    const rules = [...this.#values].filter(([name]) => name.startsWith(RULE));
    rules.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return rules.map(([name, documents]) => [name.slice(RULE.length), documents]);
  }

  cursor(place: { readonly batch: number; readonly slice: number; readonly seen: number }): TransformedCursor {
    return { ...Object.fromEntries(this.#values), ...place };
  }

  #increase(name: string, by: number): void {
    this.#values.set(name, this.get(name) + by);
  }
}
