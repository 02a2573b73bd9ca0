/** The files of a day that belong to no shard. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { CHECKSUMS_PATH, listedFiles, MANIFEST_PATH } from '../checksums.ts';
import type { TableFinding, Times } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { compareFindings } from '../table-finding.ts';
import { Faults } from './faults.ts';
import { TABLE_FINDING } from './line-shapes.ts';
import { type Line, parseLines, readLines } from './read-lines.ts';

const TIMES_PATH = 'times.json';

/** Nothing else lies in the day's folder: who reads by a pattern (`parquet/*.parquet`) would read it. */
export async function verifyListing(
  a3: Pick<JobDailyA3Data, 'list'>,
  { folder, manifest }: PublishedDay,
  faults: Faults,
): Promise<void> {
  const own = [MANIFEST_PATH, TIMES_PATH, ...(manifest.checksums === undefined ? [] : [CHECKSUMS_PATH])];
  const listed = new Set([...own, ...listedFiles(manifest).map(({ path }) => path)]);
  for await (const { key } of a3.list(folder)) {
    const path = key.slice(folder.length + 1);
    if (!listed.has(path)) faults.add('files', path, null, 'is there, and the manifest does not list it');
  }
}

/** Findings ascend by rule and value, each once. */
export async function readPublishedFindings(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  faults: Faults,
  onFinding: (line: Line<TableFinding>) => Promise<void>,
): Promise<void> {
  const file = manifest.findings;
  const own = new Faults();
  const checks = { claim: 'findings', path: file.path, shape: TABLE_FINDING, faults: own } as const;
  let last: TableFinding | null = null;
  for await (const lines of parseLines<TableFinding>(readLines(a3, folder, file, own), checks)) {
    for (const line of lines) {
      if (last !== null && compareFindings(line.value, last) <= 0) {
        own.add('findings', file.path, line.number, 'does not come after the line above it, by rule and value');
      }
      last = line.value;
      await onFinding(line);
    }
  }
  faults.addAll(own.count('files') > 0 ? own.only((claim) => claim === 'files') : own);
}

/** The contract is that of the code which published the day. */
export async function verifyContract(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  faults: Faults,
): Promise<void> {
  const { contract, code_version } = manifest;
  if (contract === undefined) return;
  const damaged = faults.count('files');
  const lines: string[] = [];
  for await (const batch of readLines(a3, folder, contract, faults)) lines.push(...batch);
  if (faults.count('files') > damaged) return;
  const version = versionOf(lines.join('\n'));
  if (version === code_version) return;
  const what = `is of version ${version ?? 'unknown'} where the day was published by version ${code_version}`;
  faults.add('manifest', contract.path, null, what);
}

function versionOf(text: string): string | null {
  try {
    const { version } = JSON.parse(text) as { readonly version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

/** Clock values stand outside the manifest, and nothing vouches for them: what is odd is worth a note. */
export async function verifyTimes(
  a3: Pick<JobDailyA3Data, 'get'>,
  { folder }: PublishedDay,
): Promise<readonly string[]> {
  const body = await a3.get(`${folder}/${TIMES_PATH}`);
  if (body === null) return [`${TIMES_PATH} is missing: nothing says when the day was made.`];
  try {
    const { started_at, extraction, ended_at } = JSON.parse(body.toString('utf8')) as Times;
    const told =
      extraction === undefined ? [started_at, ended_at] : [started_at, extraction.began, extraction.ended, ended_at];
    const times = told.map((time) => Date.parse(time));
    if (times.every((time, i) => time >= (times[i - 1] ?? time))) return [];
  } catch {
    // Below.
  }
  return [`${TIMES_PATH} holds no times in order; the manifest does not vouch for it.`];
}
