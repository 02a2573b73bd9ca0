import type { Fingerprint } from '../agreements/fingerprint.ts';

/** What AgreementHash knows of one document. At least one of `good` and `rejected` is there. */
export interface HashEntry {
  readonly lex_id: string;
  /** Of what stands in the table; `null` when none of its states was ever valid. */
  readonly good: Fingerprint | null;
  /** Of what was refused since; `null` when the last result was valid. */
  readonly rejected: Fingerprint | null;
}

export type HashChange =
  /** A valid result: `good` is put and `rejected` cleared. */
  | { readonly op: 'good'; readonly lex_id: string; readonly fingerprint: Fingerprint }
  /** A rejected result: `rejected` is put beside `good`. */
  | { readonly op: 'rejected'; readonly lex_id: string; readonly fingerprint: Fingerprint }
  /** Other bytes, same content: the raw hash of the fingerprint that the document was compared with. No entry: nothing. */
  | { readonly op: 'touched'; readonly lex_id: string; readonly of: 'good' | 'rejected'; readonly raw_hash: string }
  /** A tombstone: reads as absent, keeps the generation, so that a stale run cannot bring the document back. */
  | { readonly op: 'removed'; readonly lex_id: string };

/** The fence of the writing run and its business date (ISO; kept in tombstones for the sweep). */
export interface HashWriter {
  readonly fence: number;
  readonly business_date: string;
}

/**
 * The fingerprints of the last good run, per namespace in ascending lex id (UTF-8 bytes).
 * A change is applied on condition that there is no item, or its `generation` is at most the writer's fence; the item's
 * `generation` becomes that fence. A refused change is counted, never an error: the writer is stale.
 */
export interface AgreementHash {
  /**
   * How many changes the next call of `apply` should hold: as many as are written well together, and so few that the call
   * ends within three minutes though the store be slow, since whoever has a time budget looks at it between two calls.
   */
  readonly changesPerCall: number;
  /**
   * Entries with `after` < lex id ≤ `through` (`null`: no bound), ascending, tombstones left out, in batches of up to
   * some thousand. Strong: sees every change acknowledged before.
   */
  readRange(namespace: string, after: string | null, through: string | null): AsyncIterable<readonly HashEntry[]>;
  /** Applies the changes in order. Safe to run again. */
  apply(
    namespace: string,
    changes: readonly HashChange[],
    writer: HashWriter,
  ): Promise<{ readonly applied: number; readonly refused: number }>;
  /** Deletes some tombstones, at most `changesPerCall`, whose business date is before `before` (ISO). */
  sweepTombstones(
    namespace: string,
    before: string,
    writer: HashWriter,
  ): Promise<{ readonly deleted: number; readonly more: boolean }>;
  /** Makes the namespace empty, for `hashes rebuild`. Up to 1,000 entries a call. */
  clearSome(namespace: string, writer: HashWriter): Promise<{ readonly more: boolean }>;
}
