/** Starts the oracle on a free port, and speaks the services' JSON protocol with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORACLE_PYTHON } from './install-oracle.ts';

export interface Oracle {
  readonly endpoint: string;
  /** @throws Error the service's own, with its type as `name` */
  call(service: Service, operation: string, body: Readonly<Record<string, unknown>>): Promise<Answer>;
  stop(): Promise<void>;
}
export type Answer = Readonly<Record<string, unknown>>;
type Service = keyof typeof TARGETS;

const TARGETS = { states: 'AWSStepFunctions', dynamodb: 'DynamoDB_20120810' } as const;
const START_TIMEOUT_MS = 60_000;
/** Waiting for a retry, a Wait state or a nested execution takes this share of its time. */
const WAIT_SCALE = 0.02;

export async function startOracle(lambdaEndpoint: string): Promise<Oracle> {
  const port = await freePort();
  const child = spawn(ORACLE_PYTHON, [join(import.meta.dirname, 'oracle.py')], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      LAMBDA_ENDPOINT: lambdaEndpoint,
      NODE: process.execPath,
      JSONATA_CHILD: join(import.meta.dirname, 'jsonata-child.ts'),
      WAIT_SCALE: String(WAIT_SCALE),
      PYTHONUNBUFFERED: '1',
    },
  });
  const log = keepLog(child);
  const url = `http://127.0.0.1:${port}`;
  await waitUntilUp(url, child, log);
  return {
    endpoint: url,
    call: (service, operation, body) => call(url, service, operation, body),
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL'); // Its own child reads a pipe that ends with it.
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}

async function call(
  url: string,
  service: Service,
  operation: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const credential = `Credential=test/20261123/us-east-1/${service}/aws4_request`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${TARGETS[service]}.${operation}`,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw Object.assign(new Error(`${operation}: ${text}`), { name: response.statusText });
  return JSON.parse(text) as Answer;
}

/** The last lines of what it says, for when it does not come up. */
function keepLog(child: ChildProcess): { readonly text: () => string } {
  let kept = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    kept = (kept + chunk).slice(-4000);
  });
  return { text: () => kept };
}

async function waitUntilUp(url: string, child: ChildProcess, log: { readonly text: () => string }): Promise<void> {
  for (const until = Date.now() + START_TIMEOUT_MS; Date.now() < until; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`The oracle ended with ${child.exitCode}.\n${log.text()}`);
    const isUp = await fetch(`${url}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
  }
  child.kill('SIGKILL');
  throw new Error(`The oracle did not come up.\n${log.text()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
