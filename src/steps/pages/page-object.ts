/**
 * The formats of JobDailyDelta. A page object is NDJSON: a header, then lines ascending by lex id (UTF-8 bytes).
 * Keys, below `<business date>/<attempt>/<iteration>/<namespace>/`:
 *   `000000012.ndjson`         header and lines of page 12
 *   `000000012-001.ndjson`     parts of a page above 16 MiB: its first lines; the last ones, and the one header that
 *                              counts, are in the header's object, written last. Parts of one read have its `read_at`
 *   `000000012-repair.ndjson`  the rows between page 11 and page 12, read again (parts `000000012-repair-001.ndjson`)
 *   `removals.ndjson`          confirmed removals, and those held back (parts `removals-001.ndjson`)
 * Reprocess lists: `<business date>/<attempt>/reprocess/<namespace>.ndjson`.
 */
import type { HeldReason, OutcomeCounts } from '../../job/contracts.ts';

/** A page object above this many bytes is split into parts. */
export const MAX_PART_BYTES = 16 * 1024 * 1024;

export interface PageHeader {
  readonly format: 1;
  /** `void`: holds nothing (any more): an orphaned part, a page past the end, a page wholly covered by its neighbours. */
  readonly kind: 'page' | 'repair' | 'part' | 'removals' | 'void';
  readonly namespace: string;
  readonly page: number;
  /** Number of further parts; 0 for most. In a part: its own number from 1. */
  readonly parts: number;
  readonly status: 'read' | 'failed';
  /** The ids covered: above `after` (`null`: from −∞), up to `through` (`null`: to +∞, the end was seen). */
  readonly after: string | null;
  readonly through: string | null;
  readonly reached_end: boolean;
  /** Outcomes of the documents in that range; put and touch lines are among them. */
  readonly counts: OutcomeCounts;
  /** Entries of AgreementHash in that range: known documents, candidates among them. */
  readonly known: number;
  /** Removal candidates: the candidate lines, or 0 beside an unreadable row, which may be one of them. */
  readonly candidates: number;
  /**
   * Id of the joint row when other bytes with the same id followed it (`LEX-duplicate-id` over a joint). What became of it
   * is then the first line, if any, until the pages are joined.
   */
  readonly duplicate_of_joint: string | null;
  /** A row that is no JSON stood in a JSON array: it may hold others that were read by nobody. */
  readonly may_hide_rows: boolean;
  /** Total that Lex named while the page was read. */
  readonly total_docs: number | null;
  /** Code and text of a failed page. */
  readonly error: string | null;
  /** ISO. */
  readonly read_at: string;
}

/** A document to transform. `document` is the raw JSON, line breaks between tokens made blanks. */
export interface PutLine {
  readonly op: 'put';
  readonly lex_id: string;
  readonly status: 'new' | 'changed' | 'reprocessed';
  /** It stands rejected with the same content, and is tried again. */
  readonly again?: true;
  readonly raw_hash: string;
  readonly content_hash: string;
  readonly hash_scheme: number;
  /** Rejected by the listing itself: rule id (such as `LEX-duplicate-id`) and message. */
  readonly reject: { readonly rule: string; readonly message: string } | null;
  readonly document: unknown;
}
/** Other bytes, same content. `of`: the fingerprint that it was compared with. */
export interface TouchLine {
  readonly op: 'touch';
  readonly lex_id: string;
  readonly of: 'good' | 'rejected';
  readonly raw_hash: string;
}
/** Known and not listed. Nobody downstream acts on it: only `remove` lines in `removals.ndjson` remove. */
export interface CandidateLine {
  readonly op: 'candidate';
  readonly lex_id: string;
}
/** A row that is no document. Rejected with its raw text; its page becomes a gap for removals. */
export interface UnreadableLine {
  readonly op: 'unreadable';
  /** Where the row still names one. */
  readonly lex_id: string | null;
  /** What its id may be, by its broken text. For people alone; not given where nothing fits its place. */
  readonly looks_like?: string;
  /** The last readable id before it, `null` at the beginning: its place in the order. */
  readonly after_id: string | null;
  readonly rule: string;
  readonly message: string;
  readonly raw: string;
  readonly raw_encoding: 'utf-8' | 'base64';
}
export interface RemoveLine {
  readonly op: 'remove';
  readonly lex_id: string;
}
/** Evidence alone: the document stays. */
export interface HeldLine {
  readonly op: 'held';
  readonly lex_id: string;
  readonly reason: HeldReason;
}
export type PageLine = PutLine | TouchLine | CandidateLine | UnreadableLine | RemoveLine | HeldLine;

/** First line of a reprocess list; the other lines are lex ids as JSON strings, ascending. `all`: the whole namespace. */
export interface ReprocessHeader {
  readonly format: 1;
  readonly all: boolean;
  readonly count: number;
}
