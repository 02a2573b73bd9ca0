/** What a run would transform again though it has not changed in Lex: found as the run finds it, and written nowhere. */
import type { JobData } from '../runtime/job-data.ts';
import type { RunRequest } from '../runtime/job-runtime.ts';
import type { RunPlan } from '../runtime/plan-run.ts';
import { planReprocessing } from '../steps/plan-reprocessing.ts';
import { count, plural } from './terminal/figures.ts';

/** Documents by namespace; -1: all of it. */
export type Reprocess = Readonly<Record<string, number>>;

/** @throws PermanentError `STORE_CORRUPT` */
export async function previewReprocessing(
  { input }: RunRequest,
  { attempt, base }: Pick<RunPlan, 'attempt' | 'base'>,
  { jobDailyA3Data: a3, entities, governingLaws: laws }: JobData,
): Promise<Reprocess> {
  const { business_date } = input;
  const namespaces = input.namespaces.map(({ namespace }) => namespace);
  // In one turn, which leaves its lists in memory one by one, and goes on with none of them.
  const delta = { get: async () => null, put: async () => undefined };
  const deps = { a3, entities, laws, delta, shouldStop: () => false };
  return (await planReprocessing({ business_date, attempt, namespaces, base, cursor: null }, deps)).reprocess;
}

/** A sentence. A changed document that is on a list counts as changed, so it is a bound. */
export function reprocessText(reprocess: Reprocess): string {
  const some = Object.entries(reprocess).filter(([, documents]) => documents !== 0);
  if (some.length === 0) return 'Nothing is transformed again for changed look-ups or a replay.';
  const whole = some.filter(([, documents]) => documents < 0).map(([namespace]) => `all of ${namespace}`);
  const listed = some.filter(([, documents]) => documents > 0);
  const total = listed.reduce((sum, [, documents]) => sum + documents, 0);
  const parts = listed.map(([namespace, documents]) => `${count(documents)} of ${namespace}`);
  const what = [...(total > 0 ? [`${plural(total, 'document')} (${parts.join(', ')})`] : []), ...whole].join(' and ');
  return `For changed look-ups or a replay it would transform again ${what}, changed in Lex or not.`;
}
