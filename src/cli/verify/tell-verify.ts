/** The work of `lexdelta verify`. */
import { tmpdir } from 'node:os';
import { PermanentError } from '../../errors.ts';
import { executionName } from '../../job/business-date.ts';
import { attemptOfManifest, manifestKey, publishedFolder } from '../../publish/attempt-files.ts';
import { resolveAsOf } from '../../publish/read-published.ts';
import { readDeletionRecord, tableDeleted } from '../../publish/retention/deletion-record.ts';
import { type Verification, type VerifyProgress, verifyDay } from '../../publish/verify/verify-day.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { openScratch } from '../../runtime/open-scratch.ts';
import { readRunReport } from '../../runtime/run-report.ts';
import type { RunStatus } from '../../stores/job-stats.ts';
import { readDate, readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { count } from '../terminal/figures.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import { renderVerification } from './render-verification.ts';

export interface VerifyFlags extends GlobalFlags {
  readonly attempt?: string;
}

/** 0: proven; 1: something is wrong. */
export async function tellVerify(dateText: string, flags: VerifyFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const date = readDate(dateText);
  const attempt = flags.attempt === undefined ? null : readWhole('--attempt', flags.attempt, 1, 999_999);
  const data = await services.openData(await placeOf(flags, context), 'read');
  try {
    const key = await findManifest(date, attempt, data);
    const record = await readRecord(key, data);
    const found = await verify(key, record.sha256, data, context);
    if (typeof found === 'number') return found;
    const told = { ...found, is_proven: found.fault_count === 0, notes: [...record.notes, ...found.notes] };
    if (terminal.isJson) terminal.printJson('verify', told);
    else terminal.print(...renderVerification(told, terminal));
    return told.is_proven ? 0 : 1;
  } finally {
    await data.close();
  }
}

/** @throws PermanentError `NO_TABLE_FOR_DATE` */
async function findManifest(date: string, attempt: number | null, data: JobData): Promise<string> {
  const { jobStats, jobDailyA3Data: a3 } = data;
  if (attempt === null) return resolveAsOf({ jobStats, a3 }, date);
  const id = { business_date: date, attempt };
  const deleted = (await a3.get(manifestKey(id))) === null ? await readDeletionRecord(a3, id) : null;
  if (deleted !== null) throw tableDeleted(deleted);
  // Of a day that has lost its manifest some file is still there, and that is to be told.
  for await (const _ of a3.list(publishedFolder(id))) return manifestKey(id);
  throw new PermanentError('NO_TABLE_FOR_DATE', `Nothing is published of attempt ${attempt} at ${date}.`, { ...id });
}

/** Of runs that published nothing, or did not live to say so. */
const UNPUBLISHED: readonly RunStatus[] = ['failed', 'superseded', 'aborted', 'timed_out'];

/** What the run has told of its manifest, in a place of its own. */
async function readRecord(
  key: string,
  { jobStats }: JobData,
): Promise<{ readonly sha256: string | null; readonly notes: readonly string[] }> {
  const { business_date, attempt } = attemptOfManifest(key);
  const run = executionName(business_date, attempt);
  const row = await jobStats.getRun(business_date, run);
  const publication = row === null ? null : readRunReport(row).publication;
  const sha256 = publication?.manifest === key ? publication.manifest_sha256 : null;
  const notes: string[] = [];
  if (sha256 === null) notes.push(`No record of ${run} vouches for the manifest: its files alone do.`);
  if (row !== null && UNPUBLISHED.includes(row.status))
    notes.push(`${run} is recorded as ${row.status}, not as published.`);
  return { sha256, notes };
}

/** @returns the exit code, where it was stopped */
async function verify(
  key: string,
  recordedSha256: string | null,
  { jobDailyA3Data: a3 }: JobData,
  context: Context,
): Promise<Verification | number> {
  const { terminal } = context;
  // Ctrl+C takes the scratch room away before the process ends.
  const signal = context.catchStopSignals(() => undefined);
  const { scratch, close } = await openScratch(context.env['TMPDIR'] || tmpdir());
  let progress: VerifyProgress | null = null;
  const endProgress = showProgressLine(terminal, () => (progress === null ? null : progressText(key, progress)));
  try {
    return await verifyDay(key, {
      a3,
      scratch,
      recordedSha256,
      onProgress: (now) => {
        signal.throwIfAborted();
        progress = now;
      },
    });
  } catch (error) {
    if (signal.aborted) return exitCodeOfSignal(signal);
    throw error;
  } finally {
    endProgress();
    await close();
  }
}

function progressText(key: string, { stage, done, total }: VerifyProgress): string {
  return `${attemptOfManifest(key).business_date}  ${stage} ${count(done)}/${count(total)}`;
}
