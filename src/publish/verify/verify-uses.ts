/**
 * The uses of a shard are those of its rows and rejections. The file has them by look-up row, the rows by document: instead of
 * turning one into the other, which takes some 500 bytes a document, the digests of all pairs are added up on both sides.
 */
import { hash } from 'node:crypto';
import type { Use } from '../../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { compareUses } from '../collect-uses.ts';
import { comparePlaces } from '../place.ts';
import type { Place, Shard, UsesLine } from '../published.ts';
import type { Faults } from './faults.ts';
import { USES_LINE } from './line-shapes.ts';
import { type Line, parseLines, readLines } from './read-lines.ts';

const LANES = 8;
const LANE_BYTES = 4;

/** The sum of the digests of pairs, whatever their order; 256 bits. */
export class UsesSum {
  readonly #lanes = new Uint32Array(LANES);
  #pairs = 0;

  /** Once for each pair. */
  add({ table, key, version }: Use, { namespace, lex_id }: Place): void {
    const digest = hash('sha256', JSON.stringify([table, key, version, namespace, lex_id]), 'buffer');
    for (let i = 0; i < LANES; i += 1) this.#lanes[i]! += digest.readUInt32LE(i * LANE_BYTES);
    this.#pairs += 1;
  }

  /** What the rows, or the rejection, of one document use: several rows may use the same. */
  addDocument(place: Place, uses: readonly Use[]): void {
    const seen = new Set<string>();
    for (const use of uses) {
      const name = JSON.stringify([use.table, use.key, use.version]);
      if (!seen.has(name)) this.add(use, place);
      seen.add(name);
    }
  }

  get pairs(): number {
    return this.#pairs;
  }

  equals(other: UsesSum): boolean {
    return this.#pairs === other.#pairs && this.#lanes.every((lane, i) => lane === other.#lanes[i]);
  }
}

export async function verifyUses(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { uses: file }: Shard,
  expected: UsesSum,
  faults: Faults,
): Promise<void> {
  const found = new UsesSum();
  const told = faults.count('uses');
  const checks = { claim: 'uses', path: file.path, shape: USES_LINE, faults } as const;
  let last: Use | null = null;
  for await (const lines of parseLines<UsesLine>(readLines(a3, folder, file, faults), checks)) {
    for (const line of lines) {
      verifyOrder(line, last, file.path, faults);
      for (const place of line.value.lex_ids) found.add(line.value, place);
      last = line.value;
    }
  }
  if (faults.count('uses') > told || found.equals(expected)) return;
  const documents = `${found.pairs} pairs of a look-up row and a document`;
  const what = `names ${documents} where rows and rejections have ${expected.pairs}, or others`;
  faults.add('uses', file.path, null, what);
}

/** Look-up rows ascend, and for each its documents. */
function verifyOrder({ value, number }: Line<UsesLine>, last: Use | null, path: string, faults: Faults): void {
  if (last !== null && compareUses(last, value) >= 0) {
    faults.add('uses', path, number, 'does not come after the line above it, by table, key and version');
  }
  const { lex_ids: places } = value;
  if (places.length === 0) faults.add('uses', path, number, 'names no document');
  if (places.some((place, i) => i > 0 && comparePlaces(places[i - 1]!, place) >= 0)) {
    faults.add('uses', path, number, 'has documents that do not ascend');
  }
}
