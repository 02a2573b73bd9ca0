/** The work of `lexdelta verify`. */
import { tmpdir } from 'node:os';
import { executionName } from '../../job/business-date.ts';
import { attemptOfManifest } from '../../publish/attempt-files.ts';
import { type Verification, type VerifyProgress, verifyDay } from '../../publish/verify/verify-day.ts';
import { openScratch } from '../../runtime/open-scratch.ts';
import { readRunReport } from '../../runtime/run-report.ts';
import type { RunStatus } from '../../stores/job-stats.ts';
import { readDate, readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { rebuildPointersHint } from '../rebuild-pointers-hint.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { count } from '../terminal/figures.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import { type FoundTable, findTable } from './find-table.ts';
import { openVerified, type Verified } from './open-verified.ts';
import { renderVerification } from './render-verification.ts';

export interface VerifyFlags extends GlobalFlags {
  readonly attempt?: string;
  readonly alone?: boolean;
}

/** 0: proven; 1: something is wrong. */
export async function tellVerify(dateText: string, flags: VerifyFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const date = readDate(dateText);
  const attempt = flags.attempt === undefined ? null : readWhole('--attempt', flags.attempt, 1, 999_999);
  const isAlone = flags.alone === true;
  const verified = await openVerified(flags, isAlone, context);
  try {
    const table = await findTable(date, attempt, verified);
    const record = await readRecord(table.manifest, verified);
    const found = await verify(table, record.sha256, isAlone, verified, context);
    if (typeof found === 'number') return found;
    const notes = [...table.notes, ...record.notes, ...found.notes];
    const told = { ...found, is_proven: found.fault_count === 0, notes };
    if (terminal.isJson) terminal.printJson('verify', told);
    else terminal.print(...renderVerification(told, terminal));
    // Without JobStats nothing would say what to write.
    const canRebuild = table.pointerFault !== undefined && verified.unread === null;
    if (canRebuild) terminal.note(rebuildPointersHint(flags));
    return told.is_proven ? 0 : 1;
  } finally {
    await verified.close();
  }
}

/** Of runs that published nothing, or did not live to say so. */
const UNPUBLISHED: readonly RunStatus[] = ['failed', 'superseded', 'aborted', 'timed_out'];

/** What the run has told of its manifest, in a place of its own. */
async function readRecord(
  key: string,
  verified: Verified,
): Promise<{ readonly sha256: string | null; readonly notes: readonly string[] }> {
  const { business_date, attempt } = attemptOfManifest(key);
  const run = executionName(business_date, attempt);
  const row = await verified.ask((jobStats) => jobStats.getRun(business_date, run));
  if (verified.unread !== null) {
    const what = `Not compared with JobStats: ${verified.unread}. The files of the day alone vouch for the manifest.`;
    return { sha256: null, notes: [what] };
  }
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
  { manifest: key, pointerFault }: FoundTable,
  recordedSha256: string | null,
  isAlone: boolean,
  { a3 }: Verified,
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
      ...(pointerFault === undefined ? {} : { pointerFault }),
      isAlone,
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
