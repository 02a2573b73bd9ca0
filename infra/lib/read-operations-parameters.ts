/** Parameters of how the stack is run: schedule, throughput, alarms, retention. */
import { isCalendarDay } from '../../src/job/business-date.ts';
import { DEFAULT_RETENTION, RETENTION_BOUNDS } from '../../src/job/retention-policy.ts';
import type { Checker } from './checker.ts';
import type { Parameters, TimeOfDay } from './parameters.ts';

const RUNBOOK = 'https://github.com/lexdelta/lexdelta/blob/main/docs/runbook.md';

export function readSchedule(all: Checker): Parameters['schedule'] {
  const schedule = all.part('schedule', {});
  const timeZone = schedule.text('timeZone', /^[A-Za-z_+\-/0-9]+$/, 'an IANA time zone', 'America/New_York');
  if (!isTimeZone(timeZone)) schedule.report('timeZone', 'an IANA time zone, for example America/New_York');
  const parameters = {
    isEnabled: schedule.flag('isEnabled', true),
    timeZone,
    start: readTimeOfDay(schedule, 'start', '01:00'),
    deadline: readTimeOfDay(schedule, 'deadline', '07:00'),
    daysBack: schedule.integer('daysBack', 0, 3, 1),
    holidays: readHolidays(schedule),
  };
  if (minutesOf(parameters.deadline) <= minutesOf(parameters.start))
    schedule.report('deadline', 'a time after start, on the same day');
  return parameters;
}

/** A function's environment holds 4 KB: this many dates take two thirds of it. */
const MAX_HOLIDAYS = 200;

function readHolidays(schedule: Checker): readonly string[] {
  if (!schedule.has('holidays')) return [];
  const dates = schedule.texts('holidays', /^\d{4}-\d{2}-\d{2}$/, 'dates as YYYY-MM-DD', 0);
  if (dates.length > MAX_HOLIDAYS) schedule.report('holidays', `at most ${MAX_HOLIDAYS} dates`);
  if (!dates.every(isCalendarDay)) schedule.report('holidays', 'days of the calendar');
  return dates.toSorted();
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

function readTimeOfDay(part: Checker, field: string, fallback: string): TimeOfDay {
  const text = part.text(field, /^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day, HH:MM', fallback);
  return { hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) };
}

function minutesOf({ hour, minute }: TimeOfDay): number {
  return hour * 60 + minute;
}

/** DynamoDB's own floor for new tables on demand: less is refused. */
export function readWarmThroughput(all: Checker): Parameters['agreementHashWarmThroughput'] {
  const warm = all.optionalPart('agreementHashWarmThroughput');
  if (warm === null) return null;
  return {
    readUnitsPerSecond: warm.integer('readUnitsPerSecond', 12_000, 1_000_000, 12_000),
    writeUnitsPerSecond: warm.integer('writeUnitsPerSecond', 4_000, 1_000_000, 4_000),
  };
}

export function readAlarms(all: Checker): Parameters['alarms'] {
  const alarms = all.part('alarms', {});
  return {
    topicArn: alarms.optionalText('topicArn', /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/, 'the ARN of a topic'),
    email: alarms.optionalText('email', /^[^@\s]+@[^@\s]+$/, 'an address'),
    runbookUrl: alarms.text('runbookUrl', /^https:\/\/\S+$/, 'an https URL', RUNBOOK),
    queueAgeHours: alarms.integer('queueAgeHours', 1, 14 * 24, 24),
  };
}

/**
 * Published days are deleted by the job, never by the bucket: the head may be old, and is the base of the next run. What the
 * bucket deletes by its age, records and page objects, the job deletes by its date as well, whichever comes first.
 */
export function readRetention(all: Checker): Parameters['retention'] {
  const retention = all.part('retention', {});
  const days = retention.integer('days', ...RETENTION_BOUNDS.days, DEFAULT_RETENTION.days);
  const rawTextDays = retention.integer('rawTextDays', ...RETENTION_BOUNDS.rawTextDays, DEFAULT_RETENTION.rawTextDays);
  if (rawTextDays > days) retention.report('rawTextDays', `at most ${days}, the days of the tables`);
  return {
    days,
    rawTextDays,
    monthEnds: retention.integer('monthEnds', ...RETENTION_BOUNDS.monthEnds, DEFAULT_RETENTION.monthEnds),
    deltaDays: retention.integer('deltaDays', 7, 3650, DEFAULT_RETENTION.deltaDays),
    recordsDays: retention.integer('recordsDays', 14, 3650, DEFAULT_RETENTION.recordsDays),
    deletedVersionsDays: retention.integer('deletedVersionsDays', 7, 3650, 35),
    logDays: readLogDays(retention),
  };
}

/** CloudWatch Logs knows these spans and no others. */
const LOG_DAYS = [30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

function readLogDays(retention: Checker): number {
  const days = retention.integer('logDays', 1, 3653, 365);
  if (!LOG_DAYS.includes(days)) retention.report('logDays', `one of ${LOG_DAYS.join(', ')}`);
  return days;
}
