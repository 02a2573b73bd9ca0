/** What runs that failed have left in JobDailyDelta, and their plans: kept for diagnosis until its days are over. */
import { parseExecutionName } from '../job/business-date.ts';
import type { AttemptId } from '../job/contracts.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { attemptFolder } from './pages/delta-keys.ts';
import { planFolder } from './slices/delta-plan.ts';

export interface FailedRunsDeps {
  readonly delta: Pick<ObjectStore, 'list' | 'deleteSome'>;
  readonly plans: Pick<ObjectStore, 'list' | 'deleteSome'>;
  readonly shouldStop: () => boolean;
}

export interface FailedRun extends AttemptId {
  readonly files: number;
  readonly bytes: number;
  /** Its folder, and the store that it is in. */
  readonly folder: string;
  readonly store: 'delta' | 'plans';
}

const DELTA_FOLDER = /^(\d{4}-\d{2}-\d{2})\/([1-9]\d*)\//;
const PLAN_FOLDER = /^execution_input\/([^/]+)\//;

/** Those of dates before `before`, the run that holds the lock left out. */
export async function findFailedRuns(
  { before, running }: { readonly before: string; readonly running: AttemptId | null },
  { delta, plans }: Pick<FailedRunsDeps, 'delta' | 'plans'>,
): Promise<readonly FailedRun[]> {
  const found = new Map<string, FailedRun>();
  const add = (id: AttemptId | null, store: FailedRun['store'], folder: string, size: number) => {
    if (id === null || id.business_date >= before) return;
    if (id.business_date === running?.business_date && id.attempt === running.attempt) return;
    const { files, bytes } = found.get(folder) ?? { files: 0, bytes: 0 };
    const { business_date, attempt } = id;
    found.set(folder, { business_date, attempt, store, folder, files: files + 1, bytes: bytes + size });
  };
  for await (const { key, size } of delta.list('')) {
    const [, business_date, attempt] = DELTA_FOLDER.exec(key) ?? [];
    const id = business_date === undefined ? null : { business_date, attempt: Number(attempt) };
    if (id !== null) add(id, 'delta', attemptFolder(id), size);
  }
  for await (const { key, size } of plans.list('execution_input')) {
    const name = PLAN_FOLDER.exec(key)?.[1] ?? '';
    add(parseExecutionName(name), 'plans', planFolder(name), size);
  }
  return [...found.values()];
}

/** @returns what was deleted, and whether something is left */
export async function deleteFailedRuns(
  runs: readonly FailedRun[],
  deps: FailedRunsDeps,
): Promise<{ readonly files: number; readonly bytes: number; readonly more: boolean }> {
  let [files, bytes] = [0, 0];
  for (const run of runs) {
    for (let more = true; more; ) {
      if (deps.shouldStop()) return { files, bytes, more: true };
      ({ more } = await deps[run.store].deleteSome(run.folder));
    }
    files += run.files;
    bytes += run.bytes;
  }
  return { files, bytes, more: false };
}
