/**
 * What stood of a document on each published day. A day's table is read only where the document's rows can be others than on
 * the next day: where that day's run made them, or its change log names the document. The small files are read for every day.
 */
import type { HeldReason } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { Place, TableRow } from '../published.ts';
import { DocumentFiles, type DocumentRejects } from './document-files.ts';
import { mapInParallel } from './map-in-parallel.ts';
import type { HistoryDay } from './published-days.ts';
import { wasTouched } from './was-touched.ts';

/** Files that are decompressed at once; more wait for processors. */
const PARALLEL_FILES = 4;

export interface DocumentState extends DocumentRejects {
  /** Ascending by key. */
  readonly rows: readonly TableRow[];
}

export interface DocumentDay {
  readonly day: HistoryDay;
  readonly state: DocumentState;
  /** Its bytes in Lex differ from those before, its content does not; `null`: not known. */
  readonly touched: boolean | null;
  /** Why its removal was held back on the day; `null`: it was not, or the day does not list them. */
  readonly held: HeldReason | null;
  /** Rows of Lex of the day without a readable id that look like it. */
  readonly alike: number;
}

/**
 * @param days the newest first, as `readPublishedDays` gives them, none left out in between
 * @returns the newest first
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function readDocumentHistory(
  a3: Pick<JobDailyA3Data, 'get' | 'open'>,
  days: readonly HistoryDay[],
  place: Place,
): Promise<readonly DocumentDay[]> {
  const files = new DocumentFiles(a3, place);
  const rejects = await mapInParallel(days, PARALLEL_FILES, (day) => files.rejects(day));
  const changes = await mapInParallel(days, PARALLEL_FILES, (day) => files.changes(day));
  const touched = await mapInParallel(days, PARALLEL_FILES, (day) => wasTouched(a3, day, place));
  const held = await mapInParallel(days, PARALLEL_FILES, (day) => files.held(day));
  const alike = await mapInParallel(days, PARALLEL_FILES, async (day) => (await files.alike(day)).length);
  // Read beforehand, several at once: the loop below takes one day after the other.
  const isRead = days.map((_, i) => i === 0 || days[i - 1]!.base !== 'known' || changes[i - 1]!.length > 0);
  await mapInParallel(
    days.filter((_, i) => isRead[i]),
    PARALLEL_FILES,
    (day) => files.rows(day),
  );
  const found: DocumentDay[] = [];
  let rows: readonly TableRow[] = [];
  for (const [i, day] of days.entries()) {
    const madeBy = days[i - 1]?.manifest.run;
    if (isRead[i] || rows.some(({ lineage }) => lineage.run === madeBy)) rows = await files.rows(day);
    const ofDay = { touched: touched[i] ?? null, held: held[i] ?? null, alike: alike[i] ?? 0 };
    found.push({ day, state: { rows, ...rejects[i]! }, ...ofDay });
  }
  return found;
}
