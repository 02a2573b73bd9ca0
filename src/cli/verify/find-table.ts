/** Which table `verify` is asked about, also where the pointer of its date is wrong, or JobStats is not there. */
import { PermanentError } from '../../errors.ts';
import { attemptOfManifest, manifestKey, publishedFolder } from '../../publish/attempt-files.ts';
import { resolveAsOf } from '../../publish/read-published.ts';
import { deletedTables, readDeletionRecord, tableDeleted } from '../../publish/retention/deletion-record.ts';
import { findTableOf } from '../../publish/table-of-date.ts';
import type { Fault } from '../../publish/verify/faults.ts';
import { asOfKey, pointedAt } from '../../publish/write-as-of.ts';
import type { Verified } from './open-verified.ts';

export interface FoundTable {
  /** Key of its manifest. */
  readonly manifest: string;
  readonly pointerFault?: Pick<Fault, 'file' | 'what'>;
  readonly notes: readonly string[];
}

/** @throws PermanentError `NO_TABLE_FOR_DATE`, `TABLE_DELETED` */
export async function findTable(date: string, attempt: number | null, verified: Verified): Promise<FoundTable> {
  if (attempt !== null) return { manifest: await findAttempt(date, attempt, verified), notes: [] };
  const { a3 } = verified;
  const found = await verified.ask((jobStats) => findTableOf({ jobStats, a3 }, date));
  if (found === null) return findByFiles(date, verified);
  const { manifest, pointerFault } = found;
  if (manifest !== null && pointerFault === null) return { manifest, notes: [] };
  const isThere = manifest !== null && (await a3.get(manifest)) !== null;
  if (isThere) return { manifest, pointerFault: { file: asOfKey(date), what: pointerFault ?? '' }, notes: [] };
  // Nothing is there to be verified: what is said then is what every reader says.
  const resolved = await verified.ask((jobStats) => resolveAsOf({ jobStats, a3 }, date));
  return resolved === null ? findByFiles(date, verified) : { manifest: resolved, notes: [] };
}

/** Of a day that has lost its manifest some file is still there, and that is to be told. */
async function findAttempt(business_date: string, attempt: number, { a3 }: Verified): Promise<string> {
  const id = { business_date, attempt };
  const deleted = (await a3.get(manifestKey(id))) === null ? await readDeletionRecord(a3, id) : null;
  if (deleted !== null) throw tableDeleted(deleted);
  for await (const _ of a3.list(publishedFolder(id))) return manifestKey(id);
  const what = `Nothing is published of attempt ${attempt} at ${business_date}.`;
  throw new PermanentError('NO_TABLE_FOR_DATE', what, { ...id });
}

/** By the pointer of the date, else the last attempt whose manifest is there. */
async function findByFiles(date: string, { a3 }: Verified): Promise<FoundTable> {
  const body = await a3.get(asOfKey(date));
  const pointed = pointedAt(body);
  const isOfDate = pointed !== null && attemptOfManifest(pointed).business_date === date;
  if (isOfDate) return { manifest: pointed, notes: [] };
  const attempts: number[] = [];
  for await (const { key } of a3.list(`published/as_of=${date}`)) {
    if (key.endsWith('/manifest.json')) attempts.push(attemptOfManifest(key).attempt);
  }
  const attempt = attempts.sort((a, b) => a - b).at(-1);
  if (attempt === undefined) {
    const [deleted] = await deletedTables(a3, date);
    if (deleted !== undefined) throw tableDeleted(deleted);
    throw new PermanentError('NO_TABLE_FOR_DATE', `There is no table for ${date}.`, { business_date: date });
  }
  const manifest = manifestKey({ business_date: date, attempt });
  const which = `attempt ${attempt}, the last that is there, is taken for its table`;
  if (body === null) return { manifest, notes: [`Nothing points the date at a table: ${which}.`] };
  const what = pointed === null ? 'names no manifest' : `names ${pointed}, the table of another date`;
  return { manifest, pointerFault: { file: asOfKey(date), what: `${what}; ${which}` }, notes: [] };
}
