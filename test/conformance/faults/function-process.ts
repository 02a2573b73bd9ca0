/** Calls a Lambda function in a process of its own, that can be killed as Lambda kills one at its timeout. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer } from './programs/call-function.ts';

const PROGRAM = fileURLToPath(new URL('./programs/call-function.ts', import.meta.url));

export interface FunctionProcess {
  /**
   * The output. @throws the function's own error, or `Sandbox.Timedout` where the process was killed, as Lambda tells of
   * a call that it ended at its timeout
   */
  readonly answer: Promise<unknown>;
  kill(): void;
}

/** @param name of its file in `src/runtime/lambda` */
export function callFunction(
  name: string,
  payload: unknown,
  environment: Readonly<Record<string, string>>,
): FunctionProcess {
  const module = fileURLToPath(new URL(`../../../src/runtime/lambda/${name}.ts`, import.meta.url));
  const child = fork(PROGRAM, [module, JSON.stringify(payload)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return { answer: answerOf(child), kill: () => void child.kill('SIGKILL') };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  const [answer] = (await Promise.race([once(child, 'message'), exited.then(() => [null])])) as [Answer | null];
  await exited;
  if (answer?.ok === true) return answer.output;
  const { name, message } = answer ?? {
    name: 'Sandbox.Timedout',
    message: 'RequestId: request Error: Task timed out after 900.00 seconds',
  };
  throw Object.assign(new Error(message), { name });
}
