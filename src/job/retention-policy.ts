/** How long things are kept. Ages are counted from the newest published date, so a job that stands still loses nothing. */

export interface RetentionPolicy {
  /** Calendar days that published tables are kept. */
  readonly days: number;
  /** How many month ends are kept beyond that: the last published date of each of so many months before the newest date's. */
  readonly monthEnds: number;
  /**
   * Calendar days that the raw texts of rejected documents are kept, at most `days`: they are deleted from tables that are
   * older, whatever keeps these, but for those that are held.
   */
  readonly rawTextDays: number;
  /**
   * Calendar days that what a table was made of is kept (`records/`), and what failed attempts left in JobDailyA3Data; at most
   * `rawTextDays`, since raw texts stand in it.
   */
  readonly recordsDays: number;
  /** Calendar days that failed runs' page objects and plans are kept. */
  readonly deltaDays: number;
}

export const DEFAULT_RETENTION: RetentionPolicy = {
  days: 35,
  monthEnds: 0,
  rawTextDays: 14,
  recordsDays: 35,
  deltaDays: 14,
};

/**
 * Bounds of each. The rule asks for the tables of five business days (31 CFR 148.3): they lie within two weeks, holidays
 * included, and {@link MINIMUM_TABLES} hold whatever is set.
 */
export const RETENTION_BOUNDS: Readonly<Record<keyof RetentionPolicy, readonly [low: number, high: number]>> = {
  days: [14, 36_500],
  monthEnds: [0, 1_200],
  rawTextDays: [7, 36_500],
  recordsDays: [7, 36_500],
  deltaDays: [7, 36_500],
};

/** The newest tables of weekdays that are never deleted. */
export const MINIMUM_TABLES = 5;

/** What is wrong with it as a whole, as a sentence's end; `null`: nothing. */
export function retentionProblem({ days, rawTextDays }: RetentionPolicy): string | null {
  if (rawTextDays <= days) return null;
  return `raw texts are kept ${rawTextDays} days (rawTextDays), more than the ${days} of the tables that they belong to (days)`;
}

/** @returns `null`: it is none, or a value is out of its bounds */
export function parseRetention(value: unknown): RetentionPolicy | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const isRight = Object.entries(RETENTION_BOUNDS).every(([key, [low, high]]) => {
    const number = given[key];
    return Number.isInteger(number) && (number as number) >= low && (number as number) <= high;
  });
  const { days, monthEnds, rawTextDays, recordsDays, deltaDays } = value as RetentionPolicy;
  const policy = { days, monthEnds, rawTextDays, recordsDays, deltaDays };
  return isRight && retentionProblem(policy) === null ? policy : null;
}
