/** What a day did to a document, and what made the difference: drawn from what stood before and after it. Pure. */
import type { Use } from '../../agreements/look-up-items.ts';
import type { Manifest, RejectedEntry, TableRow } from '../published.ts';
import { differences } from '../table-row.ts';
import { diffRows, type RowDifference } from './diff-days.ts';
import type { DocumentDay, DocumentState } from './document-history.ts';
import type { EntityFields } from './entity-rows.ts';
import type { LookUpOrigin } from './look-up-origins.ts';

/**
 * `first`: it stood already on the first day that is known. `remade`: transformed again, with the same rows.
 * `rejected_again`: by another result than the one that stood. `healed`: rejected before, valid now.
 * `touched`: its bytes in Lex differ, its content does not, which changes nothing here.
 * `unreadable`: a row of Lex with its id could not be read, and it keeps what it had.
 */
export type DayEventKind =
  | 'first'
  | 'new'
  | 'changed'
  | 'remade'
  | 'rejected'
  | 'rejected_again'
  | 'healed'
  | 'removed'
  | 'touched'
  | 'unreadable';

/** Why a document was transformed again, or its rows differ. */
export type Reason =
  | { readonly kind: 'document'; readonly from: string; readonly to: string }
  /** Another way to make the content hash: whether the document changed cannot be told. */
  | { readonly kind: 'hash_scheme'; readonly from: number; readonly to: number }
  | { readonly kind: 'mapping'; readonly from: string; readonly to: string; readonly part: 'module' | 'rules' | 'both' }
  /** Versions of the row under `key`, or `absent`. */
  | {
      readonly kind: 'look_up';
      readonly table: Use['table'];
      readonly key: string;
      readonly from: string;
      readonly to: string;
      /** What differs between the versions; not given: the master tables of the two days do not tell. */
      readonly fields?: EntityFields;
      /** What wrote the row; not given: no note of changed look-ups tells. */
      readonly origin?: LookUpOrigin;
    }
  /** What it is made of is the same: an operator asked for it, or its hash was not known. */
  | { readonly kind: 'same_basis' };

export interface DayEvent {
  readonly kind: DayEventKind;
  readonly rows: readonly RowDifference[];
  /** Against the document's last result, valid or rejected. */
  readonly reasons: readonly Reason[];
  /** Against the rows that stood, where the last result was a rejection; else as `reasons`. */
  readonly row_reasons: readonly Reason[];
}

/** @param before `null`: not known. @returns `null`: nothing happened to it */
export function explainDay(
  before: DocumentState | null,
  { state: now, touched, day }: Pick<DocumentDay, 'state' | 'touched'> & { readonly day: ExplainedDay },
): DayEvent | null {
  const { run } = day.manifest;
  if (before === null) return isThere(now) ? { kind: 'first', rows: [], reasons: [], row_reasons: [] } : null;
  const rows = pairKeys(diffRows(before.rows, now.rows), before.rows, now.rows);
  const kind = kindOf(before, now, rows.length > 0, run) ?? (touched ? 'touched' : null);
  if (kind === null) return null;
  const isMade = ['changed', 'remade', 'rejected', 'rejected_again', 'healed'].includes(kind);
  if (!isMade || !isThere(before)) return { kind, rows, reasons: [], row_reasons: [] };
  const to = basisOf(now);
  const reasons = reasonsBetween(basisOf(before), to);
  const isFromReject = before.rejected !== null && before.rows.length > 0;
  const row_reasons = isFromReject ? reasonsBetween(basisOf({ ...before, rejected: null }), to) : reasons;
  return { kind, rows, reasons, row_reasons };
}

/** What is needed of the day. */
export interface ExplainedDay {
  readonly manifest: Pick<Manifest, 'run'>;
}

function isThere({ rows, rejected }: DocumentState): boolean {
  return rows.length > 0 || rejected !== null;
}

function kindOf(before: DocumentState, now: DocumentState, differs: boolean, run: string): DayEventKind | null {
  if (!isThere(now)) return isThere(before) ? 'removed' : now.unreadable.length > 0 ? 'unreadable' : null;
  if (now.rejected !== null) {
    if (before.rejected === null) return 'rejected';
    if (now.rejected.run === run) return 'rejected_again';
  } else {
    if (!isThere(before)) return 'new';
    if (before.rejected !== null) return 'healed';
    if (now.rows.some(({ lineage }) => lineage.run === run)) return differs ? 'changed' : 'remade';
  }
  return now.unreadable.length > 0 ? 'unreadable' : null;
}

/** A document's one row that has another key stands in a change log as removed and added: here it is what it is. */
function pairKeys(
  found: readonly RowDifference[],
  from: readonly TableRow[],
  to: readonly TableRow[],
): readonly RowDifference[] {
  const [old, now] = [from[0], to[0]];
  if (from.length !== 1 || to.length !== 1 || found.length !== 2 || old === undefined || now === undefined)
    return found;
  const added = found.find(({ change }) => change === 'added')!;
  const [before, after] = [old.lineage.stale_since, now.lineage.stale_since];
  const stale = before === after ? null : { from: before, to: after };
  return [{ ...added, change: 'changed', fields: differences(old, now), stale }];
}

/** What a result was made of. */
export interface Basis {
  readonly content_hash: string;
  readonly hash_scheme: number;
  readonly mapping_version: string;
  readonly uses: readonly Use[];
}

/** Of the last result: the rejection where there is one. */
function basisOf({ rows, rejected }: Pick<DocumentState, 'rows'> & { readonly rejected: RejectedEntry | null }): Basis {
  return (rejected === null ? null : basisOfReject(rejected)) ?? basisOfRows(rows);
}

/** @param rows of one document, at least one */
export function basisOfRows(rows: readonly TableRow[]): Basis {
  const { content_hash, hash_scheme, mapping_version } = rows[0]!.lineage;
  return { content_hash, hash_scheme, mapping_version, uses: distinctUses(rows) };
}

export function basisOfReject({ fingerprint, uses }: RejectedEntry): Basis | null {
  return fingerprint === null ? null : { ...fingerprint, uses };
}

/** Ascending by table, then key, as each row has them. */
function distinctUses(rows: readonly TableRow[]): readonly Use[] {
  const byKey = new Map(rows.flatMap(({ uses }) => uses.map((use) => [textOf(use), use] as const)));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
}

function reasonsBetween(from: Basis, to: Basis): readonly Reason[] {
  const reasons: Reason[] = [];
  if (from.hash_scheme !== to.hash_scheme) {
    reasons.push({ kind: 'hash_scheme', from: from.hash_scheme, to: to.hash_scheme });
  } else if (from.content_hash !== to.content_hash) {
    reasons.push({ kind: 'document', from: from.content_hash, to: to.content_hash });
  }
  if (from.mapping_version !== to.mapping_version)
    reasons.push(mappingReason(from.mapping_version, to.mapping_version));
  // A key that only one of them used follows from another reason: the document, or a row that led to it.
  const versions = new Map(from.uses.map((use) => [textOf(use), use.version]));
  for (const use of to.uses) {
    const version = versions.get(textOf(use));
    if (version === undefined || version === use.version) continue;
    reasons.push({ kind: 'look_up', table: use.table, key: use.key, from: version, to: use.version });
  }
  return reasons.length > 0 ? reasons : [{ kind: 'same_basis' }];
}

function mappingReason(from: string, to: string): Reason {
  const [old, now] = [mappingParts(from), mappingParts(to)];
  const part = old.rules === now.rules ? 'module' : old.module === now.module ? 'rules' : 'both';
  return { kind: 'mapping', from, to, part };
}

/** `mac-1-3f2a9c01`: the module's version, and a digest of the rules in force. */
export function mappingParts(version: string): { readonly module: string; readonly rules: string } {
  const [, module = version, rules = ''] = /-(\d+)-([0-9a-f]+)$/.exec(version) ?? [];
  return { module, rules };
}

function textOf({ table, key }: Use): string {
  return `${table} ${key}`;
}
