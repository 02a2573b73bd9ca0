/** What every contender is told, and tells. */
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
  /** Highest resident memory of the process, threads included. */
  readonly peakMiB: number;
}

/** Runs the contender of this process and prints its figures. */
export async function contend(
  run: (task: Task) => Promise<{ readonly documents: number; readonly changed: number; readonly ms: number }>,
): Promise<void> {
  const task = JSON.parse(process.argv[2]!) as Task;
  const result = await run(task);
  const figures: Figures = { ...result, peakMiB: process.resourceUsage().maxRSS / 1024 };
  console.log(JSON.stringify(figures));
}
