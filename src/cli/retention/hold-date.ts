/** The work of `lexdelta hold`. */
import { PermanentError } from '../../errors.ts';
import { attemptOfManifest } from '../../publish/attempt-files.ts';
import { deletedBy, deletionsOfTexts } from '../../publish/retention/deleted-texts.ts';
import { deletedTables, readDeletionRecord, tableDeleted } from '../../publish/retention/deletion-record.ts';
import { placeHold, releaseHolds, type Signed } from '../../publish/retention/holds.ts';
import { findTableOf } from '../../publish/table-of-date.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { readDate } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { wrap } from '../terminal/wrap.ts';

export interface HoldFlags extends GlobalFlags {
  readonly release?: boolean;
  readonly by: string;
  readonly reason: string;
}

/** @throws PermanentError `USAGE`; `TABLE_DELETED`: there is nothing left to be held */
export async function holdDate(text: string, flags: HoldFlags, context: Context): Promise<number> {
  const date = readDate(text);
  const signed = readSigned(flags, context);
  const data = await context.services.openData(await placeOf(flags, context), 'write');
  try {
    return flags.release ? await release(date, signed, data, context) : await place(date, signed, data, context);
  } finally {
    await data.close();
  }
}

function readSigned({ by, reason }: HoldFlags, context: Context): Signed {
  if (by.trim() === '') throw new PermanentError('USAGE', '--by needs a name.');
  if (reason.trim() === '') throw new PermanentError('USAGE', '--reason needs a text.');
  return { by, reason, at: new Date(context.now()).toISOString() };
}

async function place(date: string, signed: Signed, data: JobData, { terminal }: Context): Promise<number> {
  const { jobDailyA3Data } = data;
  await hasTable(date, data);
  const number = await placeHold(jobDailyA3Data, date, signed);
  // Looked at again: retention writes its record before it looks for holds, so one of the two sees the other.
  const isThere = await hasTable(date, data);
  const deleted = await deletionsOfTexts(jobDailyA3Data, date);
  if (terminal.isJson) {
    const texts_deleted = deleted.map(({ attempt, decided_at: at, by }) => ({ attempt, at, by }));
    const told = { business_date: date, number, hold: signed, has_table: isThere, texts_deleted };
    terminal.printJson('hold', told);
  } else {
    const what = `${date} is held: its tables stay until it is released.`;
    const texts = deleted.map((one) => ` The raw texts of attempt ${one.attempt} were ${deletedBy(one)}.`).join('');
    const told = `${isThere ? what : `${what} There is no table for ${date} yet.`}${texts}`;
    terminal.print(...wrap(harmless(told), terminal.width));
  }
  return 0;
}

/** Whether it has one, also where its pointer is lost. @throws PermanentError `TABLE_DELETED`: it had one */
async function hasTable(date: string, { jobDailyA3Data: a3, jobStats }: JobData): Promise<boolean> {
  const { manifest, pointerFault } = await findTableOf({ jobStats, a3 }, date);
  if (manifest !== null && (pointerFault === null || (await isKept(manifest, a3)))) return true;
  const [deleted] = await deletedTables(a3, date);
  if (deleted !== undefined) throw tableDeleted(deleted);
  return false;
}

/** The pointer goes first, so a table that has lost its own may be on its way. */
async function isKept(manifest: string, a3: JobData['jobDailyA3Data']): Promise<boolean> {
  return (await a3.get(manifest)) !== null && (await readDeletionRecord(a3, attemptOfManifest(manifest))) === null;
}

async function release(date: string, signed: Signed, data: JobData, { terminal }: Context): Promise<number> {
  const released = await releaseHolds(data.jobDailyA3Data, date, signed);
  if (terminal.isJson) terminal.printJson('hold', { business_date: date, released, release: signed });
  else if (released.length === 0) terminal.note(`Nothing holds ${date}.`);
  else {
    const what = `${plural(released.length, 'hold')} on ${date} released. Its tables are deleted when nothing else keeps them.`;
    terminal.print(...wrap(what, terminal.width));
  }
  return 0;
}
