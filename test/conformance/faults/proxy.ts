/** Stands between the functions and a stand-in: holds, cuts, answers in its place, or kills whoever asks. */
import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Of all, from 0. */
  readonly number: number;
}

export type Treatment =
  | 'pass'
  /** Half of the body is sent on, then the connection ends. */
  | { readonly kind: 'cut'; readonly afterwards: () => void }
  /** The stand-in does it, and nobody hears of it. */
  | { readonly kind: 'lose answer'; readonly afterwards: () => void }
  /** Nothing is sent on before the promise resolves. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  | { readonly kind: 'answer'; readonly status: number; readonly body: string };

export interface StandInProxy {
  readonly endpoint: string;
  /** From now on. */
  treat: (request: ProxiedRequest) => Treatment;
  readonly requests: readonly ProxiedRequest[];
  stop(): Promise<void>;
}

export async function startProxy(target: string): Promise<StandInProxy> {
  const requests: ProxiedRequest[] = [];
  const behaviour: Pick<StandInProxy, 'treat'> = { treat: () => 'pass' };
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '' } = incoming;
    const seen = { method, path, number: requests.length };
    requests.push(seen);
    const treatment = behaviour.treat(seen);
    const body = await buffer(incoming).catch(() => null);
    if (body === null) return; // Who asked is gone.
    if (treatment === 'pass') return forward(target, incoming, body, response);
    switch (treatment.kind) {
      case 'hold':
        await treatment.until;
        return forward(target, incoming, body, response);
      case 'answer':
        return void response.writeHead(treatment.status, { 'content-type': 'application/xml' }).end(treatment.body);
      case 'cut':
        await sendHalf(target, incoming, body);
        response.destroy();
        return treatment.afterwards();
      case 'lose answer':
        await answerTo(target, incoming, body);
        response.destroy();
        return treatment.afterwards();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(behaviour, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

interface StandInAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(target, incoming, body);
  if (!response.destroyed) response.writeHead(answer.status, answer.headers).end(answer.body);
}

function open(target: string, { method, url, headers }: IncomingMessage) {
  const { hostname, port } = new URL(target);
  return ask({ hostname, port, method, path: url, headers: { ...headers, connection: 'close' } });
}

async function answerTo(target: string, incoming: IncomingMessage, body: Buffer): Promise<StandInAnswer> {
  const asked = open(target, incoming).end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await buffer(answer) };
}

async function sendHalf(target: string, incoming: IncomingMessage, body: Buffer): Promise<void> {
  const asked = open(target, incoming);
  asked.on('error', () => {}); // We end it ourselves.
  await new Promise<void>((resolve) => asked.write(body.subarray(0, body.length / 2), () => resolve()));
  asked.destroy();
}
