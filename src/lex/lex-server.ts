/** A Lex over a folder, to try against: all of the HTTP contract, with faults on demand. Loopback unless told otherwise. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BUILT_IN_ID_FIELDS } from './document-id.ts';
import { drawFault, type Fault, type Faults } from './lex-faults.ts';
import {
  type AnswerSettings,
  answerCount,
  answerDocument,
  answerRows,
  errorAnswer,
  jsonAnswer,
  type ServerAnswer,
} from './lex-server-answers.ts';
import { sendAnswer } from './lex-server-sending.ts';
import { bringsToken, isLoopbackName, type LocalServer, listenOn, namesLoopback } from './local-server.ts';
import { NamespaceFiles } from './namespace-files.ts';

/** The largest `query_batch_size`, and the row before the page. */
const DEFAULT_MAX_LIMIT = 10_001;
/** 200,000 documents of 2.4 KB. */
const DEFAULT_CACHE_BYTES = 512 * 1024 * 1024;

export interface LexServerOptions {
  /** Holds `{namespace}.ndjson`; files may be replaced while it serves. */
  readonly folder: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Asked for as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  readonly faults?: Faults | undefined;
  /** Most rows an answer holds. @default 10,001 */
  readonly maxLimit?: number;
  /** Whether `after=` is served. @default true */
  readonly keysetPaging?: boolean;
  /** Answers JSON whatever is asked for. @default false */
  readonly jsonOnly?: boolean;
  /** Field that holds the id, per namespace; without it a namespace has no get-by-id. @default the built-in namespaces */
  readonly idFields?: Readonly<Record<string, string>>;
  /** A file up to this size is held in memory. @default 512 MiB */
  readonly cacheBytes?: number;
}

/** @throws Node's own error when the port is taken (`EADDRINUSE`) or may not be used */
export async function startLexServer(options: LexServerOptions): Promise<LocalServer> {
  const { host = '127.0.0.1', port, idFields = BUILT_IN_ID_FIELDS, cacheBytes = DEFAULT_CACHE_BYTES } = options;
  const settings: AnswerSettings = {
    files: new NamespaceFiles({ folder: options.folder, idFields, cacheBytes, maxRowBytes: Number.POSITIVE_INFINITY }),
    maxLimit: options.maxLimit ?? DEFAULT_MAX_LIMIT,
    hasKeysetPaging: options.keysetPaging ?? true,
    isJsonOnly: options.jsonOnly ?? false,
  };
  const isLoopback = isLoopbackName(host);
  let requests = 0;
  const server = createServer((request, response) => {
    const fault = options.faults === undefined ? null : drawFault(options.faults, requests);
    requests += 1;
    const refused = refuse(request, options.token, isLoopback);
    respond(request, response, refused, fault, settings, options.faults).catch(() => response.destroy());
  });
  return listenOn(server, host, port);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  refused: ServerAnswer | null,
  fault: Fault | null,
  settings: AnswerSettings,
  faults: Faults | undefined,
): Promise<void> {
  const answer = refused ?? faultAnswer(fault, faults) ?? (await answerTo(request, fault, settings).catch(errorAnswer));
  await sendAnswer(request, response, answer, refused === null ? fault : null, faults?.slowMs ?? 0);
}

function faultAnswer(fault: Fault | null, faults: Faults | undefined): ServerAnswer | null {
  if (fault === null || !['503', '429', '500'].includes(fault.kind)) return null;
  const seconds = faults?.retryAfterSeconds ?? null;
  const isBusy = fault.kind !== '500' && seconds !== null;
  return jsonAnswer(Number(fault.kind), { error: 'fault' }, isBusy ? { 'retry-after': String(seconds) } : {});
}

async function answerTo(
  request: IncomingMessage,
  fault: Fault | null,
  settings: AnswerSettings,
): Promise<ServerAnswer> {
  const [path = '', query = ''] = splitOnce(request.url ?? '');
  const segments = path.split('/').slice(1).map(decodeSegment);
  const [root, namespace, documents, name, ...rest] = segments;
  if (root !== 'namespaces' || documents !== 'documents' || namespace == null || rest.length > 0 || name === null) {
    return jsonAnswer(404, { error: 'not_found' });
  }
  if (name === undefined) {
    const shorten = (rows: number) => shortened(rows, fault);
    return answerRows(settings, { namespace, query: new URLSearchParams(query), headers: request.headers, shorten });
  }
  return name === 'count' ? answerCount(settings, namespace) : answerDocument(settings, namespace, name);
}

function shortened(rows: number, fault: Fault | null): number {
  if (fault?.kind === 'empty') return 0;
  return fault?.kind === 'short' ? Math.max(1, Math.floor(rows * fault.where)) : rows;
}

/** What is refused before anything is looked at, `null` when nothing is. */
function refuse(request: IncomingMessage, token: string | undefined, isLoopback: boolean): ServerAnswer | null {
  if (!request.url?.startsWith('/')) return jsonAnswer(400, { error: 'bad_target' });
  if (isLoopback && !namesLoopback(request)) return jsonAnswer(421, { error: 'wrong_host' });
  if (token !== undefined && !bringsToken(request, token)) {
    return jsonAnswer(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer' });
  }
  return request.method === 'GET' ? null : jsonAnswer(405, { error: 'method_not_allowed' }, { allow: 'GET' });
}

function splitOnce(url: string): readonly [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** `null` for broken percent-encoding. */
function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
