/**
 * Phase `as_of` of CreateJobDailyA3Data, after PublishHead: points a date at its manifest. Safe to run again, and can be
 * written again from the head.
 */
import type { WriteAsOfInput, WriteAsOfOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { AsOfPointer } from './published.ts';
import { encodeJson } from './shard-plan.ts';

export function asOfKey(business_date: string): string {
  return `as_of/${business_date}.json`;
}

export async function writeAsOf(
  input: WriteAsOfInput,
  { a3 }: { readonly a3: Pick<JobDailyA3Data, 'putPointer'> },
): Promise<WriteAsOfOutput> {
  const key = asOfKey(input.business_date);
  const pointer: AsOfPointer = { manifest: input.manifest };
  await a3.putPointer(key, encodeJson(pointer));
  return { key };
}
