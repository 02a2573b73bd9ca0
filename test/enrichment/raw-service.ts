/** An HTTP server that answers as a test says, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly authorization: string | undefined;
  readonly question: { readonly entity_key: string; readonly text: string };
}

export type Respond = (asked: Asked, response: ServerResponse, count: number) => void;

/** Gives a function that starts one; every one is stopped after its test. */
export function rawServices(): (
  respond: Respond,
) => Promise<{ readonly url: string; readonly asked: readonly Asked[] }> {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  return async (respond) => {
    const asked: Asked[] = [];
    const server = createServer(async (request, response) => {
      const each = await readAsked(request);
      asked.push(each);
      respond(each, response, asked.length);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    path: request.url ?? '',
    method: request.method ?? '',
    authorization: request.headers.authorization,
    question: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null'),
  };
}
