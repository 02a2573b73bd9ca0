/**
 * Which slice outputs an attempt publishes, with their headers. The lists are written once, when the shards are planned,
 * and from then on they alone count: an output that a slow worker leaves later is neither published nor are its hashes
 * written, so that both always speak of the same documents.
 */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { isSliceOutput, recordsFolder, sliceListKey } from './attempt-files.ts';
import { corrupt, parseLine } from './lines.ts';
import { putFirst } from './put-first.ts';
import { mustStand } from './shard-plan.ts';
import type { SliceHeader } from './slice-output.ts';

/** Outputs a list names: some MB. A list with fewer is the last. */
export const LIST_ENTRIES = 10_000;
/** First lines that are read at once. */
const PARALLEL_READS = 32;

export interface SliceEntry {
  readonly key: string;
  readonly header: SliceHeader;
}

export interface ListSlicesDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'list' | 'firstLine' | 'putOnce'>;
  readonly shouldStop: () => boolean;
  /** Default {@link LIST_ENTRIES}. */
  readonly listEntries?: number;
}

/**
 * Writes the lists from number `from` on; a list that stands already stays as it is.
 * @returns the list to go on with when the time was up, else `null`
 */
export async function writeSliceLists(id: AttemptId, from: number, deps: ListSlicesDeps): Promise<number | null> {
  const size = deps.listEntries ?? LIST_ENTRIES;
  let list = from;
  let after = list === 0 ? null : await lastKeyOf(id, list - 1, deps.a3);
  for (;;) {
    const standing = await readSliceList(id, list, deps.a3);
    const entries = standing ?? (await writeSliceList(id, list, await listOutputs(id, after, size, deps.a3), deps.a3));
    list += 1;
    after = entries.at(-1)?.key ?? after;
    if (entries.length < size) return null;
    if (deps.shouldStop()) return list;
  }
}

/** All entries in the order of their keys. @throws PermanentError `STORE_CORRUPT`: the lists end before the last one */
export async function* readSliceLists(
  id: AttemptId,
  a3: Pick<JobDailyA3Data, 'get'>,
  listEntries = LIST_ENTRIES,
): AsyncIterable<SliceEntry> {
  for (let list = 0; ; list += 1) {
    const entries = await readSliceList(id, list, a3);
    if (entries === null) throw corrupt(sliceListKey(id, list), 'is missing');
    yield* entries;
    if (entries.length < listEntries) return;
  }
}

/** @returns what stands: the list of another call that was faster, and met fewer outputs, counts as well */
async function writeSliceList(
  id: AttemptId,
  list: number,
  entries: readonly SliceEntry[],
  a3: Pick<JobDailyA3Data, 'get' | 'putOnce'>,
): Promise<readonly SliceEntry[]> {
  if (await putFirst(a3, sliceListKey(id, list), encode(entries))) return entries;
  return mustStand(await readSliceList(id, list, a3), sliceListKey(id, list));
}

async function readSliceList(
  id: AttemptId,
  list: number,
  a3: Pick<JobDailyA3Data, 'get'>,
): Promise<readonly SliceEntry[] | null> {
  const key = sliceListKey(id, list);
  const body = await a3.get(key);
  if (body === null) return null;
  const lines = body.toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, i) => parseLine(line, key, i + 1, (text) => JSON.parse(text) as SliceEntry));
}

async function lastKeyOf(id: AttemptId, list: number, a3: Pick<JobDailyA3Data, 'get'>): Promise<string | null> {
  const entries = await readSliceList(id, list, a3);
  return entries?.at(-1)?.key ?? null;
}

async function listOutputs(
  id: AttemptId,
  after: string | null,
  count: number,
  a3: ListSlicesDeps['a3'],
): Promise<readonly SliceEntry[]> {
  const keys: string[] = [];
  // Keys of outputs are plain ASCII, so that `>` is the order of their bytes.
  for await (const { key } of a3.list(recordsFolder(id))) {
    if (!isSliceOutput(id, key) || (after !== null && key <= after)) continue;
    keys.push(key);
    if (keys.length === count) break;
  }
  const entries: SliceEntry[] = [];
  for (let i = 0; i < keys.length; i += PARALLEL_READS) {
    const some = keys.slice(i, i + PARALLEL_READS);
    entries.push(...(await Promise.all(some.map(async (key) => ({ key, header: await readSliceHeader(key, a3) })))));
  }
  return entries;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function readSliceHeader(key: string, a3: Pick<JobDailyA3Data, 'firstLine'>): Promise<SliceHeader> {
  const header = parseSliceHeader(await a3.firstLine(key));
  if (header === null) throw corrupt(key, 'does not begin with the header of a slice');
  return header;
}

/** `null` for anything that is no header of this format. */
export function parseSliceHeader(line: string | null): SliceHeader | null {
  try {
    const header = JSON.parse(line ?? '') as SliceHeader | null;
    return header?.format === 1 && typeof header.namespace === 'string' ? header : null;
  } catch {
    return null;
  }
}

function encode(entries: readonly SliceEntry[]): Buffer {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
