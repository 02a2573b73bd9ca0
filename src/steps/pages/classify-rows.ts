/**
 * The merge join at the heart of the query stage: rows of Lex in ascending id on one side, the fingerprints of the same
 * id range on the other. A row whose raw hash is the stored one is never parsed.
 */
import { hash } from 'node:crypto';
import { compareBytes } from '../../agreements/byte-order.ts';
import { contentHash, rawHash } from '../../agreements/content-hash.ts';
import { guessId, readDocument } from '../../agreements/extract-id.ts';
import { HASH_SCHEME } from '../../agreements/fingerprint.ts';
import { PermanentError } from '../../errors.ts';
import type { AgreementHash, HashEntry } from '../../stores/agreement-hash.ts';
import type { ReprocessList } from '../reprocess/reprocess-list.ts';
import { EntryCursor, justBefore, readEntry } from './entry-cursor.ts';
import { type ComparedNamespace, judgeDocument, type Verdict } from './judge-document.ts';
import { emptyCounts, type Outcome } from './outcome-counts.ts';
import { candidateLine, putLine, textLine } from './page-lines.ts';
import type { PageObjectWriter } from './page-object-writer.ts';
import { UnreadableRows } from './unreadable-rows.ts';

/** Hex digits of the first 16 bytes. */
const RAW_HASH_DIGITS = 32;

export interface ClassifierDeps {
  readonly namespace: string;
  readonly module: ComparedNamespace;
  readonly hashes: Pick<AgreementHash, 'readRange'>;
  readonly reprocess: ReprocessList;
  readonly writer: PageObjectWriter;
  /** Rows above this id belong to somebody else; `null`: none does. */
  readonly until: string | null;
}

export class RowClassifier {
  /** Outcomes of the documents so far, the last one left out until it is certain. */
  readonly counts: Record<Outcome, number> = emptyCounts();
  /** Entries of AgreementHash up to the last document. */
  known = 0;
  /** Id of the joint row when other bytes with the same id followed it. */
  duplicateOfJoint: string | null = null;
  /** The rows of the answer are elements of an array: see {@link RowsAnswer.isArray}. */
  isArray = false;
  /** A row was met that may hold others, which then count nowhere. */
  mayHideRows = false;
  /** A row above `until` was met. */
  hasPassedUntil = false;
  /** Rows taken, unreadable ones included. */
  rows = 0;

  readonly #deps: ClassifierDeps;
  #candidates = 0;
  #entries: EntryCursor | null = null;
  /** The last readable id: rows must ascend from here. `null`: from −∞. */
  #lastId: string | null = null;
  /** False for the joint row and for an id that others have read: its outcome is theirs. */
  #isLastMine = false;
  #lastRow: Buffer | null = null;
  #lastRaw = '';
  #lastEntry: HashEntry | null = null;
  #lastOutcome: Outcome = 'unchanged';
  /** Line of the last document, held back because the next row may have the same id. */
  #lastLine: readonly Buffer[] | null = null;
  /** Raw and content hashes of the different rows with the last id, where there is more than one. */
  #variants: Map<string, string> | null = null;
  /** Unreadable rows since the last readable one. */
  readonly #unreadable = new UnreadableRows();

  constructor(deps: ClassifierDeps) {
    this.#deps = deps;
  }

  /**
   * Entries that no row had; 0 beside an unreadable row, which may be one of them. Their lines are written all the same:
   * whoever trims the page must know which of its entries were not listed.
   */
  get candidates(): number {
    return this.counts.unreadable > 0 ? 0 : this.#candidates;
  }

  get lastId(): string | null {
    return this.#lastId;
  }

  /** Unreadable rows behind the last readable one: whose they are is open until the next id is known. */
  get trailing(): number {
    return this.#unreadable.count;
  }

  /** Begins above an id that the page before has; `row` is its row here, where there is one. */
  startAfter(id: string, row: Buffer | null): void {
    this.#lastId = id;
    this.#isLastMine = false;
    if (row !== null) this.meetLastAgain(row);
  }

  /**
   * A new answer begins with rows that were taken already; `row` is that of the last id. Between two answers it may have
   * changed, so only rows of one answer are duplicates of each other.
   */
  meetLastAgain(row: Buffer): void {
    this.#lastRow = row;
    this.#lastRaw = rawHash(row);
    this.#variants = null;
  }

  /** A new answer begins: it holds the trailing unreadable rows again. */
  dropTrailing(): void {
    this.rows -= this.#unreadable.count;
    this.#unreadable.drop();
  }

  /**
   * Takes rows that follow the last one.
   * @throws PermanentError `LEX_OUT_OF_ORDER`
   */
  async add(rows: readonly Buffer[]): Promise<void> {
    const through = this.#lastIdOf(rows);
    this.rows += rows.length;
    if (through === null) {
      for (const row of rows) await this.#meetOther(row, '');
      return;
    }
    const { hashes, namespace, reprocess, writer } = this.#deps;
    this.#entries = new EntryCursor(hashes, namespace, this.#lastId, through);
    reprocess.seek(this.#lastId);
    try {
      for (let i = 0; i < rows.length && !this.hasPassedUntil; i += 1) {
        const row = rows[i] as Buffer;
        const entries = this.#entries;
        if (entries.index >= entries.batch.length && !entries.isDone) await entries.load();
        const raw = hash('sha256', row, 'hex').slice(0, RAW_HASH_DIGITS);
        if (!this.#meetKnown(row, raw)) await this.#meetOther(row, raw);
        if (writer.isFull) await writer.flush();
      }
    } finally {
      await this.#entries.close();
      this.#entries = null;
    }
  }

  /**
   * Ends the range at `through` (`null`: +∞), or at the last document, where the trailing unreadable rows are left to the
   * next page, which begins with that document.
   */
  async finish(end: { readonly through: string | null } | 'last'): Promise<void> {
    if (end === 'last' || (end.through !== null && end.through === this.#lastId)) {
      this.dropTrailing();
      this.#settleLast(null);
      return;
    }
    this.#settleLast(null);
    const { hashes, namespace } = this.#deps;
    this.#entries = new EntryCursor(hashes, namespace, this.#lastId, end.through);
    await this.#passEntries(null);
    this.#entries = null;
  }

  /** The hot path: a document whose bytes are as known. @returns false for every other row, and changes nothing then */
  #meetKnown(row: Buffer, raw: string): boolean {
    const { module, reprocess, until } = this.#deps;
    const entries = this.#entries as EntryCursor;
    const { batch } = entries;
    const id = guessId(row, module.idField);
    if (id === null) return false;
    let at = entries.index;
    let entry = batch[at];
    // Those that Lex does not list any more lie between.
    while (entry !== undefined && entry.lex_id !== id && compareBytes(entry.lex_id, id) < 0) entry = batch[++at];
    if (entry === undefined || entry.lex_id !== id) return false;
    const known = entry.rejected ?? entry.good;
    if (known === null || known.raw_hash !== raw) return false;
    // From here on the id is no guess: these very bytes gave it when they were parsed.
    if (known.hash_scheme !== HASH_SCHEME || known.mapping_version !== module.mappingVersion) return false;
    if (!reprocess.isEmpty && reprocess.has(id)) return false;
    if (until !== null && compareBytes(id, until) > 0) return false;
    this.#settleLast(id);
    for (let i = entries.index; i < at; i += 1) this.#addCandidate((batch[i] as HashEntry).lex_id);
    entries.index = at + 1;
    this.known += 1;
    this.#lastId = id;
    this.#isLastMine = true;
    this.#lastRow = row;
    this.#lastRaw = raw;
    this.#lastEntry = entry;
    this.#lastOutcome = entry.rejected === null ? 'unchanged' : 'standing';
    return true;
  }

  async #meetOther(row: Buffer, raw: string): Promise<void> {
    const { module, namespace, reprocess, until } = this.#deps;
    const read = readDocument(row, module);
    if (!read.ok) {
      if (this.isArray && read.rule === 'LEX-unparsable') this.mayHideRows = true;
      this.#unreadable.hold(row, read, this.#lastId, module.idField);
      return;
    }
    const { id, document } = read;
    const order = this.#lastId === null ? 1 : compareBytes(id, this.#lastId);
    if (order < 0) throw outOfOrder(namespace, id, this.#lastId as string);
    if (order === 0) return this.#meetDuplicate(raw, document);
    if (until !== null && compareBytes(id, until) > 0) {
      this.hasPassedUntil = true;
      return;
    }
    this.#settleLast(id);
    const entry = await this.#passEntries(id);
    this.#lastId = id;
    this.#isLastMine = true;
    this.#lastRow = row;
    this.#lastRaw = raw;
    this.#lastEntry = entry;
    const hashOf = () => contentHash(document, module.volatileFields);
    const listed = { id, rawHash: raw, contentHash: hashOf, isReprocessed: reprocess.has(id), reject: null };
    this.#hold(judgeDocument(listed, entry, module.mappingVersion), row);
  }

  /** The same id again: equal bytes count once, others reject the document, always by the same fingerprint. */
  async #meetDuplicate(raw: string, document: unknown): Promise<void> {
    const { module, namespace, hashes, reprocess } = this.#deps;
    if (raw === this.#lastRaw || this.#variants?.has(raw) === true) return;
    const id = this.#lastId as string;
    const first = this.#lastRow as Buffer;
    this.#variants ??= new Map([[this.#lastRaw, this.#contentOf(first)]]);
    this.#variants.set(raw, contentHash(document, module.volatileFields));
    if (!this.#isLastMine) {
      this.duplicateOfJoint = id;
      this.#lastEntry = await readEntry(hashes, namespace, id);
      reprocess.seek(justBefore(id));
    }
    const rawHashes = [...this.#variants.keys()].sort();
    const contents = [...this.#variants.values()].sort();
    const message = `Lex lists ${this.#variants.size} different documents with this id.`;
    const listed = {
      id,
      rawHash: rawHash(Buffer.from(rawHashes.join(''))),
      contentHash: () => hash('sha256', contents.join(''), 'hex'),
      isReprocessed: reprocess.has(id),
      reject: { rule: 'LEX-duplicate-id', message },
    };
    this.#hold(judgeDocument(listed, this.#lastEntry, module.mappingVersion), first);
  }

  #hold({ outcome, line }: Verdict, row: Buffer): void {
    this.#lastOutcome = outcome;
    this.#lastLine = line === null ? null : line.op === 'put' ? putLine(line, row) : [textLine(line)];
  }

  /** The last document's outcome is certain, and so is the place of the unreadable rows behind it, before `nextId`. */
  #settleLast(nextId: string | null): void {
    if (this.#isLastMine) this.counts[this.#lastOutcome] += 1;
    if (this.#lastLine !== null) this.#deps.writer.add(...this.#lastLine);
    this.#lastLine = null;
    this.#variants = null;
    this.#isLastMine = false;
    if (this.#unreadable.count === 0) return;
    for (const line of this.#unreadable.take(nextId)) {
      this.#deps.writer.add(line);
      this.counts.unreadable += 1;
    }
  }

  /** Goes past the entries below `id` (`null`: all that are left), which no row had. @returns the entry of `id` */
  async #passEntries(id: string | null): Promise<HashEntry | null> {
    const { writer } = this.#deps;
    const entries = this.#entries as EntryCursor;
    for (let entry = await entries.peek(); entry !== null; entry = await entries.peek()) {
      const order = id === null ? -1 : compareBytes(entry.lex_id, id);
      if (order > 0) return null;
      entries.index += 1;
      if (order === 0) {
        this.known += 1;
        return entry;
      }
      this.#addCandidate(entry.lex_id);
      if (writer.isFull) await writer.flush();
    }
    return null;
  }

  #addCandidate(lex_id: string): void {
    this.known += 1;
    this.#candidates += 1;
    this.#deps.writer.add(candidateLine(lex_id));
  }

  /** The last readable row's id: where the range of fingerprints beside these rows ends. */
  #lastIdOf(rows: readonly Buffer[]): string | null {
    for (let i = rows.length - 1; i >= 0; i -= 1) {
      const read = readDocument(rows[i] as Buffer, this.#deps.module);
      if (!read.ok) continue;
      if (this.#lastId === null || compareBytes(read.id, this.#lastId) >= 0) return read.id;
      throw outOfOrder(this.#deps.namespace, read.id, this.#lastId);
    }
    return null;
  }

  #contentOf(row: Buffer): string {
    const read = readDocument(row, this.#deps.module);
    return read.ok ? contentHash(read.document, this.#deps.module.volatileFields) : rawHash(row);
  }
}

export function outOfOrder(namespace: string, id: string, before: string): PermanentError {
  const what = `Lex listed \`${id}\` after \`${before}\` in the namespace \`${namespace}\`.`;
  return new PermanentError('LEX_OUT_OF_ORDER', what, { namespace, id, before });
}
