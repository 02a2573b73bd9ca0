/** Sends what the Lex server answers: compressed when asked for, broken when a fault says so. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { Fault } from './lex-faults.ts';
import { acceptedQuality, type ServerAnswer } from './lex-server-answers.ts';

export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServerAnswer,
  fault: Fault | null,
  slowMs: number,
): Promise<void> {
  if (fault?.kind === 'reset' && fault.where < 0.5) {
    request.socket.resetAndDestroy();
    return;
  }
  const { body, headers, bodyBytes } = compress(answer, request.headers['accept-encoding'] ?? '');
  const length = bodyBytes === null ? {} : { 'content-length': String(bodyBytes) };
  response.writeHead(answer.status, { ...headers, ...length });
  if (fault?.kind === 'slow') await delay(slowMs, undefined, { ref: false });
  try {
    const isWhole = await sendBody(request, response, body, bodyBytes, fault, slowMs);
    if (isWhole) response.end();
  } catch {
    // The file changed, or ends in the middle of a line: the client has to see an answer that is cut.
    await breakOff(request, response, false);
  }
}

/** @returns false when the connection is gone */
async function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  body: AsyncIterable<Buffer>,
  bodyBytes: number | null,
  fault: Fault | null,
  slowMs: number,
): Promise<boolean> {
  let sent = 0;
  for await (const block of body) {
    const breakAt = fault === null ? null : breakingPoint(fault, sent, block.length, bodyBytes);
    if (breakAt === null) await write(response, block);
    else {
      await write(response, block.subarray(0, breakAt));
      if (fault?.kind !== 'slow') {
        await breakOff(request, response, fault?.kind === 'reset');
        return false;
      }
      await delay(slowMs, undefined, { ref: false });
      await write(response, block.subarray(breakAt));
    }
    sent += block.length;
    if (response.destroyed) return false;
  }
  return true;
}

/** Where in this block the fault strikes, `null` when not here. Without a known length, the first block is struck. */
function breakingPoint(fault: Fault, sent: number, blockBytes: number, bodyBytes: number | null): number | null {
  if (fault.kind !== 'cut' && fault.kind !== 'slow' && fault.kind !== 'reset') return null;
  const at = Math.floor(fault.where * (bodyBytes ?? blockBytes)) - sent;
  return at >= 0 && at < blockBytes ? at : null;
}

/** Once what was written has left, so that a cut is seen as a cut. */
async function breakOff(request: IncomingMessage, response: ServerResponse, isReset: boolean): Promise<void> {
  response.flushHeaders();
  await new Promise<void>((resolve) => request.socket.write('', () => resolve()));
  if (isReset) request.socket.resetAndDestroy();
  else request.socket.destroy();
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> | undefined {
  if (bytes.length === 0 || response.destroyed || response.write(bytes)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function compress(answer: ServerAnswer, acceptEncoding: string): Omit<ServerAnswer, 'status'> {
  const gzip = acceptedQuality(acceptEncoding, 'gzip');
  const zstd = acceptedQuality(acceptEncoding, 'zstd');
  if (gzip === 0 && zstd === 0) return answer;
  const isZstd = zstd > gzip;
  // The fastest level: this is a Lex to try against, on the same machine as its client.
  const packer = isZstd ? createZstdCompress() : createGzip({ level: constants.Z_BEST_SPEED });
  const source = Readable.from(answer.body);
  source.on('error', (error) => packer.destroy(error));
  const headers = { ...answer.headers, 'content-encoding': isZstd ? 'zstd' : 'gzip', vary: 'accept-encoding' };
  return { headers, body: source.pipe(packer), bodyBytes: null };
}
