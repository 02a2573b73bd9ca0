/**
 * Holds: `holds/<date>/<number, nine digits>.json` in JobDailyA3Data, written once each and never deleted. A hold keeps the
 * tables of its date from retention until a release names it, so a release frees nothing that was held after it was written.
 */
import { PermanentError } from '../../errors.ts';
import { isCalendarDay } from '../../job/business-date.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';

/** Who did it, why, and when (ISO). */
export interface Signed {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface Hold extends Signed {
  readonly business_date: string;
  readonly number: number;
  /** `null`: it is in force. */
  readonly released: Signed | null;
}

type HoldObject =
  | (Signed & { readonly format: 1; readonly kind: 'hold' })
  | (Signed & { readonly format: 1; readonly kind: 'release'; readonly releases: readonly number[] });

const HOLD_KEY = /^holds\/(\d{4}-\d{2}-\d{2})\/(\d{9})\.json$/;

export function holdKey(business_date: string, number: number): string {
  return `holds/${business_date}/${String(number).padStart(9, '0')}.json`;
}

type Reads = Pick<JobDailyA3Data, 'get' | 'list'>;

/**
 * Ascending by date, then number; of one date where it is given.
 * @throws PermanentError `STORE_CORRUPT`: whoever cannot read a hold must delete nothing
 */
export async function readHolds(a3: Reads, business_date?: string): Promise<readonly Hold[]> {
  const holds: Hold[] = [];
  const releases: { readonly date: string; readonly numbers: readonly number[]; readonly signed: Signed }[] = [];
  for await (const { key } of a3.list(business_date === undefined ? 'holds' : `holds/${business_date}`)) {
    const { date, number, object } = await readHoldObject(a3, key);
    const { by, reason, at } = object;
    if (object.kind === 'hold') holds.push({ business_date: date, number, by, reason, at, released: null });
    else releases.push({ date, numbers: object.releases, signed: { by, reason, at } });
  }
  return holds.map((hold) => {
    const release = releases.find(({ date, numbers }) => date === hold.business_date && numbers.includes(hold.number));
    return release === undefined ? hold : { ...hold, released: release.signed };
  });
}

/** The dates with a hold in force. @throws as {@link readHolds} */
export async function heldDates(a3: Reads): Promise<ReadonlySet<string>> {
  const holds = await readHolds(a3);
  return new Set(holds.filter(({ released }) => released === null).map((hold) => hold.business_date));
}

/** @returns its number */
export function placeHold(a3: Reads & Pick<JobDailyA3Data, 'putOnce'>, date: string, signed: Signed): Promise<number> {
  return append(a3, date, { format: 1, kind: 'hold', ...signed });
}

/** Releases the holds of the date that are in force now. @returns their numbers; none: there was nothing to be released */
export async function releaseHolds(
  a3: Reads & Pick<JobDailyA3Data, 'putOnce'>,
  date: string,
  signed: Signed,
): Promise<readonly number[]> {
  const holds = await readHolds(a3, date);
  const releases = holds.filter(({ released }) => released === null).map(({ number }) => number);
  if (releases.length > 0) await append(a3, date, { format: 1, kind: 'release', releases, ...signed });
  return releases;
}

/** Numbers have no holes, so whoever finds one taken goes on to the next. */
async function append(a3: Reads & Pick<JobDailyA3Data, 'putOnce'>, date: string, object: HoldObject): Promise<number> {
  let number = 1;
  for await (const { key } of a3.list(`holds/${date}`)) number = Math.max(number, Number(HOLD_KEY.exec(key)?.[2]) + 1);
  for (; ; number += 1) {
    try {
      await a3.putOnce(holdKey(date, number), Buffer.from(JSON.stringify(object)));
      return number;
    } catch (error) {
      if (!(error instanceof PermanentError && error.code === 'PUBLISHED_CONFLICT')) throw error;
    }
  }
}

async function readHoldObject(
  a3: Reads,
  key: string,
): Promise<{ readonly date: string; readonly number: number; readonly object: HoldObject }> {
  const [, date = '', number] = HOLD_KEY.exec(key) ?? [];
  const body = await a3.get(key);
  const object = body === null ? null : parseHoldObject(body);
  if (object !== null && isCalendarDay(date)) return { date, number: Number(number), object };
  throw new PermanentError('STORE_CORRUPT', `\`${key}\` is no hold, nor a release of one.`, { key });
}

function parseHoldObject(body: Buffer): HoldObject | null {
  try {
    const object = JSON.parse(body.toString('utf8')) as Partial<HoldObject> | null;
    const isSigned = [object?.by, object?.reason, object?.at].every((text) => typeof text === 'string');
    if (object?.format !== 1 || !isSigned) return null;
    if (object.kind === 'hold') return object as HoldObject;
    return object.kind === 'release' && object.releases?.every(Number.isInteger) ? (object as HoldObject) : null;
  } catch {
    return null;
  }
}
