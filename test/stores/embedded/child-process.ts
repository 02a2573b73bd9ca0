import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

export interface Program {
  readonly pid: number;
  /** The next line of its output; `null` when it has ended. */
  nextLine(): Promise<string | null>;
  tell(line: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Gives a function that runs a program of `programs/` in a process of its own. Every one is killed after its test. */
export function programs(): (name: string, args: readonly string[], shellPrefix?: string) => Program {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  return (name, args, shellPrefix = '') => {
    const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
    const command = `${shellPrefix} exec "$0" "$@"`;
    const child = spawn('/bin/sh', ['-c', command, process.execPath, file, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.on('error', () => undefined); // It may be killed before it reads.
    return {
      pid: child.pid!,
      nextLine: async () => (await lines.next()).value ?? null,
      tell: (line) => child.stdin.write(`${line}\n`),
      signal: (signal) => child.kill(signal),
      ended: once(child, 'exit').then(([code, signal]) => code ?? signal),
    };
  };
}
