/** A thread that is one Lambda function: loads its bundle once, and answers calls with it. */

import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

export type Reply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly name: string; readonly message: string };

type Handler = (payload: unknown, context: object) => Promise<unknown>;

export interface FunctionThread {
  readonly bundle: string;
  readonly remainingMs: number;
}

const { bundle, remainingMs } = workerData as FunctionThread;
const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };

parentPort!.on('message', async (payload: unknown) => {
  parentPort!.postMessage(await reply(payload));
});

async function reply(payload: unknown): Promise<Reply> {
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs };
  try {
    // As JSON, in which Lambda would send it.
    const output = JSON.parse(JSON.stringify((await handler(payload, context)) ?? null)) as unknown;
    return { ok: true, output };
  } catch (error) {
    const { name, message } = error as Error;
    return { ok: false, name, message };
  }
}
