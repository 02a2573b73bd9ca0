/**
 * One HTTP request and its answer: time limits, reading ahead, and what a broken connection means.
 * Below undici's `request`, because its stream copies everything read ahead into one buffer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { type ErrorDetails, LexdeltaError, PermanentError, TransientError } from '../errors.ts';

export interface ExchangeRequest {
  readonly origin: string;
  /** Path and query, percent-encoded; sent as it stands. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the start of the request until the answer's headers. */
  readonly headersTimeoutMs: number;
  /** Longest silence inside a body. */
  readonly idleTimeoutMs: number;
  /** Longest time for a body. Time in which nobody took what had been read ahead does not count. */
  readonly totalTimeoutMs: number;
  /** Reading stops while this much waits to be taken. */
  readonly readAheadBytes: number;
  readonly signal: AbortSignal | undefined;
  /** For errors. Holds no secret. */
  readonly details: ErrorDetails;
}

export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came in, all chunks that wait at once. Can be taken once; ending early cancels. */
  readonly body: AsyncIterable<readonly Buffer[]>;
  /** Whether the connection is given back: the body is complete, or broke off. */
  readonly isOver: boolean;
  /** Gives the connection back; nothing happens when the body is complete. */
  cancel(reason?: Error): void;
}

/**
 * @throws TransientError `LEX_UNREACHABLE`, `LEX_TIMEOUT`; while the body is read also `LEX_BODY_CUT`
 * @throws PermanentError `LEX_ANSWER_INVALID`: headers beyond all bounds
 * @throws the reason of `signal`
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const answer = new PendingExchange(request, resolve, reject);
    if (answer.isOver) return;
    const { origin, path, headers } = request;
    // Time limits are kept here: undici's own are only exact to about a second.
    dispatcher.dispatch({ origin, path, method: 'GET', headers, headersTimeout: 0, bodyTimeout: 0 }, answer);
  });
}

class PendingExchange implements Exchange, Dispatcher.DispatchHandler {
  status = 0;
  headers: IncomingHttpHeaders = {};
  isOver = false;
  readonly #request: ExchangeRequest;
  readonly #resolve: (answer: Exchange) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onAbort = () => this.cancel(this.#request.signal?.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #error: unknown;
  #wake: (() => void) | undefined;
  /** One clock at a time: for the headers first, then for silence in the body. */
  #silence: NodeJS.Timeout | undefined;
  #total: NodeJS.Timeout | undefined;
  #totalLeftMs: number;
  #totalSince = 0;

  constructor(request: ExchangeRequest, resolve: (answer: Exchange) => void, reject: (error: unknown) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#totalLeftMs = request.totalTimeoutMs;
    if (request.signal?.aborted) this.#fail(request.signal.reason);
    else request.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.isOver) controller.abort(new Error('cancelled'));
    else this.#silence = setTimeout(() => this.#giveUp('began no answer'), this.#request.headersTimeoutMs);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.isOver) return;
    clearTimeout(this.#silence);
    this.status = status;
    this.headers = headers;
    this.#startClocks();
    this.#resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver) return;
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#silence?.refresh();
    this.#wake?.();
    if (this.#waitingBytes < this.#request.readAheadBytes || controller.paused) return;
    controller.pause();
    this.#stopClocks();
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(this.#asLexError(error));
  }

  get body(): AsyncIterable<readonly Buffer[]> {
    return this.#takeBody();
  }

  cancel(reason: Error = new Error('The answer was given up.')): void {
    if (this.isOver) return;
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  async *#takeBody(): AsyncGenerator<readonly Buffer[]> {
    try {
      for (;;) {
        this.#request.signal?.throwIfAborted();
        if (this.#chunks.length > 0) yield this.#takeWaiting();
        else if (this.#error !== undefined) throw this.#error;
        else if (this.isOver) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.cancel();
    }
  }

  #takeWaiting(): readonly Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#waitingBytes = 0;
    if (this.#controller?.paused && !this.isOver) {
      this.#startClocks();
      this.#controller.resume();
    }
    return chunks;
  }

  #startClocks(): void {
    this.#silence = setTimeout(() => this.#giveUp('fell silent'), this.#request.idleTimeoutMs);
    this.#total = setTimeout(() => this.#giveUp('did not end'), this.#totalLeftMs);
    this.#totalSince = performance.now();
  }

  #stopClocks(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#totalLeftMs -= performance.now() - this.#totalSince;
  }

  #giveUp(what: string): void {
    this.cancel(
      new TransientError('LEX_TIMEOUT', `The answer of Lex ${what} within its time limit.`, this.#request.details),
    );
  }

  #finish(): void {
    this.isOver = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    this.#wake?.();
  }

  #fail(error: unknown): void {
    if (this.isOver) return;
    this.#error = error;
    this.#finish();
    this.#reject(error); // Without effect once the headers were there.
  }

  /** The cause is named by its code only: undici's errors may hold bytes of the answer. */
  #asLexError(error: Error): LexdeltaError {
    if (error instanceof LexdeltaError) return error;
    const cause = causeCode(error);
    const details = { ...this.#request.details, cause };
    if (cause === 'UND_ERR_HEADERS_OVERFLOW') {
      return new PermanentError('LEX_ANSWER_INVALID', 'The headers of the answer are too long.', details);
    }
    if (this.status === 0) return new TransientError('LEX_UNREACHABLE', `Lex gave no answer (${cause}).`, details);
    if (cause === 'ECONNRESET') {
      return new TransientError('LEX_UNREACHABLE', 'Lex reset the connection in the middle of an answer.', details);
    }
    return new TransientError('LEX_BODY_CUT', `The answer of Lex broke off (${cause}).`, details);
  }
}

/** With two addresses for one name, Node wraps the refusals of both in an `AggregateError`. */
function causeCode(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  for (const candidate of [error, inner, error.cause]) {
    if (candidate instanceof Error && 'code' in candidate && typeof candidate.code === 'string') return candidate.code;
  }
  return error.name;
}
