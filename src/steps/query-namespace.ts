/**
 * State `QueryNamespace`: one worker of a namespace.
 * Worker b reads the pages b, b + w, … until one of them is past the end, and leaves one page object each. Safe to run
 * again: a page that is read twice overwrites itself.
 */

import { TransientError } from '../errors.ts';
import type { QueryNamespaceInput, QueryNamespaceOutput } from '../job/contracts.ts';
import type { LexSource } from '../lex/lex-source.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { namespaceFolder } from './pages/delta-keys.ts';
import type { ComparedNamespace } from './pages/judge-document.ts';
import { listedOf } from './pages/outcome-counts.ts';
import type { PageHeader } from './pages/page-object.ts';
import { firstOffset, type PageDeps, queryPage } from './pages/query-page.ts';
import { ReadAhead } from './pages/read-ahead.ts';
import { readReprocessList } from './reprocess/reprocess-list.ts';

/** Failed pages in a row after which the worker ends: Lex answers, but not with pages. */
const MAX_FAILED_IN_A_ROW = 20;

/** What this call has done so far. */
export interface QueryProgress {
  readonly namespace: string;
  readonly batch: number;
  readonly documents: number;
  readonly pages: number;
}

export interface QueryNamespaceDeps extends PageDeps {
  readonly lex: Pick<LexSource, 'readRows' | 'countDocuments'>;
  readonly delta: Pick<ObjectStore, 'get' | 'put'>;
  readonly namespaceOf: (namespace: string) => ComparedNamespace;
  /** True when the turn should end. Asked before every page but the first. */
  readonly shouldStop: () => boolean;
  readonly onProgress?: (progress: QueryProgress) => void;
}

/**
 * @throws PermanentError what would meet every page (`LEX_UNAUTHORIZED`, `LEX_NAMESPACE_UNKNOWN`, `LEX_BAD_REQUEST`, …)
 * @throws TransientError Lex does not even give its count after a failed page, or failed {@link MAX_FAILED_IN_A_ROW} pages
 */
export async function queryNamespace(
  input: QueryNamespaceInput,
  deps: QueryNamespaceDeps,
): Promise<QueryNamespaceOutput> {
  const { namespace, batch, batches, query_batch_size: pageSize } = input;
  const folder = namespaceFolder(input, input.iteration, namespace);
  const module = deps.namespaceOf(namespace);
  const reprocess = await readReprocessList(deps.delta, input, namespace);
  const ahead = new ReadAhead(deps.lex, namespace, pageSize, batches);
  const turn = new Turn(input, deps);
  try {
    for (let page = input.cursor ?? batch; ; page += batches) {
      if (turn.hasWorked && deps.shouldStop()) return turn.output(page);
      const header = await queryPage(
        { folder, namespace, module, reprocess, page, pageSize, ask: ahead.askFor(page) },
        deps,
      );
      turn.add(header);
      if (await turn.isPastEnd(header)) return turn.output(null);
    }
  } finally {
    ahead.close();
  }
}

/** The sums of one turn, and whether there is more to read. */
class Turn {
  readonly #input: QueryNamespaceInput;
  readonly #deps: QueryNamespaceDeps;
  #pages = 0;
  #failedPages = 0;
  #failedInARow = 0;
  #documents = 0;
  #error: string | null = null;

  constructor(input: QueryNamespaceInput, deps: QueryNamespaceDeps) {
    this.#input = input;
    this.#deps = deps;
  }

  get hasWorked(): boolean {
    return this.#pages + this.#failedPages > 0;
  }

  add(header: PageHeader): void {
    if (header.status === 'failed') {
      this.#failedPages += 1;
      this.#failedInARow += 1;
      this.#error = header.error;
    } else {
      this.#pages += 1;
      this.#failedInARow = 0;
    }
    this.#documents += listedOf(header.counts);
    const { namespace, batch } = this.#input;
    this.#deps.onProgress?.({ namespace, batch, documents: this.#documents, pages: this.#pages });
  }

  /** A page that failed says nothing about the end: the count does, and tells too whether Lex is there at all. */
  async isPastEnd(header: PageHeader): Promise<boolean> {
    if (header.status === 'read') return header.reached_end || header.through === null;
    const { namespace, batches, query_batch_size } = this.#input;
    if (this.#failedInARow >= MAX_FAILED_IN_A_ROW) throw tooManyFailures(namespace, header);
    const total = await this.#deps.lex.countDocuments(namespace);
    return firstOffset(header.page + batches, query_batch_size) >= total;
  }

  output(cursor: number | null): QueryNamespaceOutput {
    const { batch } = this.#input;
    return { batch, pages: this.#pages, failed_pages: this.#failedPages, error: this.#error, cursor };
  }
}

function tooManyFailures(namespace: string, header: PageHeader): TransientError {
  const what = `${MAX_FAILED_IN_A_ROW} pages of \`${namespace}\` in a row could not be read; the last: ${header.error}`;
  return new TransientError('LEX_UNREACHABLE', what, { namespace, page: header.page });
}
