/** Runs `lexdelta` as a user does: as a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/lexdelta.js', import.meta.url));

export interface Ended {
  /** `null` when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kill {
  readonly afterMs: number;
  /** Whether the processes that it has started are killed with it, or live on without it. */
  readonly takesChildren: boolean;
}

/**
 * With a kill, the machine's own `node` starts the launcher, which may hand over to another.
 * @param kill ends it with SIGKILL, unless it has ended before
 */
export async function runCommand(args: readonly string[], kill?: Kill): Promise<Ended> {
  const node = kill === undefined ? process.execPath : 'node';
  const child = spawn(node, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => void stderr.push(chunk));
  const timer = kill && setTimeout(() => killNow(child.pid, kill.takesChildren), kill.afterMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    // Its children may hold the pipes open after it has gone.
    child.once(kill?.takesChildren === false ? 'exit' : 'close', resolve);
  });
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

function killNow(pid: number | undefined, takesChildren: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(takesChildren ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
