/** What has become of one listed document, compared with what AgreementHash knows of it. */
import { HASH_SCHEME } from '../../agreements/fingerprint.ts';
import type { HashEntry } from '../../stores/agreement-hash.ts';
import type { Outcome } from './outcome-counts.ts';
import type { PutLine, TouchLine } from './page-object.ts';

/** What the comparison needs of a namespace's module. */
export interface ComparedNamespace {
  readonly idField: string;
  readonly volatileFields: readonly string[];
  /** Of the mapping and the rules in force. */
  readonly mappingVersion: string;
}

export interface ListedDocument {
  readonly id: string;
  readonly rawHash: string;
  /** Made only when it is needed. */
  readonly contentHash: () => string;
  /** Whether it is to be transformed again though nothing about it has changed. */
  readonly isReprocessed: boolean;
  readonly reject: PutLine['reject'];
}

/** A put line without its document, which is embedded as it was received. */
export type PutHead = Omit<PutLine, 'document'>;

export interface Verdict {
  readonly outcome: Exclude<Outcome, 'unreadable'>;
  readonly line: PutHead | TouchLine | null;
}

/** The document is compared with `rejected` if there is one, else with `good`. */
export function judgeDocument(document: ListedDocument, entry: HashEntry | null, mappingVersion: string): Verdict {
  const of = entry !== null && entry.rejected !== null ? 'rejected' : 'good';
  const known = entry?.[of] ?? null;
  if (known === null) return { outcome: 'new', line: putHead(document, 'new', document.contentHash()) };
  const isSameVersion = known.hash_scheme === HASH_SCHEME && known.mapping_version === mappingVersion;
  const isSameRaw = isSameVersion && known.raw_hash === document.rawHash;
  const contentHash = isSameRaw ? known.content_hash : document.contentHash();
  if (!isSameVersion || contentHash !== known.content_hash) {
    return { outcome: 'changed', line: putHead(document, 'changed', contentHash) };
  }
  const isStanding = of === 'rejected';
  if (document.isReprocessed) {
    const line = putHead(document, 'reprocessed', contentHash);
    return { outcome: 'reprocessed', line: isStanding ? { ...line, again: true } : line };
  }
  if (isSameRaw) return { outcome: isStanding ? 'standing' : 'unchanged', line: null };
  const line: TouchLine = { op: 'touch', lex_id: document.id, of, raw_hash: document.rawHash };
  return { outcome: isStanding ? 'standing' : 'touched', line };
}

function putHead(document: ListedDocument, status: PutLine['status'], content_hash: string): PutHead {
  const { id, rawHash, reject } = document;
  return { op: 'put', lex_id: id, status, raw_hash: rawHash, content_hash, hash_scheme: HASH_SCHEME, reject };
}
