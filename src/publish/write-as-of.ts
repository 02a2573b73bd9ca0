/**
 * Phase `as_of` of CreateJobDailyA3Data, after PublishHead: points a date at its manifest. Safe to run again, and can be
 * written again from the head.
 */
import type { WriteAsOfInput, WriteAsOfOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { attemptOfManifest } from './attempt-files.ts';
import type { AsOfPointer, Manifest } from './published.ts';
import { encodeJson, readJson } from './shard-plan.ts';

export function asOfKey(business_date: string): string {
  return `as_of/${business_date}.json`;
}

type Store = Pick<JobDailyA3Data, 'get' | 'putPointer'>;

/** A date that a later attempt was published for stays with that one: the run that asks has slept through it. */
export async function writeAsOf(input: WriteAsOfInput, { a3 }: { readonly a3: Store }): Promise<WriteAsOfOutput> {
  const key = asOfKey(input.business_date);
  const now = pointedAt(await a3.get(key));
  if (now !== null && (await isBuiltOn(now, input.manifest, a3))) return { key };
  const pointer: AsOfPointer = { manifest: input.manifest };
  await a3.putPointer(key, encodeJson(pointer));
  return { key };
}

/** The manifest that a pointer names. `null`: there is no pointer, or it is damaged, and leads nowhere. */
export function pointedAt(pointer: Buffer | null): string | null {
  if (pointer === null) return null;
  try {
    const { manifest } = (JSON.parse(pointer.toString('utf8')) ?? {}) as Partial<AsOfPointer>;
    if (typeof manifest !== 'string') return null;
    attemptOfManifest(manifest);
    return manifest;
  } catch {
    return null;
  }
}

/**
 * Whether `earlier` is among the bases of `later`. Heads follow one another in one line, each the base of the next, so the
 * line need not be followed further when it is `earlier` that was built on `later`, as in every rerun of a date.
 */
async function isBuiltOn(later: string, earlier: string, a3: Store): Promise<boolean> {
  if (later === earlier || (await baseOf(earlier, a3)) === later) return false;
  const seen = new Set<string>(); // No run writes bases that lead in a circle, and none is to hang where somebody did.
  for (let base = await baseOf(later, a3); base !== null && !seen.has(base); base = await baseOf(base, a3)) {
    if (base === earlier) return true;
    seen.add(base);
  }
  return false;
}

/** `null`: it has none, or has been deleted. */
async function baseOf(manifest: string, a3: Store): Promise<string | null> {
  return (await readJson<Manifest>(manifest, a3))?.base ?? null;
}
