/**
 * The files of a published day, below `published/as_of=<date>/attempt=<n>/` in JobDailyA3Data. Our readers go by the
 * manifest's list, never by a glob. Everything here but `times.json` depends on nothing but the input.
 *   `table/shard-00000.ndjson.gz`     rows, ascending by key (namespace, lex id, A3.2, A3.3, A3.6; bytes)
 *   `parquet/shard-00000.parquet`     the same rows for DuckDB, Athena and the like; columns in `parquet/columns.ts`
 *   `changes/shard-00000.ndjson.gz`   the day's change log, same range and order
 *   `rejected/shard-00000.ndjson.gz`  every document that is rejected now, same range, ascending by place
 *   `texts/shard-00000.ndjson.gz`     their raw texts, line by line; none without any. Retention deletes these sooner
 *   `uses/shard-00000.ndjson.gz`      distinct uses of rows and rejected entries with the lex ids they serve
 *   `masters/co.ndjson.gz`            the Corporate Organization master table, ascending by CO.2; so `cp` by CP.2
 *   `held-removals.ndjson.gz`         removals that were held back on the day, ascending by place; no file where none was
 *   `findings.ndjson`, `ledger.json`, `times.json`, `manifest.json`
 *   `contract.json`                   what the table promises, as an Open Data Contract (`data-contract.ts`)
 *   `SHA256SUMS`                      of all these but `times.json`, for `sha256sum --check`
 */

import type { Fingerprint } from '../agreements/fingerprint.ts';
import type { EntityRole, Use } from '../agreements/look-up-items.ts';
import type { A3RowField, A3Values } from '../agreements/table-a3/fields.ts';
import type { Finding, Severity } from '../agreements/transformed.ts';
import type { Acceptance } from '../job/acceptances.ts';
import type {
  CarriedOver,
  Extraction,
  FillGate,
  GateResult,
  HeldReason,
  LookUpsServed,
  NamespaceCounts,
  OutcomeCounts,
  Override,
} from '../job/contracts.ts';

/** A row as it stands in a shard: A3.2 to A3.16 first, in field order, then: */
export type TableRow = A3Values & {
  readonly namespace: string;
  readonly lex_id: string;
  readonly lineage: {
    readonly content_hash: string;
    readonly hash_scheme: number;
    readonly mapping_version: string;
    /** Execution name of the run that made the row. */
    readonly run: string;
    /** Business date since which the row's document is rejected; `null`: the row is current. */
    readonly stale_since: string | null;
    /** The whole name where A3.4 was cut. */
    readonly full_name: string | null;
  };
  readonly uses: readonly Use[];
};

/** One row that is new, differs or is gone, with its key. A row that only turned stale, or current again, is `changed` with no field. */
export interface ChangeLine {
  readonly change: 'added' | 'changed' | 'removed';
  readonly namespace: string;
  readonly lex_id: string;
  readonly 'A3.2': string | null;
  readonly 'A3.3': string | null;
  readonly 'A3.6': string | null;
  /** What made it: the document, its removal, a mapping or look-up change (reprocessed). */
  readonly cause: 'new' | 'changed' | 'reprocessed' | 'rejected' | 'removed';
  readonly fields: Readonly<Partial<Record<A3RowField, { readonly from: string | null; readonly to: string | null }>>>;
  readonly stale: { readonly from: string | null; readonly to: string | null } | null;
}

/** A document that is rejected now, or an unreadable row of today. */
export interface RejectedEntry {
  readonly namespace: string;
  readonly lex_id: string | null;
  /** Place in the order: a document's lex id; before an unreadable row the last readable id, `''` when there is none. */
  readonly place: string;
  /** A document is carried over until it is valid or removed; an unreadable row stands on the day that it was seen. */
  readonly kind: 'document' | 'unreadable';
  /** Business date and run of this result; a document that stands rejected, unchanged, keeps them. */
  readonly since: string;
  readonly run: string;
  /** Of the document that was refused; `null` for an unreadable row. */
  readonly fingerprint: Fingerprint | null;
  readonly findings: readonly Finding[];
  readonly uses: readonly Use[];
  /** Of its raw text as it was received: what vouches for it, and all that is left of it when it is deleted. */
  readonly raw_text: { readonly bytes: number; readonly sha256: string };
}

/** Line n of a shard's texts: the raw text of entry n of its rejected documents. It may hold contact details. */
export interface RejectedText {
  readonly namespace: string;
  readonly lex_id: string | null;
  readonly place: string;
  readonly kind: RejectedEntry['kind'];
  readonly raw: string;
  readonly raw_encoding: 'utf-8' | 'base64';
}

/** As it stands in tables that were published before texts had parts of their own. */
export type RejectedEntryWithText = Omit<RejectedEntry, 'raw_text'> & Pick<RejectedText, 'raw' | 'raw_encoding'>;

/**
 * A look-up row of a version, or its absence, and the documents of the shard whose last transformation looked at it: it made
 * their rows or their rejection. Of a stale row, which an earlier one has made, the uses stand in the row alone.
 */
export interface UsesLine extends Use {
  readonly lex_ids: readonly Place[];
}

/** A file of the day: path below the day's folder, bytes and SHA-256 as stored, lines and SHA-256 uncompressed. */
export interface PublishedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly lines: number;
  readonly content_sha256: string;
}

/** The rows of a shard as Parquet; the columns are those of `parquet/columns.ts`. */
export interface ParquetFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
}

/** Place in the whole table: compared by namespace, then lex id (bytes). */
export interface Place {
  readonly namespace: string;
  readonly lex_id: string;
}

/** How many rows there are, and how many of them have each field. */
export interface FillCounts {
  readonly rows: number;
  readonly filled: Readonly<Record<A3RowField, number>>;
}

export interface Shard {
  readonly number: number;
  /** Exclusive; `null`: from the beginning. */
  readonly after: Place | null;
  /** Inclusive; `null`: to the end. */
  readonly through: Place | null;
  readonly rows: number;
  readonly stale_rows: number;
  /** Rows that have each field; not given in tables that were published before they were counted. */
  readonly filled?: FillCounts['filled'];
  /** Unreadable rows among the rejected entries. */
  readonly unreadable: number;
  /** Places after every 10,000th line of table and rejected together: where the shard can be split. */
  readonly marks: readonly Place[];
  readonly table: PublishedFile;
  /** Not given in tables that were published before there was Parquet. */
  readonly parquet?: ParquetFile;
  readonly changes: PublishedFile;
  readonly rejected: PublishedFile;
  /** `null`: nothing is rejected. Not given in tables that were published before texts had parts of their own. */
  readonly texts?: PublishedFile | null;
  readonly uses: PublishedFile;
}

export interface LedgerNamespace extends OutcomeCounts {
  readonly namespace: string;
  readonly total_docs: number | null;
  readonly listed: number;
  readonly published: number;
  readonly rejected: number;
  /** Planned documents of slices that failed; they keep what they had and are found again. */
  readonly not_transformed: number;
  readonly removed: number;
  readonly removals_held: number;
  /** Of these, those that the day lists: fewer where a slice failed. Not given in tables that were published before there was a list. */
  readonly held_listed?: number;
  readonly complete: boolean;
}
export interface Ledger {
  readonly namespaces: readonly LedgerNamespace[];
  readonly rows: {
    readonly base: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly total: number;
    readonly stale: number;
  };
  /** Documents rejected now, standing ones included, and unreadable rows of today. */
  readonly rejected_now: number;
  readonly unreadable_now: number;
  /** What operators accepted for the run, with the figures that it was for; not given where they accepted nothing. */
  readonly accepted?: readonly Acceptance[];
}

/** `times.json`: clock values, which stand nowhere else. ISO. */
export interface Times {
  readonly started_at: string;
  /** Not given in tables that were published before it was told. */
  readonly extraction?: Extraction;
  readonly ended_at: string;
}

/** A finding that needs the whole table; never changes a document's fate. */
export interface TableFinding {
  readonly rule: string;
  readonly field: string;
  /** Not given in tables that were published before findings had one. */
  readonly severity?: Severity;
  readonly message: string;
  readonly value: string;
  /** The rows concerned, at most 10 of them, and how many there are. */
  readonly rows: readonly { readonly namespace: string; readonly lex_id: string; readonly 'A3.3': string | null }[];
  readonly count: number;
}

export interface Manifest {
  readonly format: 1;
  readonly business_date: string;
  readonly attempt: number;
  readonly run: string;
  readonly base: string | null;
  readonly code_version: string;
  readonly mapping_versions: Readonly<Record<string, string>>;
  readonly rows: number;
  /** Not given in tables that were published before fields were counted. */
  readonly fill_rates?: FillCounts;
  readonly shards: readonly Shard[];
  /** Not given in tables that were published before there were any. */
  readonly masters?: Masters;
  readonly findings: PublishedFile;
  readonly ledger: PublishedFile;
  /** Not given in tables that were published before there was one. */
  readonly contract?: PublishedFile;
  /** Path of the checksums of the day's files, the manifest's own among them; not given where they were not written yet. */
  readonly checksums?: string;
  readonly gates: {
    readonly query: GateResult;
    readonly transformation: GateResult;
    /** `null`, or not given in older tables: there was nothing to compare with. */
    readonly fill?: FillGate | null;
  };
  readonly query: readonly NamespaceCounts[];
  /** `null`: none was held back. Not given in tables that were published before there was a list. */
  readonly held_removals?: PublishedFile | null;
  /** Namespaces of which this run read nothing, ascending. Not given in tables that were published before it was told. */
  readonly carried_over?: readonly CarriedOver[];
  readonly overrides: readonly Override[];
  /** Number of the last replay request that has been served. */
  readonly replays_through: number;
  /** Changes of look-up rows whose documents have been transformed again; `null`, or absent before 0.2: not known. */
  readonly look_ups: LookUpsServed | null;
}

/** A document that is known and not listed by Lex any more, and that stays all the same. */
export interface HeldRemoval extends Place {
  readonly reason: HeldReason;
}

/** The master tables of the day, by role. */
export type Masters = Readonly<Record<EntityRole, PublishedFile>>;

/** A row of a master table. */
export interface MasterLine {
  /** CO.2 or CP.2. */
  readonly entity_id: string;
  /** Columns of the table by field number (`CO.4`), empty ones left out. */
  readonly fields: Readonly<Record<string, string>>;
  /** As {@link EntityItem.lei_status}; `null`: nobody has said. */
  readonly lei_status: string | null;
  /** Of the look-up row, as uses have it. */
  readonly version: string;
}

/** `as_of/<date>.json`. */
export interface AsOfPointer {
  readonly manifest: string;
}
