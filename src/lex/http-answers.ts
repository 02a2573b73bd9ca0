/** What the status, headers and short bodies of a Lex answer mean. */
import { type ErrorDetails, type LexdeltaError, PermanentError, TransientError } from '../errors.ts';
import { decodeContent } from './content-decoding.ts';
import type { Exchange } from './http-exchange.ts';
import { parseRetryAfter } from './http-retry.ts';
import { checkAnsweredNamespace, checkTotalDocs } from './json-rows-scanner.ts';

/** A count or an error is far shorter; a longer body is not what it claims to be. */
const MAX_SHORT_BODY_BYTES = 64 * 1024;

/** Names a question in errors. Holds no secret. */
export interface Question {
  readonly namespace: string;
  /** Path and query. */
  readonly path: string;
}

export type AnswerFormat = 'ndjson' | 'json' | 'other';

export function formatOf(answer: Exchange): AnswerFormat {
  const mediaType = (headerOf(answer, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType === 'application/x-ndjson' || mediaType === 'application/ndjson') return 'ndjson';
  return mediaType === 'application/json' ? 'json' : 'other';
}

/** The one value of a header, `undefined` when it is absent or came more than once. */
export function headerOf(answer: Exchange, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** @returns `X-Total-Docs`, or `null`. @throws PermanentError `LEX_ANSWER_INVALID`: no whole number from 0 */
export function totalDocsHeader(answer: Exchange, { namespace }: Question): number | null {
  const text = answer.headers['x-total-docs'];
  if (text === undefined) return null;
  return checkTotalDocs(typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text, namespace);
}

export function wrongContentType(answer: Exchange, question: Question): PermanentError {
  answer.cancel();
  return new PermanentError(
    'LEX_ANSWER_INVALID',
    `Lex answered ${question.path} with neither NDJSON nor JSON.`,
    detailsOf(question),
  );
}

/** The error that a status other than 200 stands for. Reads the body where it says more, and gives the connection back. */
export async function refusal(answer: Exchange, question: Question, nowMs: number): Promise<LexdeltaError> {
  const details = { ...detailsOf(question), status: answer.status };
  const what = `Lex answered ${answer.status} to ${question.path}.`;
  if (answer.status === 400) {
    const maxLimit = (await readErrorBody(answer, question))['max_limit'];
    return new PermanentError(
      'LEX_BAD_REQUEST',
      what,
      typeof maxLimit === 'number' ? { ...details, max_limit: maxLimit } : details,
    );
  }
  answer.cancel();
  switch (answer.status) {
    case 401:
    case 403:
      return new PermanentError('LEX_UNAUTHORIZED', what, details);
    case 404:
      return new PermanentError('LEX_NAMESPACE_UNKNOWN', `Lex knows no namespace \`${question.namespace}\`.`, details);
    case 408:
      return new TransientError('LEX_TIMEOUT', what, details);
    case 410:
      return new TransientError('LEX_SNAPSHOT_GONE', what, details);
    case 429:
    case 503: {
      const waitMs = parseRetryAfter(headerOf(answer, 'retry-after'), nowMs);
      return new TransientError('LEX_BUSY', what, waitMs === null ? details : { ...details, retry_after_ms: waitMs });
    }
    default:
      if (answer.status >= 500 && answer.status !== 501) return new TransientError('LEX_UNREACHABLE', what, details);
      return new PermanentError('LEX_ANSWER_INVALID', what, details);
  }
}

/** @throws PermanentError `LEX_ANSWER_INVALID`, `LEX_WRONG_NAMESPACE`, TransientError `LEX_BODY_CUT` */
export async function readCount(answer: Exchange, question: Question): Promise<number> {
  if (formatOf(answer) !== 'json') throw wrongContentType(answer, question);
  const text = (await readBody(answer, question, MAX_SHORT_BODY_BYTES)).toString().trim();
  const body = parseJson(text);
  if (body === undefined && !text.endsWith('}')) {
    throw new TransientError(
      'LEX_BODY_CUT',
      `The answer to ${question.path} ends before its JSON does.`,
      detailsOf(question),
    );
  }
  const members = membersOf(body);
  if (members['namespace'] !== undefined) checkAnsweredNamespace(members['namespace'], question.namespace);
  return checkTotalDocs(members['total_docs'], question.namespace);
}

/** The members of a short JSON object; none when the body is something else. */
export async function readErrorBody(answer: Exchange, question: Question): Promise<Readonly<Record<string, unknown>>> {
  if (formatOf(answer) !== 'json') {
    answer.cancel();
    return {};
  }
  return membersOf(parseJson((await readBody(answer, question, MAX_SHORT_BODY_BYTES)).toString()));
}

/** The body as it was before `Content-Encoding`. @throws as `decodeContent` */
export function decodedBody(answer: Exchange, question: Question): AsyncIterable<readonly Buffer[]> {
  // Some servers name an encoding for an answer without a body, which unpacked would be a cut one.
  const isEmpty = headerOf(answer, 'content-length') === '0';
  return decodeContent(answer.body, isEmpty ? undefined : headerOf(answer, 'content-encoding'), question);
}

/** The whole body, decoded. @throws PermanentError `LEX_ANSWER_INVALID`: longer than `maxBytes` */
export async function readBody(answer: Exchange, question: Question, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunks of decodedBody(answer, question)) {
    for (const chunk of chunks) bytes += chunk.length;
    if (bytes > maxBytes) {
      const what = `The answer to ${question.path} is longer than ${maxBytes} bytes.`;
      throw new PermanentError('LEX_ANSWER_INVALID', what, detailsOf(question));
    }
    pieces.push(...chunks);
  }
  return Buffer.concat(pieces);
}

export function detailsOf({ namespace, path }: Question): ErrorDetails {
  return { namespace, path };
}

/** `undefined` when the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
