/** A worker thread of {@link openWorkerPool}: opens its own stores and Lex source, then runs what it is asked to. */
import { parentPort, workerData } from 'node:worker_threads';
import { TIME_BUDGET_MS } from './functions.ts';
import { openLocalFunctions } from './local-functions.ts';
import { sendError } from './sent-error.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-pool.ts';

const port = parentPort!;
const post = (message: FromWorker): void => port.postMessage(message);
const running = new Map<number, AbortController>();
const setup = workerData as WorkerSetup;
const turnMs = setup.config.workLimits?.turnMs ?? TIME_BUDGET_MS;
const opened = openLocalFunctions(setup, (progress) => post({ type: 'progress', progress }));
let settled = Promise.resolve();

port.on('message', (message: ToWorker) => {
  if (message.type === 'abort') running.get(message.id)?.abort();
  else if (message.type === 'call') {
    const call = runCall(message);
    settled = settled.then(() => call);
  } else void settled.then(async () => (await opened).close()).finally(() => port.close());
});

async function runCall({ id, name, payload }: Extract<ToWorker, { type: 'call' }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const deadline = performance.now() + turnMs;
  try {
    const { functions } = await opened;
    const value = await functions[name](payload, {
      signal: controller.signal,
      shouldStop: () => controller.signal.aborted || performance.now() > deadline,
    });
    post({ type: 'result', id, value });
  } catch (error) {
    post({ type: 'error', id, error: sendError(error) });
  } finally {
    running.delete(id);
  }
}
