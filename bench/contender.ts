/** What every contender is told, and tells. */
import { readFileSync } from 'node:fs';

export interface Task {
  readonly lexUrl: string;
  readonly folder: string;
  readonly documents: number;
  readonly pageSize: number;
}

export interface Figures {
  readonly documents: number;
  /** Documents found to be new or changed: the same for every contender. */
  readonly changed: number;
  readonly ms: number;
  /** Highest memory of the process while it read and compared, threads included. */
  readonly peakMiB: number;
}

/**
 * The highest memory seen so far, looked at ten times a second. Where the system tells it apart, without the pages of
 * files that are mapped: those of LMDB come and go with the free memory of the machine.
 */
export class PeakMemory {
  #peakKiB = 0;
  #isWatching = true;
  readonly #timer = setInterval(() => this.#look(), 100);

  /** What comes later does not count. */
  stop(): void {
    if (!this.#isWatching) return;
    this.#look();
    this.#isWatching = false;
    clearInterval(this.#timer);
  }

  get peakMiB(): number {
    return this.#peakKiB / 1024;
  }

  #look(): void {
    this.#peakKiB = Math.max(this.#peakKiB, anonymousKiB() ?? process.memoryUsage.rss() / 1024);
  }
}

function anonymousKiB(): number | null {
  try {
    const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return match === null ? null : Number(match[1]);
  } catch {
    return null; // Not Linux.
  }
}

/** Runs the contender of this process and prints its figures. It may stop the watch on its memory before it ends. */
export async function contend(
  run: (
    task: Task,
    memory: PeakMemory,
  ) => Promise<{ readonly documents: number; readonly changed: number; readonly ms: number }>,
): Promise<void> {
  const task = JSON.parse(process.argv[2]!) as Task;
  const memory = new PeakMemory();
  const result = await run(task, memory);
  memory.stop();
  const figures: Figures = { ...result, peakMiB: memory.peakMiB };
  console.log(JSON.stringify(figures));
}
