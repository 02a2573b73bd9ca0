/** What the Lex server answers to a question, before it is sent. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LexdeltaError } from '../errors.ts';
import { LineSplitter } from './line-splitter.ts';
import type { NamespaceFile } from './namespace-file.ts';
import type { NamespaceFiles } from './namespace-files.ts';

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In blocks; what cannot be read in the middle breaks the answer off. */
  readonly body: AsyncIterable<Buffer>;
  /** `null`: not known before the body is made. */
  readonly bodyBytes: number | null;
}

export interface AnswerSettings {
  readonly files: NamespaceFiles;
  readonly maxLimit: number;
  readonly hasKeysetPaging: boolean;
  readonly isJsonOnly: boolean;
}

interface RowsQuestion {
  readonly namespace: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Fewer rows than asked for, on purpose; the number asked for is the argument. */
  readonly shorten: (rows: number) => number;
}

const DEFAULT_LIMIT = 1000;
/** Digits only, and few enough to stay exact. */
const WHOLE_NUMBER = /^\d{1,15}$/;

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ServerAnswer {
  return bytesAnswer(status, Buffer.from(`${JSON.stringify(body)}\n`), {
    'content-type': 'application/json',
    ...headers,
  });
}

/** The answer that an error stands for. */
export function errorAnswer(error: unknown): ServerAnswer {
  if (!(error instanceof LexdeltaError)) return jsonAnswer(500, { error: 'internal' });
  if (error.code === 'LEX_NAMESPACE_UNKNOWN') return jsonAnswer(404, { error: 'namespace_unknown' });
  return jsonAnswer(error.code === 'LEX_BODY_CUT' ? 503 : 500, { error: error.code.toLowerCase() });
}

export async function answerCount({ files }: AnswerSettings, namespace: string): Promise<ServerAnswer> {
  const file = await files.current(namespace);
  return jsonAnswer(200, { namespace, total_docs: file.lines.rows }, { 'x-lex-snapshot': snapshotOf(file) });
}

export async function answerDocument({ files }: AnswerSettings, namespace: string, id: string): Promise<ServerAnswer> {
  const place = await (await files.current(namespace)).findId(id);
  if (place === null) return jsonAnswer(405, { error: 'no_get_by_id' });
  if (place.row === null) return jsonAnswer(404, { error: 'document_not_found' });
  return bytesAnswer(200, place.row, { 'content-type': 'application/json' });
}

export async function answerRows(settings: AnswerSettings, question: RowsQuestion): Promise<ServerAnswer> {
  const { namespace, query } = question;
  const file = await settings.files.current(namespace);
  const limit = readNumber(query.get('limit') ?? String(Math.min(DEFAULT_LIMIT, settings.maxLimit)), settings.maxLimit);
  const offset = await readOffset(settings, file, query);
  if (limit === null || offset === null) {
    return jsonAnswer(400, { error: 'bad_offset_or_limit', max_limit: settings.maxLimit });
  }
  const snapshot = query.get('snapshot');
  if (snapshot !== null && snapshot !== snapshotOf(file)) return jsonAnswer(410, { error: 'snapshot_gone' });

  const total = file.lines.rows;
  const asked = Math.max(0, Math.min(limit, total - offset));
  const rows = asked === 0 ? 0 : question.shorten(asked);
  const start = await file.positionOf(offset);
  const end = rows === 0 ? start : await file.positionOf(offset + rows);
  const headers = { 'x-total-docs': String(total), 'x-lex-snapshot': snapshotOf(file) };
  if (!settings.isJsonOnly && prefersNdjson(question.headers.accept ?? '')) {
    const type = { 'content-type': 'application/x-ndjson' };
    return { status: 200, headers: { ...headers, ...type }, body: file.blocks(start, end), bodyBytes: end - start };
  }
  const frame = `{"namespace":${JSON.stringify(namespace)},"total_docs":${total},"offset":${offset},"documents":[`;
  const context = { namespace, offset, maxRowBytes: Number.POSITIVE_INFINITY };
  const body = asJsonArray(frame, file.blocks(start, end), new LineSplitter(context, start === 0));
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body, bodyBytes: null };
}

/** @returns the number of the first row, `null` when `offset` or `after` cannot be served */
async function readOffset(
  { hasKeysetPaging }: AnswerSettings,
  file: NamespaceFile,
  query: URLSearchParams,
): Promise<number | null> {
  const after = query.get('after');
  if (after === null) return readNumber(query.get('offset') ?? '0', Number.MAX_SAFE_INTEGER);
  if (!hasKeysetPaging || query.has('offset')) return null;
  return (await file.findId(after))?.next ?? null;
}

async function* asJsonArray(
  frame: string,
  blocks: AsyncIterable<Buffer>,
  splitter: LineSplitter,
): AsyncGenerator<Buffer> {
  yield Buffer.from(frame);
  const comma = Buffer.from(',');
  let isFirst = true;
  for await (const block of blocks) {
    const rows: Buffer[] = [];
    splitter.push(block, rows);
    const pieces = rows.flatMap((row) => [comma, row]);
    yield Buffer.concat(isFirst ? pieces.slice(1) : pieces);
    isFirst &&= rows.length === 0;
  }
  splitter.end();
  yield Buffer.from(']}\n');
}

function bytesAnswer(status: number, bytes: Buffer, headers: Readonly<Record<string, string>>): ServerAnswer {
  return { status, headers, body: once(bytes), bodyBytes: bytes.length };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function readNumber(text: string, max: number): number | null {
  return WHOLE_NUMBER.test(text) && Number(text) <= max ? Number(text) : null;
}

/** Whether NDJSON is named, and JSON not preferred to it. */
function prefersNdjson(accept: string): boolean {
  const ndjson = acceptedQuality(accept, 'application/x-ndjson');
  return ndjson > 0 && ndjson >= acceptedQuality(accept, 'application/json');
}

/** The `q` that a list header gives to `name`: 1 when it names it without one, 0 when it does not name it. */
export function acceptedQuality(header: string, name: string): number {
  for (const entry of header.toLowerCase().split(',')) {
    const [value = '', ...parameters] = entry.split(';').map((part) => part.trim());
    if (value !== name) continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0;
  }
  return 0;
}

/** Opaque, and another whenever the file is. */
function snapshotOf(file: NamespaceFile): string {
  return createHash('sha256').update(file.identity).digest('hex').slice(0, 16);
}
