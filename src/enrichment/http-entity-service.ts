/**
 * An entity service over HTTP; the contract is docs/entity-service.md. Asked by `POST`, so that names of clients stand in no
 * URL, which servers and proxies log. Failures that may pass are tried again inside the call.
 */
import { Agent, type Dispatcher } from 'undici';
import { hasErrno, LexdeltaError, PermanentError, TransientError } from '../errors.ts';
import {
  DEFAULT_RETRY_POLICY,
  parseRetryAfter,
  REAL_RETRY_DEPENDENCIES,
  type RetryDependencies,
  type RetryPolicy,
  withRetries,
} from '../lex/http-retry.ts';
import { isLoopbackName } from '../lex/local-server.ts';
import type { EntityAnswer, EntityAuthority, EntityQuestion } from './entity-authority.ts';
import { readEntityAnswer } from './read-entity-answer.ts';

/** An entity has 23 fields of at most 200 characters. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Requests in all; the queue asks again later. With 30 s each and the waits between them, a question takes 160 s at most. */
const ATTEMPTS = 3;

export interface EntityServiceOptions extends Partial<RetryDependencies> {
  /** `https:`, or `http:` without a token or to this machine; with or without a path; without user, query and fragment. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** From the connection until the last byte. @default 30,000 */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly now?: () => number;
}

/** Opens nothing yet: the first question connects. @throws PermanentError `INPUT_INVALID`: the URL or the token cannot be used */
export function openHttpEntityService(options: EntityServiceOptions): EntityAuthority {
  const url = checkUrl(options.baseUrl, options.token);
  return new HttpEntityService(url, options);
}

class HttpEntityService implements EntityAuthority {
  readonly #origin: string;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #retry: RetryPolicy;
  readonly #dependencies: RetryDependencies;
  readonly #now: () => number;
  readonly #agent: Agent;

  constructor(url: URL, options: EntityServiceOptions) {
    this.#origin = url.origin;
    this.#path = `${url.pathname.replace(/\/+$/, '')}/entities/resolve`;
    this.#headers = headersWith(options.token);
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#retry = { ...DEFAULT_RETRY_POLICY, attempts: ATTEMPTS, ...options.retry };
    this.#dependencies = { ...REAL_RETRY_DEPENDENCIES, ...definedOf(options) };
    this.#now = options.now ?? Date.now;
    this.#agent = new Agent({ connect: { timeout: this.#timeoutMs }, maxResponseSize: MAX_ANSWER_BYTES });
  }

  ask(question: EntityQuestion, signal?: AbortSignal): Promise<EntityAnswer | null> {
    return withRetries(() => this.#askOnce(question, signal), this.#retry, this.#dependencies, signal);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #askOnce({ entity_key, text }: EntityQuestion, signal: AbortSignal | undefined): Promise<EntityAnswer | null> {
    // One limit for all of it: answers are short.
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const answer = await this.#agent.request({
        origin: this.#origin,
        path: this.#path,
        method: 'POST',
        headers: this.#headers,
        body: JSON.stringify({ entity_key, text: text.toWellFormed() }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return await this.#readAnswer(answer, { entity_key, text });
    } catch (error) {
      if (error instanceof LexdeltaError) throw error;
      signal?.throwIfAborted();
      throw asServiceError(error, timeout.aborted);
    }
  }

  async #readAnswer(answer: Dispatcher.ResponseData, question: EntityQuestion): Promise<EntityAnswer | null> {
    const { statusCode: status, headers, body } = answer;
    const mediaType = String(headers['content-type'] ?? '')
      .split(';')[0]!
      .trim()
      .toLowerCase();
    if (status !== 200 && status !== 404) {
      await body.dump();
      throw refusal(status, headers['retry-after'], this.#now());
    }
    if (mediaType !== 'application/json') {
      await body.dump();
      // A proxy or a wrong URL says 404 as well, and everything would be unknown.
      const what = `The entity service answered ${status} with something else than JSON.`;
      throw new PermanentError('ENTITY_ANSWER_INVALID', what, { status });
    }
    const value = parseJson(await body.text());
    if (status === 200) return readEntityAnswer(value, question);
    if (value !== null && typeof value === 'object' && 'error' in value && value.error === 'entity_unknown')
      return null;
    const what = 'The entity service answered 404 without `{"error":"entity_unknown"}`.';
    throw new PermanentError('ENTITY_ANSWER_INVALID', what, { status });
  }
}

function refusal(status: number, retryAfter: unknown, nowMs: number): LexdeltaError {
  const what = `The entity service answered ${status}.`;
  if (status === 401 || status === 403) return new PermanentError('ENTITY_SERVICE_UNAUTHORIZED', what, { status });
  if (status === 429 || status === 503) {
    const waitMs = parseRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, nowMs);
    const details = waitMs === null ? { status } : { status, retry_after_ms: waitMs };
    return new TransientError('ENTITY_SERVICE_BUSY', what, details);
  }
  if (status === 408 || (status >= 500 && status !== 501)) {
    return new TransientError('ENTITY_SERVICE_UNREACHABLE', what, { status });
  }
  return new PermanentError('ENTITY_SERVICE_REFUSED', what, { status });
}

/** The cause is named by its code only: undici's errors may hold bytes of the answer. */
function asServiceError(error: unknown, isTimeout: boolean): LexdeltaError {
  if (hasErrno(error, 'UND_ERR_RES_EXCEEDED_MAX_SIZE')) {
    const what = `The entity service gave an answer of more than ${MAX_ANSWER_BYTES} bytes.`;
    return new PermanentError('ENTITY_ANSWER_INVALID', what);
  }
  const cause = isTimeout ? 'timeout' : causeCode(error);
  return new TransientError('ENTITY_SERVICE_UNREACHABLE', `The entity service gave no whole answer (${cause}).`, {
    cause,
  });
}

/** With two addresses for one name, Node wraps the refusals of both in an `AggregateError`. */
function causeCode(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  for (const candidate of [inner, inner instanceof Error ? inner.cause : undefined]) {
    if (candidate instanceof Error && 'code' in candidate && typeof candidate.code === 'string') return candidate.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** `undefined` when the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The URL is not repeated in errors: it may hold a password. */
function checkUrl(baseUrl: string, token: string | undefined): URL {
  const url = URL.parse(baseUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new PermanentError('INPUT_INVALID', 'The URL of the entity service must begin with https:// or http://.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const what = 'The URL of the entity service must hold no user, query or fragment; a token has its own setting.';
    throw new PermanentError('INPUT_INVALID', what);
  }
  if (url.protocol === 'http:' && (token?.trim() ?? '') !== '' && !isLoopbackName(url.hostname)) {
    const what = 'A token goes to an entity service over https:// only, or to this machine.';
    throw new PermanentError('INPUT_INVALID', what);
  }
  return url;
}

function headersWith(token: string | undefined): Readonly<Record<string, string>> {
  const headers = {
    'user-agent': 'lexdelta',
    'content-type': 'application/json',
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  const bearer = token?.trim() ?? '';
  if (bearer === '') return headers;
  if (!/^[\x21-\x7e]+$/.test(bearer)) {
    throw new PermanentError('INPUT_INVALID', 'The token holds characters that no HTTP header can carry.');
  }
  return { ...headers, authorization: `Bearer ${bearer}` };
}

function definedOf({ random, sleep }: Partial<RetryDependencies>): Partial<RetryDependencies> {
  return { ...(random === undefined ? {} : { random }), ...(sleep === undefined ? {} : { sleep }) };
}
