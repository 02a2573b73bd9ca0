/**
 * One JSON line a call, for CloudWatch Logs. A logger of our own, because it is these lines: what a library adds
 * (levels per child, transports, buffers that a frozen process loses) nobody here would use.
 */
import { executionName, parseBusinessDate } from '../../job/business-date.ts';
import { attemptOfManifest } from '../../publish/attempt-files.ts';

export interface LogEntry {
  readonly state: string;
  readonly [field: string]: unknown;
}

/** Plain fields of a payload that say which part of which run a call works on. */
const PLACE_FIELDS = ['namespace', 'iteration', 'batch', 'slice', 'phase'] as const;

/** Written as it is: `console.log` would wrap the line, and CloudWatch would find no metrics in it. */
export function writeLog(level: 'info' | 'error', entry: LogEntry): void {
  writeLine({ level, time: new Date().toISOString(), ...entry });
}

export function writeLine(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

/** The run and the place in it, as far as the payload says. Everything else in a payload stays unsaid. */
export function placeOf(payload: unknown): Readonly<Record<string, string | number>> {
  if (typeof payload !== 'object' || payload === null) return {};
  const fields = payload as Readonly<Record<string, unknown>>;
  const place: Record<string, string | number> = {};
  const run = runOf(fields);
  if (run !== null) place['run'] = run;
  for (const field of PLACE_FIELDS) {
    const value = fields[field];
    if (typeof value === 'number' || (typeof value === 'string' && value.length <= 80)) place[field] = value;
  }
  return place;
}

/** The execution's name: given, or from date and attempt, or from the manifest's key. */
function runOf({ job_id, business_date, attempt, manifest }: Readonly<Record<string, unknown>>): string | null {
  if (typeof job_id === 'string') return job_id;
  const date = parseBusinessDate(business_date);
  if (date !== null && typeof attempt === 'number') return executionName(date, attempt);
  if (typeof manifest !== 'string') return null;
  try {
    const id = attemptOfManifest(manifest);
    return executionName(id.business_date, id.attempt);
  } catch {
    return null; // The step itself says what is wrong with it.
  }
}
