/** Starting, waiting for and ending one stand-in. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DYNAMODB_JARS, installDynamoDbLocal, installMinistack, MINISTACK_PYTHON } from './install.ts';

export interface StandIn {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Credentials that no real account knows, in place of all that this machine says of AWS: it could lead to a real one. */
export function useStandInCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
}

const START_TIMEOUT_MS = 60_000;
/** ministack would wait for executions that still run. */
const PATIENCE_MS = 3_000;
const LOG_CHARACTERS = 10_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** DynamoDB Local, empty, in memory. */
export async function startDynamoDbLocal(): Promise<StandIn> {
  installDynamoDbLocal();
  const program = join(import.meta.dirname, 'LoopbackDynamoDb.java');
  const started = start(
    'java',
    ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${DYNAMODB_JARS}/*`, program],
    {},
  );
  const port = await started.until(async () => /listening on port (\d+)/.exec(started.log())?.[1] ?? null);
  return { endpoint: `http://127.0.0.1:${port}`, stop: started.stop };
}

/** ministack, empty, with everything that it keeps in a folder that is removed at its end. */
export async function startMinistack(env: Readonly<Record<string, string>> = {}): Promise<StandIn> {
  return launchMinistack('http', env, mkdtempSync(join(tmpdir(), 'lexdelta-ministack-')));
}

/** @param folder everything that it keeps; removed at its end */
export async function launchMinistack(
  scheme: 'http' | 'https',
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<StandIn> {
  installMinistack();
  const port = await freePort();
  const program = join(import.meta.dirname, 'start_ministack.py');
  const place = { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', TMPDIR: folder };
  const started = start(MINISTACK_PYTHON, [program], { ...place, ...env });
  const endpoint = `${scheme}://127.0.0.1:${port}`;
  await started.until(async () => {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => null);
    return answer?.ok === true ? endpoint : null;
  });
  const stop = async () => {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { endpoint, stop };
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child: Child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  let failure: string | null = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-LOG_CHARACTERS);
    });
  }
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${code ?? signal}`;
  });
  child.stdin.on('error', () => {}); // It ended before we did.
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin.end();
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(impatience);
  };
  return {
    log: () => log,
    stop,
    until: <T>(ready: () => Promise<T | null>) =>
      waitFor(
        ready,
        () => failure,
        stop,
        () => log,
      ),
  };
}

async function waitFor<T>(
  ready: () => Promise<T | null>,
  failure: () => string | null,
  stop: () => Promise<void>,
  log: () => string,
): Promise<T> {
  for (const endsAt = Date.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    const result = await ready();
    if (result !== null) return result;
    const why = failure() ?? (Date.now() > endsAt ? 'it took too long' : null);
    if (why === null) continue;
    await stop();
    throw new Error(`A stand-in did not start: ${why}.\n${log()}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}
