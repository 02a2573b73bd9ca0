/**
 * Lex over HTTP. Rows travel as NDJSON where Lex can, as a JSON array otherwise; either way they come out as raw bytes.
 * Failures that may pass are tried again inside the call, until the first row is handed out.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { PermanentError, TransientError } from '../errors.ts';
import {
  decodedBody,
  detailsOf,
  formatOf,
  headerOf,
  type Question,
  readBody,
  readCount,
  readErrorBody,
  refusal,
  totalDocsHeader,
  wrongContentType,
} from './http-answers.ts';
import { type Exchange, exchange } from './http-exchange.ts';
import {
  type HttpLexSettings,
  type HttpLexSourceOptions,
  readHttpLexOptions,
  redirectTarget,
} from './http-lex-options.ts';
import { withRetries } from './http-retry.ts';
import { JsonRowsScanner } from './json-rows-scanner.ts';
import type { LexSource, RowsAnswer } from './lex-source.ts';
import { LineSplitter, type RowScanner } from './line-splitter.ts';

/** As many as browsers' order of magnitude: more is a loop. */
const MAX_REDIRECTS = 5;
/** `close` waits this long for answers that are being read. */
const CLOSE_GRACE_MS = 5_000;

/** An answer up to this size is held back until it is complete: a hundred documents of 2.4 KB. */
const HELD_BYTES = 256 * 1024;

const ACCEPT_ROWS = 'application/x-ndjson, application/json;q=0.5';
const ACCEPT_JSON = 'application/json';

type CallOptions = { readonly signal?: AbortSignal };

/** Opens nothing yet: the first question connects. @throws PermanentError `INPUT_INVALID`: the URL or the token cannot be used */
export function openHttpLexSource(options: HttpLexSourceOptions): LexSource {
  return new HttpLexSource(readHttpLexOptions(options));
}

class HttpLexSource implements LexSource {
  readonly #settings: HttpLexSettings;
  readonly #agent: Agent;
  /** Answers handed out and not begun: `close` need not wait for them. */
  readonly #unread = new Set<Exchange>();
  readonly #withoutGetById = new Set<string>();
  /** The most rows that Lex allows at once, once it has said so. */
  #maxLimit = Number.POSITIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(settings: HttpLexSettings) {
    this.#settings = settings;
    // No bound on connections: how many questions run at once is the caller's choice, and a bound could lock it out.
    this.#agent = new Agent({ connect: { ...settings.tls, timeout: settings.connectTimeoutMs }, pipelining: 1 });
  }

  async countDocuments(namespace: string, { signal }: CallOptions = {}): Promise<number> {
    const question = this.#question(namespace, '/count');
    return this.#retrying(signal, async () => {
      const answer = await this.#ask(question, ACCEPT_JSON, signal);
      if (answer.status !== 200) throw await refusal(answer, question, this.#settings.now());
      return readCount(answer, question);
    });
  }

  async readRows(namespace: string, offset: number, limit: number, options: CallOptions = {}): Promise<RowsAnswer> {
    const asked = Math.min(limit, this.#maxLimit);
    try {
      return await this.#readRows(namespace, offset, asked, options);
    } catch (error) {
      const max = maxLimitIn(error);
      if (max === null || max >= asked) throw error;
      // Lex may give fewer rows than were asked for: whoever asks goes on behind them.
      this.#maxLimit = Math.min(this.#maxLimit, max);
      return this.#readRows(namespace, offset, max, options);
    }
  }

  async #readRows(namespace: string, offset: number, limit: number, { signal }: CallOptions): Promise<RowsAnswer> {
    const question = this.#question(namespace, `?offset=${offset}&limit=${limit}`);
    return this.#retrying(signal, async () => {
      const answer = await this.#ask(question, ACCEPT_ROWS, signal);
      if (answer.status !== 200) throw await refusal(answer, question, this.#settings.now());
      return this.#beginRows(answer, question, offset, limit);
    });
  }

  async getDocument(namespace: string, id: string, { signal }: CallOptions = {}): Promise<Buffer | null | undefined> {
    if (this.#withoutGetById.has(namespace) || !canBeAskedFor(id)) return undefined;
    const question = this.#question(namespace, `/${encodeURIComponent(id)}`);
    return this.#retrying(signal, async () => {
      const answer = await this.#ask(question, ACCEPT_JSON, signal);
      if (answer.status === 200 && formatOf(answer) !== 'other') {
        return withoutLineEnd(await readBody(answer, question, this.#settings.maxRowBytes));
      }
      if (answer.status === 404) {
        const body = await readErrorBody(answer, question);
        if (body['error'] === 'document_not_found') return null;
      } else if (answer.status !== 200) {
        const error = await refusal(answer, question, this.#settings.now());
        if (error instanceof TransientError || error.code === 'LEX_UNAUTHORIZED') throw error;
        if (error.code === 'LEX_BAD_REQUEST') return undefined; // Says something about this id, not about Lex.
      }
      answer.cancel();
      this.#withoutGetById.add(namespace);
      return undefined;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const answer of this.#unread) answer.cancel();
    const grace = new AbortController();
    const graceIsOver = delay(CLOSE_GRACE_MS, undefined, { signal: grace.signal }).catch(() => {});
    await Promise.race([this.#agent.close(), graceIsOver]);
    grace.abort();
    await this.#agent.destroy();
  }

  async #retrying<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new Error('This Lex source is closed.');
    return withRetries(attempt, this.#settings.retry, this.#settings, signal);
  }

  /** @throws PermanentError `LEX_NAMESPACE_UNKNOWN`: a name that no path can hold */
  #question(namespace: string, rest: string): Question {
    if (!canBeAskedFor(namespace)) {
      throw new PermanentError('LEX_NAMESPACE_UNKNOWN', `Lex knows no namespace \`${namespace}\`.`, { namespace });
    }
    const path = `${this.#settings.basePath}/namespaces/${encodeURIComponent(namespace)}/documents${rest}`;
    return { namespace, path };
  }

  /** Follows redirects inside the origin. @throws PermanentError `LEX_REDIRECTED` */
  async #ask(question: Question, accept: string, signal: AbortSignal | undefined): Promise<Exchange> {
    let path = question.path;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const { origin, headers } = this.#settings;
      const request = { ...this.#settings, origin, path, headers: { ...headers, accept }, signal };
      const answer = await exchange(this.#agent, { ...request, details: detailsOf(question) });
      if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      answer.cancel();
      path = redirectTarget(headerOf(answer, 'location'), origin, path, question);
    }
    const what = `Lex redirected ${question.path} more than ${MAX_REDIRECTS} times.`;
    throw new PermanentError('LEX_REDIRECTED', what, detailsOf(question));
  }

  /**
   * Holds a short answer back until it is complete, so that whatever breaks it is still tried again inside the call. Of a
   * longer one the rows are handed out as they come, which is a third faster; what breaks later is the reader's to repeat.
   */
  async #beginRows(answer: Exchange, question: Question, offset: number, limit: number): Promise<RowsAnswer> {
    const format = formatOf(answer);
    if (format === 'other') throw wrongContentType(answer, question);
    const headerTotal = totalDocsHeader(answer, question);
    const context = { namespace: question.namespace, offset, maxRowBytes: this.#settings.maxRowBytes };
    const scanner = format === 'json' ? new JsonRowsScanner(context) : new LineSplitter(context);
    const blocks = scanRows(decodedBody(answer, question), scanner, question, limit);
    const held = await takeUpTo(Math.min(HELD_BYTES, this.#settings.readAheadBytes), blocks);
    const total = scanner.totalDocs ?? headerTotal;
    if (held.length === 0 && total !== null && total > offset && limit > 0) {
      const what = `Lex gave no document from position ${offset} on, though it names ${total} for \`${question.namespace}\`.`;
      throw new TransientError('LEX_PAGE_SHORT', what, { ...detailsOf(question), total_docs: total });
    }
    this.#rememberUnread(answer);
    return {
      get totalDocs() {
        return scanner.totalDocs ?? headerTotal;
      },
      isArray: format === 'json',
      rows: this.#handOut(held, blocks, answer),
    };
  }

  async *#handOut(
    held: readonly (readonly Buffer[])[],
    rest: AsyncGenerator<readonly Buffer[]>,
    answer: Exchange,
  ): AsyncGenerator<readonly Buffer[]> {
    this.#unread.delete(answer);
    try {
      yield* held;
      yield* rest;
    } finally {
      answer.cancel();
    }
  }

  #rememberUnread(answer: Exchange): void {
    for (const unread of this.#unread) if (unread.isOver) this.#unread.delete(unread);
    if (!answer.isOver) this.#unread.add(answer);
  }
}

/** The first blocks: all of them, or some that hold at least so many bytes together. */
async function takeUpTo(
  maxBytes: number,
  blocks: AsyncGenerator<readonly Buffer[]>,
): Promise<readonly (readonly Buffer[])[]> {
  const taken: (readonly Buffer[])[] = [];
  for (let bytes = 0; bytes < maxBytes; ) {
    const block = await blocks.next();
    if (block.done) break;
    taken.push(block.value);
    for (const row of block.value) bytes += row.length;
  }
  return taken;
}

async function* scanRows(
  chunks: AsyncIterable<readonly Buffer[]>,
  scanner: RowScanner,
  question: Question,
  limit: number,
): AsyncGenerator<readonly Buffer[]> {
  let count = 0;
  for await (const waiting of chunks) {
    const rows: Buffer[] = [];
    for (const chunk of waiting) scanner.push(chunk, rows);
    count += rows.length;
    if (count > limit) {
      const what = `Lex gave more than the ${limit} documents that it was asked for.`;
      throw new PermanentError('LEX_ANSWER_INVALID', what, detailsOf(question));
    }
    if (rows.length > 0) yield rows;
  }
  scanner.end();
}

/** What a Lex that refuses a limit allows instead. With fewer than 2 rows at once, pages could never be joined. */
function maxLimitIn(error: unknown): number | null {
  if (!(error instanceof PermanentError) || error.code !== 'LEX_BAD_REQUEST') return null;
  const max = error.details['max_limit'];
  return Number.isInteger(max) && (max as number) >= 2 ? (max as number) : null;
}

/** Empty, `.` and `..` change the path that they stand in; a lone surrogate has no UTF-8. */
function canBeAskedFor(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && segment.isWellFormed();
}

function withoutLineEnd(body: Buffer): Buffer {
  if (body.at(-1) !== 0x0a) return body;
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1);
}
