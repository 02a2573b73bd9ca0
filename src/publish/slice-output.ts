/**
 * The output of TransformDocumentData for one slice, and the only thing that publication and hashes read:
 * `records/<business date>/<attempt>/<batch, three digits>-<slice, nine digits>.ndjson` in JobDailyA3Data.
 * A header line, then lines ascending by lex id (UTF-8 bytes; an unreadable row stands where its `after_id` is).
 * Depends only on the documents, the look-ups and the run's name: written twice, it is the same bytes.
 */
import type { Fingerprint } from '../agreements/fingerprint.ts';
import type { Use } from '../agreements/look-up-items.ts';
import type { Finding, TransformedRow } from '../agreements/transformed.ts';
import type { HeldReason, SliceCounts } from '../job/contracts.ts';

export interface SliceHeader {
  readonly format: 1;
  readonly namespace: string;
  readonly batch: number;
  readonly slice: number;
  /** Least and greatest place (lex id, or `after_id`) of the lines; `null` without lines. */
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly counts: SliceCounts;
  /** By how many lines table and rejected entries may grow: rows of new documents, and documents rejected. */
  readonly growth: number;
  /** Rejected documents by rule id of their errors, ascending by id; a document counts once for each. */
  readonly rules: Readonly<Record<string, number>>;
  /** Removals held back; not given where there is none. */
  readonly held?: number;
}

export interface ValidLine {
  readonly op: 'valid';
  readonly lex_id: string;
  readonly status: 'new' | 'changed' | 'reprocessed';
  readonly fingerprint: Fingerprint;
  readonly rows: readonly TransformedRow[];
  /** Warnings. */
  readonly findings: readonly Finding[];
}
export interface RejectedLine {
  readonly op: 'rejected';
  readonly lex_id: string;
  readonly status: 'new' | 'changed' | 'reprocessed';
  /** It had stood rejected with the same content. */
  readonly again?: true;
  readonly fingerprint: Fingerprint;
  readonly findings: readonly Finding[];
  readonly uses: readonly Use[];
  /** The document as read. */
  readonly raw: string;
}
export interface TouchedLine {
  readonly op: 'touched';
  readonly lex_id: string;
  readonly of: 'good' | 'rejected';
  readonly raw_hash: string;
}
export interface RemovedLine {
  readonly op: 'removed';
  readonly lex_id: string;
}
/** A removal that was held back: listed with the day; changes neither the table nor the hashes. */
export interface HeldRemovalLine {
  readonly op: 'held';
  readonly lex_id: string;
  readonly reason: HeldReason;
}
/** Reported on the day it was seen; changes neither the table nor the hashes. */
export interface UnreadableRowLine {
  readonly op: 'unreadable';
  readonly lex_id: string | null;
  /** What its id may be; not given: nobody can tell. */
  readonly looks_like?: string;
  readonly after_id: string | null;
  readonly rule: string;
  readonly message: string;
  readonly raw: string;
  readonly raw_encoding: 'utf-8' | 'base64';
}
export type SliceLine = ValidLine | RejectedLine | TouchedLine | RemovedLine | HeldRemovalLine | UnreadableRowLine;
