import { parseHolidays } from '../../job/business-calendar.ts';
import type { DateRule } from '../../job/scheduled-date.ts';
import { VARIABLES } from './environment.ts';

/** The rule that the schedule's functions share. @throws PermanentError `INPUT_INVALID`: the stack's holidays are none */
export function dateRule(values: {
  readonly timeZone: string;
  readonly daysBack: string;
  /** A JSON list of ISO dates. */
  readonly holidays: string;
}): DateRule {
  const dates = JSON.parse(values.holidays) as readonly string[];
  const holidays = parseHolidays(dates.join('\n'), VARIABLES.holidays);
  return { timeZone: values.timeZone, daysBack: Number(values.daysBack), holidays };
}
