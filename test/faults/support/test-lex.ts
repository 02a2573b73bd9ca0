/** A Lex over {@link LexBooks} that the test holds, fails or changes at any request. Written from the HTTP contract alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LexBooks } from './lex-books.ts';

export interface LexRequest {
  readonly kind: 'count' | 'rows' | 'document';
  readonly namespace: string;
  /** From 0; requests of all kinds count. */
  readonly number: number;
  readonly offset: number;
  readonly limit: number;
  /** Of a document. */
  readonly id: string;
}

/** A status instead of an answer, or nothing; a promise holds the answer back. */
export type OnRequest = (request: LexRequest) => Promise<number | undefined> | number | undefined;

export interface TestLex {
  readonly url: string;
  readonly requests: readonly LexRequest[];
  /** From now on. */
  onRequest: OnRequest;
  close(): Promise<void>;
}

export async function startTestLex(books: LexBooks): Promise<TestLex> {
  const requests: LexRequest[] = [];
  const lex: { onRequest: OnRequest } = { onRequest: () => undefined };
  const server = createServer(async (incoming, response) => {
    const request = parse(incoming.url ?? '', requests.length);
    requests.push(request);
    const status = (await lex.onRequest(request)) ?? 200;
    const lines = books.lines(request.namespace);
    if (status !== 200 || lines === null) {
      response.writeHead(status === 200 ? 404 : status, JSON_TYPE).end('{"error":"fault"}');
      return;
    }
    if (request.kind === 'count') {
      const body = JSON.stringify({ namespace: request.namespace, total_docs: lines.length });
      response.writeHead(200, JSON_TYPE).end(body);
      return;
    }
    if (request.kind === 'document') {
      const line = books.line(request.namespace, request.id);
      response.writeHead(line === null ? 404 : 200, JSON_TYPE).end(line ?? '{"error":"document_not_found"}');
      return;
    }
    const rows = lines.slice(request.offset, request.offset + request.limit);
    response
      .writeHead(200, { 'content-type': 'application/x-ndjson', 'x-total-docs': String(lines.length) })
      .end(rows.map((row) => `${row}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(lex, {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

function parse(target: string, number: number): LexRequest {
  const url = new URL(target, 'http://lex');
  const [, , namespace = '', , name] = url.pathname.split('/').map(decodeURIComponent);
  const kind = name === undefined ? 'rows' : name === 'count' ? 'count' : 'document';
  const whole = (key: string): number => Number(url.searchParams.get(key) ?? 0);
  return { kind, namespace, number, offset: whole('offset'), limit: whole('limit'), id: name ?? '' };
}

/** Holds answers back from a request on until it is let go; for `onRequest`. */
export function holdFrom(isMeant: (request: LexRequest) => boolean) {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    onRequest: async (request: LexRequest): Promise<undefined> => {
      if (!isMeant(request)) return;
      arrived.resolve();
      await released.promise;
    },
    /** Resolves when a request is held. */
    arrived: arrived.promise,
    letGo: released.resolve,
  };
}
