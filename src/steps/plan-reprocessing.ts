/**
 * State `PlanReprocessing`.
 * Writes, per namespace of the run, which documents are transformed again though they have not changed. Safe to run again.
 *
 * Each request is served as far as it names namespaces of this run. `replays_through` stops before the first one that
 * names another: it is served again, whole, once a run has all its namespaces. Twice is harmless, never would not be.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import { PermanentError } from '../errors.ts';
import type { PlanReprocessingInput, PlanReprocessingOutput } from '../job/contracts.ts';
import type { Manifest } from '../publish/published.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { reprocessKey } from './pages/delta-keys.ts';
import type { ReprocessHeader } from './pages/page-object.ts';
import { type ReplayRequest, readReplayRequests } from './reprocess/replay-requests.ts';

export interface PlanReprocessingDeps {
  readonly a3: Pick<JobDailyA3Data, 'get'>;
  readonly delta: Pick<ObjectStore, 'put'>;
}

/** @throws PermanentError `STORE_CORRUPT`: the base's manifest or a request cannot be read */
export async function planReprocessing(
  input: PlanReprocessingInput,
  deps: PlanReprocessingDeps,
): Promise<PlanReprocessingOutput> {
  const plan = new Map(input.namespaces.map((namespace) => [namespace, new NamespacePlan()]));
  const replays_through = await planReplays(input.base, plan, deps.a3);
  const reprocess: Record<string, number> = {};
  for (const [namespace, wanted] of plan) {
    reprocess[namespace] = wanted.isAll ? -1 : wanted.ids.size;
    if (wanted.isAll || wanted.ids.size > 0) await deps.delta.put(reprocessKey(input, namespace), wanted.body());
  }
  return { replays_through, reprocess, cursor: null };
}

/** What is transformed again in one namespace. Every reason to do so adds to the same one. */
class NamespacePlan {
  isAll = false;
  readonly ids = new Set<string>();

  body(): Buffer {
    const ids = this.isAll ? [] : [...this.ids].sort(compareBytes);
    const header: ReprocessHeader = { format: 1, all: this.isAll, count: ids.length };
    return Buffer.from([header, ...ids].map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

/** @returns the number of the last request before which all are served */
async function planReplays(
  base: string | null,
  plan: ReadonlyMap<string, NamespacePlan>,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<number> {
  let through = base === null ? 0 : await servedBy(base, a3);
  let isServedWhole = true;
  for await (const { number, request } of readReplayRequests(a3, through)) {
    isServedWhole = addRequest(request, plan) && isServedWhole;
    if (isServedWhole) through = number;
  }
  return through;
}

/** @returns whether the run has all namespaces that the request names */
function addRequest(request: ReplayRequest, plan: ReadonlyMap<string, NamespacePlan>): boolean {
  for (const { namespace, lex_id } of request.documents) plan.get(namespace)?.ids.add(lex_id);
  for (const namespace of request.namespaces) {
    const wanted = plan.get(namespace);
    if (wanted !== undefined) wanted.isAll = true;
  }
  const named = [...request.documents.map(({ namespace }) => namespace), ...request.namespaces];
  return named.every((namespace) => plan.has(namespace));
}

async function servedBy(base: string, a3: Pick<JobDailyA3Data, 'get'>): Promise<number> {
  const body = await a3.get(base);
  const manifest = body === null ? null : (parse(body) as Partial<Manifest> | null);
  if (Number.isSafeInteger(manifest?.replays_through)) return manifest?.replays_through as number;
  throw new PermanentError('STORE_CORRUPT', `The manifest \`${base}\` cannot be read.`, { key: base });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
