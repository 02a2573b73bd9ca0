/** A Lex that misbehaves: each request is answered by bytes, cuts, resets or silence, as the test says. */
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface RawRequest {
  /** Path and query as sent. */
  readonly target: string;
  /** Request line and headers as sent. */
  readonly head: string;
  readonly socket: Socket;
}

export interface RawLex {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  readonly close: () => Promise<void>;
}

/** Answers request n by `answers[n]`, the last answer again when there is none. */
export async function startRawLex(...answers: readonly ((request: RawRequest) => void)[]): Promise<RawLex> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay());
    socket.on('error', () => {});
    let waiting = '';
    socket.on('data', (bytes) => {
      waiting += bytes.toString('latin1');
      for (let end = waiting.indexOf('\r\n\r\n'); end !== -1; end = waiting.indexOf('\r\n\r\n')) {
        const head = waiting.slice(0, end);
        waiting = waiting.slice(end + 4);
        const request = { target: head.split(' ')[1] ?? '', head, socket };
        requests.push(request);
        answers[Math.min(requests.length, answers.length) - 1]!(request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** What `content-length` claims; `null`: the header is left out, and the end of the connection ends the body. */
  readonly length?: number | null;
}

/** A complete answer, NDJSON unless told otherwise. */
export function answer({ status = 200, headers = {}, body = '', length }: RawAnswer): (request: RawRequest) => void {
  return ({ socket }) => {
    const bytes = Buffer.from(body);
    const claimed = length === undefined ? bytes.length : length;
    const all = { 'content-type': 'application/x-ndjson', ...headers };
    const lines = Object.entries(claimed === null ? all : { ...all, 'content-length': String(claimed) });
    socket.write(`HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    socket.write(bytes);
    if (claimed === null || claimed > bytes.length) socket.end();
  };
}

export const json = (body: unknown, more: RawAnswer = {}) =>
  answer({
    ...more,
    headers: { 'content-type': 'application/json', ...more.headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });

/** Begins an answer of 100 bytes, gives `body`, and says nothing more. */
export const stall =
  (body = '') =>
  ({ socket }: RawRequest) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100\r\n\r\n${body}`);
  };

/** Gives a byte every few milliseconds, for ever. */
export async function drip({ socket }: RawRequest): Promise<void> {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000000\r\n\r\n');
  while (!socket.destroyed) {
    socket.write('x');
    await delay(5);
  }
}

export const reset = ({ socket }: RawRequest) => {
  socket.resetAndDestroy();
};
