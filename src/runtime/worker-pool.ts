/**
 * Worker threads that run step functions, each with stores and a Lex source of its own, so that pages are fetched,
 * hashed and compared where they arrive. The engine keeps the main thread.
 */
import { Worker } from 'node:worker_threads';
import { workerFile } from '../stores/embedded/worker-file.ts';
import type { FunctionName } from './machines.ts';
import { receiveError, type SentError } from './sent-error.ts';

/** What a worker needs to open its own world; must survive structured cloning. */
export interface WorkerSetup {
  readonly config: import('./runtime-config.ts').RuntimeConfig;
  readonly guard: { readonly execution: string; readonly incarnation: number };
}

/** Documents read by one page, told as it happens. */
export interface ReadProgress {
  readonly namespace: string;
  readonly documents: number;
  readonly pages: number;
}

export type ToWorker =
  | { readonly type: 'call'; readonly id: number; readonly name: FunctionName; readonly payload: unknown }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: SentError }
  | { readonly type: 'progress'; readonly progress: ReadProgress };

interface Call {
  readonly worker: Thread;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  calls: number;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
}

export interface WorkerPool {
  /** Runs a function on the least busy thread. Aborting asks it to stop; the promise still settles by its result. */
  call(name: FunctionName, payload: unknown, signal: AbortSignal): Promise<unknown>;
  /** Lets running calls end, then ends the threads. */
  close(): Promise<void>;
}

export function openWorkerPool(
  setup: WorkerSetup,
  options: { readonly threads: number; readonly onProgress: (progress: ReadProgress) => void },
): WorkerPool {
  const calls = new Map<number, Call>();
  let nextId = 1;

  const onMessage = (message: FromWorker): void => {
    if (message.type === 'progress') options.onProgress(message.progress);
    if (message.type !== 'result' && message.type !== 'error') return;
    const call = calls.get(message.id);
    if (call === undefined) return;
    calls.delete(message.id);
    call.worker.calls -= 1;
    if (message.type === 'result') call.resolve(message.value);
    else call.reject(receiveError(message.error));
  };

  /** A thread that died takes its calls with it: each fails as a transient error, and is retried on another thread. */
  const failCallsOf = (thread: Thread, why: string): void => {
    for (const [id, call] of calls) {
      if (call.worker !== thread) continue;
      calls.delete(id);
      call.reject(Object.assign(new Error(`The worker thread ended: ${why}`), { name: 'TransientError' }));
    }
  };

  const startThread = (): Thread => {
    const worker = new Worker(workerFile('./step-worker', import.meta.url), { workerData: setup });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const thread: Thread = { worker, calls: 0, ended };
    worker.on('message', onMessage);
    worker.on('error', (error) => failCallsOf(thread, error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => {
      failCallsOf(thread, `exit code ${code}`);
      threads.delete(thread);
      resolve();
    });
    return thread;
  };

  const threads = new Set<Thread>();
  for (let i = 0; i < options.threads; i += 1) threads.add(startThread());

  const leastBusy = (): Thread => {
    if (threads.size === 0) threads.add(startThread());
    return [...threads].reduce((best, thread) => (thread.calls < best.calls ? thread : best));
  };

  return {
    call(name, payload, signal) {
      const thread = leastBusy();
      const id = nextId;
      nextId += 1;
      thread.calls += 1;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      calls.set(id, { worker: thread, resolve, reject });
      post(thread, { type: 'call', id, name, payload });
      const onAbort = (): void => post(thread, { type: 'abort', id });
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
    async close() {
      const open = [...threads];
      for (const thread of open) post(thread, { type: 'close' });
      await Promise.all(open.map((thread) => thread.ended));
    },
  };
}

function post(thread: Thread, message: ToWorker): void {
  thread.worker.postMessage(message);
}
