/** The ways in which an answer goes wrong (lex.md section 1). Each leaves a client a reason to ask again. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../world/random.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Fault = (request: IncomingMessage, response: ServerResponse, answer: Answer, random: Random) => void;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'busy 503': (_, response, __, random) => {
    const when = random.pick(['0', '0', new Date(Date.now() + 400).toUTCString(), null]);
    refuse(response, 503, when);
  },
  'busy 429': (_, response, __, random) => refuse(response, 429, random.pick(['0', null])),
  'reset before the answer': (request) => request.socket.resetAndDestroy(),
  'reset in the headers': (request) => {
    request.socket.write('HTTP/1.1 200 OK\r\nContent-Type: applica', () => request.socket.resetAndDestroy());
  },
  'cut by length': (request, response, answer, random) => {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    response.write(partOf(answer.body, random), () => request.socket.destroy());
  },
  'cut in chunks': (request, response, answer, random) => {
    response.writeHead(answer.status, answer.headers);
    response.write(partOf(answer.body, random), () => request.socket.destroy());
  },
  /** Nothing tells the length: only the missing line feed (or the unfinished JSON) shows the cut. */
  'cut without length': (_, response, answer, random) => {
    let part = partOf(answer.body, random);
    while (part.length > 1 && part.at(-1) === 0x0a) part = part.subarray(0, -1);
    response.useChunkedEncodingByDefault = false;
    response.writeHead(answer.status, { ...answer.headers, connection: 'close' });
    response.end(part);
  },
  'moved for now': (request, response, _, random) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    url.searchParams.set('moved', String(random.int(1, 1e9)));
    const location = random.chance(0.5) ? url.href : `${url.pathname}${url.search}`;
    response.writeHead(random.pick([302, 307, 308]), { location }).end();
  },
};

/** At least a byte, and never all. */
function partOf(body: Buffer, random: Random): Buffer {
  return body.subarray(0, Math.max(1, random.int(1, Math.max(1, body.length - 1))));
}

function refuse(response: ServerResponse, status: number, retryAfter: string | null): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
  });
  response.end('{"error":"busy"}');
}
