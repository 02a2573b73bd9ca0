/**
 * Stands between a client and its service, after signing and before the wire: refuses, loses answers, cuts bodies, asks for
 * smaller pages. What it lets through is answered by the service itself.
 */
import { Readable } from 'node:stream';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As text; empty where it is a stream. */
  readonly body: string;
  /** Of a JSON service: `PutItem`; of S3: the method and what is asked of the object (`PUT`, `GET ?list-type`, `POST ?uploadId`). */
  readonly operation: string;
}

export interface FakeAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Intervention =
  /** Nothing reaches the service. */
  | { readonly kind: 'refuse'; readonly answer: FakeAnswer }
  /** The service does it, the client never hears. */
  | { readonly kind: 'lose answer' }
  /** The body ends in the middle. */
  | { readonly kind: 'cut body' }
  | { readonly kind: 'change'; readonly request: Partial<HttpRequest>; readonly answer?: (body: string) => string };

/** What an SDK client hands to its request handler, and gets back. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}
interface Answer {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; readonly body?: unknown };
}
interface RequestHandler {
  handle(request: HttpRequest, options?: unknown): Promise<Answer>;
}

/** What has passed a front so far. */
export interface Seen {
  readonly operations: string[];
  readonly interventions: Intervention['kind'][];
}

/**
 * Puts the front before a client. To be called once, before its first request.
 * @param intervene `null`: the request passes; `count` begins with 1
 */
export function putInFront(
  client: { readonly config: { readonly requestHandler: unknown } },
  intervene: (request: SeenRequest, count: number) => Intervention | null,
): Seen {
  const seenSoFar: Seen = { operations: [], interventions: [] };
  const handler = client.config.requestHandler as RequestHandler;
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const asked = seen(request);
    const count = seenSoFar.operations.push(asked.operation);
    const intervention = intervene(asked, count);
    if (intervention !== null) seenSoFar.interventions.push(intervention.kind);
    switch (intervention?.kind) {
      case undefined:
        return handle(request, options);
      case 'refuse': {
        const { body, ...answer } = intervention.answer;
        return { response: { ...answer, headers: { ...answer.headers }, body: Readable.from([Buffer.from(body)]) } };
      }
      case 'lose answer': {
        const { response } = await handle(request, options);
        await textOf(response.body);
        throw broken();
      }
      case 'cut body': {
        const { response } = await handle(request, options);
        return { response: { ...response, body: Readable.from(halfOf(await textOf(response.body))) } };
      }
      case 'change': {
        const changed = Object.assign(Object.create(Object.getPrototypeOf(request)), request, intervention.request);
        const { response } = await handle(changed, options);
        if (intervention.answer === undefined) return { response };
        const body = intervention.answer((await textOf(response.body)).toString());
        return { response: { ...response, body: Readable.from([Buffer.from(body)]) } };
      }
    }
  };
  return seenSoFar;
}

/** An error as DynamoDB, SQS and Secrets Manager answer it. */
export function jsonError(type: string, statusCode = 400, message = 'refused by the front'): FakeAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { statusCode, headers, body: JSON.stringify({ __type: `com.amazonaws#${type}`, message }) };
}

/** An error as S3 answers it. */
export function xmlError(code: string, statusCode: number, message = 'refused by the front'): FakeAnswer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { statusCode, headers: { 'content-type': 'application/xml' }, body };
}

/** The request with other JSON in its body. */
export function jsonBody(
  request: SeenRequest,
  change: (body: Record<string, unknown>) => object,
): Partial<HttpRequest> {
  const body = JSON.stringify(change(JSON.parse(request.body) as Record<string, unknown>));
  return { body, headers: { ...request.headers, 'content-length': String(Buffer.byteLength(body)) } };
}

function seen(request: HttpRequest): SeenRequest {
  const query = request.query ?? {};
  const target = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
  const asked = Object.keys(query).find((name) => name !== 'x-id');
  const ofS3 = asked === undefined ? request.method : `${request.method} ?${asked}`;
  return { ...request, query, body: bodyTextOf(request.body), operation: target?.split('.').at(-1) ?? ofS3 };
}

function bodyTextOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString() : '';
}

async function* halfOf(whole: Buffer): AsyncIterable<Buffer> {
  yield whole.subarray(0, whole.length / 2);
  throw broken();
}

function broken(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

async function textOf(body: unknown): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
