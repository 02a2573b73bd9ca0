/** The options of the HTTP source, checked once. */
import { PermanentError } from '../errors.ts';
import { detailsOf, type Question } from './http-answers.ts';
import {
  DEFAULT_RETRY_POLICY,
  REAL_RETRY_DEPENDENCIES,
  type RetryDependencies,
  type RetryPolicy,
} from './http-retry.ts';
import { isLoopbackName } from './local-server.ts';

/** A document of 10 MB must pass; what is longer than this would rather be a mistake or an attack. */
export const DEFAULT_MAX_ROW_BYTES = 32 * 1024 * 1024;
/** One page of 1,000 documents of 2.4 KB, and a half. */
const DEFAULT_READ_AHEAD_BYTES = 4 * 1024 * 1024;

export interface HttpLexSourceOptions extends Partial<RetryDependencies> {
  /** `https:`, or `http:` without a token or to this machine; with or without a path; without user, query and fragment. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`, to this origin only. */
  readonly token?: string | undefined;
  /** For mutual TLS and private authorities: PEM texts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  /**
   * Whether to ask for zstd or gzip. `auto`: unless Lex is on this machine, where unpacking costs more than it saves.
   * @default 'auto'
   */
  readonly compression?: 'auto' | 'always' | 'never';
  /** @default 10,000 */
  readonly connectTimeoutMs?: number;
  /** From the request until the answer begins. @default 60,000 */
  readonly headersTimeoutMs?: number;
  /** Longest silence inside an answer. @default 30,000 */
  readonly idleTimeoutMs?: number;
  /** Longest time for one answer, waiting for its reader apart. @default 300,000 */
  readonly totalTimeoutMs?: number;
  /** @default 32 MiB */
  readonly maxRowBytes?: number;
  /** Bytes that an answer may hold before they are taken. @default 4 MiB */
  readonly readAheadBytes?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly now?: () => number;
}

export interface HttpLexSettings extends RetryDependencies {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly basePath: string;
  /** Sent with every question; they hold the token, and go nowhere else. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxRowBytes: number;
  readonly readAheadBytes: number;
  readonly retry: RetryPolicy;
  readonly now: () => number;
}

/** @throws PermanentError `INPUT_INVALID` */
export function readHttpLexOptions(options: HttpLexSourceOptions): HttpLexSettings {
  const url = checkBaseUrl(options.baseUrl, options.token);
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    headers: commonHeaders(url, options),
    tls: options.tls ?? {},
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    headersTimeoutMs: options.headersTimeoutMs ?? 60_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 300_000,
    maxRowBytes: options.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES,
    readAheadBytes: options.readAheadBytes ?? DEFAULT_READ_AHEAD_BYTES,
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
    random: options.random ?? REAL_RETRY_DEPENDENCIES.random,
    sleep: options.sleep ?? REAL_RETRY_DEPENDENCIES.sleep,
    now: options.now ?? Date.now,
  };
}

/** @returns path and query to ask next. @throws PermanentError `LEX_REDIRECTED`, `LEX_ANSWER_INVALID`: no target */
export function redirectTarget(location: string | undefined, origin: string, path: string, question: Question): string {
  const target = location === undefined ? null : URL.parse(location, new URL(path, origin).href);
  if (target === null) {
    const what = `Lex redirected ${question.path} without a usable target.`;
    throw new PermanentError('LEX_ANSWER_INVALID', what, detailsOf(question));
  }
  if (target.origin === origin) return target.pathname + target.search;
  const what = `Lex redirected ${question.path} to ${target.origin}.`;
  throw new PermanentError('LEX_REDIRECTED', what, detailsOf(question));
}

/** The URL is not repeated in errors: it may hold a password. */
function checkBaseUrl(baseUrl: string, token: string | undefined): URL {
  const url = URL.parse(baseUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new PermanentError('INPUT_INVALID', 'The Lex URL must begin with http:// or https:// and name a host.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new PermanentError(
      'INPUT_INVALID',
      'The Lex URL must hold no user, query or fragment; a token goes into its own setting.',
    );
  }
  if (url.protocol === 'http:' && (token?.trim() ?? '') !== '' && !isLoopbackName(url.hostname)) {
    const what = 'A token goes to Lex over https:// only, or to this machine.';
    throw new PermanentError('INPUT_INVALID', what);
  }
  return url;
}

function commonHeaders(
  url: URL,
  { token, compression = 'auto' }: HttpLexSourceOptions,
): Readonly<Record<string, string>> {
  const asksForCompression = compression === 'always' || (compression === 'auto' && !isLoopbackName(url.hostname));
  const headers = {
    'user-agent': 'lexdelta',
    'accept-encoding': asksForCompression ? 'zstd, gzip;q=0.5' : 'identity',
  };
  const bearer = token?.trim() ?? '';
  if (bearer === '') return headers;
  if (!/^[\x21-\x7e]+$/.test(bearer)) {
    throw new PermanentError('INPUT_INVALID', 'The Lex token holds characters that no HTTP header can carry.');
  }
  return { ...headers, authorization: `Bearer ${bearer}` };
}
