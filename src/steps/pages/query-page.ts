/** Reads one page, compares it, and leaves its page object: once, again after what may pass, or as failed. */
import { type ErrorCode, LexdeltaError, TransientError } from '../../errors.ts';
import type { AgreementHash } from '../../stores/agreement-hash.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import type { ReprocessList } from '../reprocess/reprocess-list.ts';
import { RowClassifier } from './classify-rows.ts';
import type { DeltaName } from './delta-keys.ts';
import type { ComparedNamespace } from './judge-document.ts';
import type { PageHeader } from './page-object.ts';
import { NO_SUMMARY, PageObjectWriter } from './page-object-writer.ts';
import { type AskRows, readRange } from './read-range.ts';

/** Waits between the attempts at one page, whose long answer may break off in the middle each time. Together 7.7 s. */
const WAITS_MS = [200, 500, 1_000, 2_000, 4_000] as const;
/** Attempts at a page whose answer made no sense: out of order, or not as Lex answers. */
const SENSELESS_ATTEMPTS = 2;
/** Whoever meets one of these would meet it on every page. */
const FATAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'LEX_UNAUTHORIZED',
  'LEX_NAMESPACE_UNKNOWN',
  'LEX_BAD_REQUEST',
  'LEX_REDIRECTED',
  'LEX_WRONG_NAMESPACE',
]);

export interface PageDeps {
  readonly delta: Pick<ObjectStore, 'put'>;
  readonly hashes: Pick<AgreementHash, 'readRange'>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** Bytes above which a page object is split. Default 16 MiB. */
  readonly maxPartBytes?: number;
}

export interface PageToQuery {
  /** Folder of the namespace and iteration. */
  readonly folder: string;
  readonly namespace: string;
  readonly module: ComparedNamespace;
  readonly reprocess: ReprocessList;
  readonly page: number;
  readonly pageSize: number;
  /** The first attempt may use a request that was sent ahead. */
  readonly ask: (attempt: number) => AskRows;
}

/**
 * @returns the header written; of status `failed` when the page could not be read
 * @throws PermanentError the codes that no other page would be spared; any error of a store
 */
export async function queryPage(page: PageToQuery, deps: PageDeps): Promise<PageHeader> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptPage(page, attempt, deps);
    } catch (error) {
      if (!isLexError(error) || isFatal(error)) throw error;
      const waitMs = WAITS_MS[attempt - 1];
      const isLast = error instanceof TransientError ? waitMs === undefined : attempt >= SENSELESS_ATTEMPTS;
      if (isLast) return recordFailure(page, error, deps);
      await deps.sleep(waitMs ?? 0);
    }
  }
}

/** Whether Lex, and not a store or a defect, is the cause. */
export function isLexError(error: unknown): error is LexdeltaError {
  return error instanceof LexdeltaError && error.code.startsWith('LEX_');
}

/** Whether no other request would fare better. */
export function isFatal(error: LexdeltaError): boolean {
  return FATAL.has(error.code);
}

/** Code and text of a failure, as headers and verdicts tell it. */
export function causeOf(error: LexdeltaError): string {
  return `${error.code}: ${error.what}`;
}

async function attemptPage(page: PageToQuery, attempt: number, deps: PageDeps): Promise<PageHeader> {
  const { namespace, module, reprocess, pageSize } = page;
  const writer = writerOf(page, deps);
  const classifier = new RowClassifier({ namespace, module, hashes: deps.hashes, reprocess, writer, until: null });
  const offset = firstOffset(page.page, pageSize);
  const range = { namespace, idField: module.idField, offset, rows: pageSize, maxLimit: pageSize + 1 };
  const { after, ending, totalDocs } = await readRange(range, page.ask(attempt), classifier);
  const reached_end = ending === 'end-of-listing';
  await classifier.finish(reached_end ? { through: null } : 'last');
  return writer.finish({
    kind: 'page',
    status: 'read',
    after,
    through: reached_end ? null : classifier.lastId,
    reached_end,
    counts: classifier.counts,
    known: classifier.known,
    candidates: classifier.candidates,
    duplicate_of_joint: classifier.duplicateOfJoint,
    may_hide_rows: classifier.mayHideRows,
    total_docs: totalDocs,
    error: null,
  });
}

/** Every page but the first starts one row early: at its joint. */
export function firstOffset(page: number, pageSize: number): number {
  return page === 0 ? 0 : page * pageSize - 1;
}

/** Parts that the attempt has left are orphans now: no header counts them. */
async function recordFailure(page: PageToQuery, error: LexdeltaError, deps: PageDeps): Promise<PageHeader> {
  return writerOf(page, deps).finish({ ...NO_SUMMARY, kind: 'page', status: 'failed', error: causeOf(error) });
}

function writerOf({ folder, namespace, page }: PageToQuery, { delta, now, maxPartBytes }: PageDeps): PageObjectWriter {
  const name: DeltaName = { kind: 'page', page, part: 0 };
  return new PageObjectWriter(delta, { folder, namespace, name, readAt: now().toISOString() }, { maxPartBytes });
}
