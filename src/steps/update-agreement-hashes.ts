/**
 * States `UpdateAgreementHashes` and `FinishHashes`.
 * Writes the fingerprints of a published attempt from its slice outputs: those that its lists name, and no others, so a
 * hash is never ahead of the table. Worker b takes outputs b, b + w, … in turns. Safe to run again: the last state of a
 * document is the same, and a stale run's changes are refused by the fence.
 */
import { addDays } from '../job/business-date.ts';
import type { HashesCursor, UpdateHashesInput, UpdateHashesOutput } from '../job/contracts.ts';
import { attemptOfManifest } from '../publish/attempt-files.ts';
import { loadManifest } from '../publish/manifest.ts';
import { readSliceLists, type SliceEntry } from '../publish/slice-list.ts';
import { readSliceLines } from '../publish/slice-merge.ts';
import type { SliceLine } from '../publish/slice-output.ts';
import type { AgreementHash, HashChange, HashWriter } from '../stores/agreement-hash.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';

/** Tombstones are kept this long, so that no run that is still alive could bring a document back. */
const TOMBSTONE_DAYS = 7;

export interface UpdateHashesDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open'>;
  readonly hashes: Pick<AgreementHash, 'apply' | 'changesPerCall' | 'sweepTombstones'>;
  /** Asked after every call of the store. */
  readonly shouldStop: () => boolean;
  /** Default: that of `slice-list.ts`. */
  readonly listEntries?: number;
}

/** Where a turn ended: so many lines of output `file` are done; `file` past the last one: the sweep. */
interface Place {
  readonly file: number;
  readonly line: number;
}

/** @throws PermanentError `STORE_CORRUPT`, `STORE_KEY_INVALID` */
export async function updateAgreementHashes(
  input: UpdateHashesInput,
  deps: UpdateHashesDeps,
): Promise<UpdateHashesOutput> {
  const id = attemptOfManifest(input.manifest);
  const turn = new HashTurn({ fence: input.fence, business_date: id.business_date }, deps);
  const start = placeOf(input.cursor);
  let file = 0;
  for await (const entry of readSliceLists(id, deps.a3, deps.listEntries)) {
    if (file >= start.file && file % input.batches === input.batch) {
      const stopped = await turn.writeFile(entry, file === start.file ? start.line : 0);
      if (stopped !== null) return turn.output(input.batch, { file, line: stopped });
    }
    file += 1;
  }
  if (input.batch === 0) {
    const { query } = await loadManifest(deps.a3, input.manifest);
    const namespaces = query.map(({ namespace }) => namespace);
    // `file` is now the number of outputs: a cursor with it finds its way here again.
    const swept = await turn.sweep(namespaces, start.file === file ? start.line : 0);
    if (swept !== null) return turn.output(input.batch, { file, line: swept });
  }
  return turn.output(input.batch, null);
}

function placeOf(cursor: HashesCursor | null): Place {
  return { file: Number(cursor?.['file'] ?? 0), line: Number(cursor?.['line'] ?? 0) };
}

class HashTurn {
  readonly #writer: HashWriter;
  readonly #deps: UpdateHashesDeps;
  #applied = 0;
  #refused = 0;

  constructor(writer: HashWriter, deps: UpdateHashesDeps) {
    this.#writer = writer;
    this.#deps = deps;
  }

  output(batch: number, place: Place | null): UpdateHashesOutput {
    const cursor = place === null ? null : { file: place.file, line: place.line };
    return { batch, applied: this.#applied, refused: this.#refused, cursor };
  }

  /** @returns the number of lines that are done when the time was up, `null` at the end */
  async writeFile({ key, header }: SliceEntry, from: number): Promise<number | null> {
    let done = 0;
    let changes: HashChange[] = [];
    const flush = async () => {
      if (changes.length > 0) await this.#apply(header.namespace, changes);
      changes = [];
    };
    for await (const lines of readSliceLines(key, this.#deps.a3)) {
      for (const line of lines) {
        done += 1;
        if (done <= from) continue;
        const change = changeOf(line);
        if (change !== null) changes.push(change);
        if (changes.length < this.#deps.hashes.changesPerCall) continue;
        await flush();
        if (this.#deps.shouldStop()) return done;
      }
    }
    const isWritten = changes.length > 0;
    await flush();
    return isWritten && this.#deps.shouldStop() ? done : null;
  }

  /** @returns the namespace to go on with when the time was up, else `null` */
  async sweep(namespaces: readonly string[], from: number): Promise<number | null> {
    const before = addDays(this.#writer.business_date, -TOMBSTONE_DAYS);
    for (const [index, namespace] of namespaces.entries()) {
      if (index < from) continue;
      for (let more = true; more; ) {
        ({ more } = await this.#deps.hashes.sweepTombstones(namespace, before, this.#writer));
        if (more && this.#deps.shouldStop()) return index;
      }
    }
    return null;
  }

  async #apply(namespace: string, changes: readonly HashChange[]): Promise<void> {
    const { applied, refused } = await this.#deps.hashes.apply(namespace, changes, this.#writer);
    this.#applied += applied;
    this.#refused += refused;
  }
}

/** `null` for an unreadable row, which has no document, and for a removal that was held back. */
function changeOf(line: SliceLine): HashChange | null {
  switch (line.op) {
    case 'valid':
      return { op: 'good', lex_id: line.lex_id, fingerprint: line.fingerprint };
    case 'rejected':
      return { op: 'rejected', lex_id: line.lex_id, fingerprint: line.fingerprint };
    case 'touched':
      return { op: 'touched', lex_id: line.lex_id, of: line.of, raw_hash: line.raw_hash };
    case 'removed':
      return { op: 'removed', lex_id: line.lex_id };
    case 'unreadable':
    case 'held':
      return null;
  }
}
