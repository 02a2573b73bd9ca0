/** Runs the real bundle of a function with the credentials of a role, in a thread of its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Credentials } from '../deployment/call-aws.ts';
import type { FunctionThread, Reply } from './function-worker.ts';

export interface FunctionSettings {
  /** Its `index.mjs`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** That each call is told it has left. */
  readonly remainingMs: number;
  readonly endpoint: string;
  readonly region: string;
}

export class RunningFunction {
  readonly #worker: Worker;

  constructor({ bundle, environment, remainingMs, endpoint, region }: FunctionSettings, credentials: Credentials) {
    this.#worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
      workerData: { bundle, remainingMs } satisfies FunctionThread,
      stdout: true, // Its log.
      env: {
        ...environment,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
    });
    this.#worker.stdout.resume();
  }

  /** One call at a time. */
  async call(payload: unknown): Promise<Reply> {
    const answered = once(this.#worker, 'message');
    this.#worker.postMessage(payload);
    const [reply] = (await answered) as [Reply];
    return reply;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
