/** Three days on which everything happens that a published day can show, and ways to alter what was published. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { entityItem } from '../../../src/agreements/make-look-up-items.ts';
import type { Override } from '../../../src/job/contracts.ts';
import { CHECKSUMS_PATH, checksums, listedFiles, MANIFEST_PATH } from '../../../src/publish/checksums.ts';
import type { Manifest, PublishedFile } from '../../../src/publish/published.ts';
import { openPublishedDay, type PublishedDay } from '../../../src/publish/read-published.ts';
import type { SliceLine } from '../../../src/publish/slice-output.ts';
import { type Verification, verifyDay } from '../../../src/publish/verify/verify-day.ts';
import type { JobDailyA3Data } from '../../../src/stores/job-daily-a3-data.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../../fakes/memory-look-ups.ts';
import { MemoryScratch } from '../../fakes/memory-scratch.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from '../day-fixture.ts';

const BLOCK_BYTES = 64 * 1024;

export async function bank(): Promise<MemoryEntityTable> {
  const entities = new MemoryEntityTable();
  await entities.putAll([
    entityItem('BANK', ['CO'], { 'CO.4': 'The Bank' }),
    entityItem('Client', ['CP'], { 'CP.4': 'A client' }),
    entityItem('BOTH', ['CO', 'CP'], { 'CO.4': 'Both', 'CP.4': 'Both' }),
  ]);
  return entities;
}

function valid(id: string, name: string, more: Parameters<typeof transformedRow>[0] = {}): SliceLine {
  const rows = ['Client', 'BOTH', 'GONE'].map((party, i) =>
    transformedRow(
      { 'A3.2': 'BANK', 'A3.3': `${id}/${i % 2}`, 'A3.4': name, 'A3.5': '2010-01-25', 'A3.6': party, ...more },
      [{ table: 'Entity', key: party.toLowerCase(), version: `v-${name}` }],
    ),
  );
  return validLine(
    id,
    rows.toSorted((a, b) => (a.values['A3.3']! < b.values['A3.3']! ? -1 : 1)),
    name,
  );
}

const unreadable = (after: string): SliceLine => {
  return {
    op: 'unreadable',
    lex_id: null,
    after_id: after,
    rule: 'LEX-unparsable',
    message: 'm',
    raw: '{',
    raw_encoding: 'utf-8',
  };
};
const ids = Array.from({ length: 12 }, (_, i) => `m-${String(i).padStart(2, '0')}`);

const FIRST: readonly DaySlice[] = [
  { namespace: 'cct', lines: [valid('c-1', 'one', { 'A3.12': 'm-00/0' }), rejectedLine('c-2', 'two')] },
  { namespace: 'mac', lines: [...ids.map((id) => valid(id, 'one')), rejectedLine('n-1', 'n'), unreadable('n-1')] },
];
const SECOND: readonly DaySlice[] = [
  { namespace: 'cct', lines: [valid('c-2', 'healed', { 'A3.12': 'nothing' })] },
  {
    namespace: 'mac',
    lines: [
      valid('m-01', 'other'),
      rejectedLine('m-03', 'bad'),
      { op: 'removed', lex_id: 'm-05' },
      valid('m-07', 'one', { 'A3.3': 'm-00/0' }),
      valid('m-99', 'new'),
      unreadable('m-07'),
    ],
  },
];
const THIRD: readonly DaySlice[] = [{ namespace: 'mac', lines: [valid('m-09', 'third'), valid('m-03', 'mended')] }];

export async function publishThree(): Promise<[MemoryJobDailyA3Data, readonly PublishedDay[]]> {
  const a3 = new MemoryJobDailyA3Data(BLOCK_BYTES);
  const entities = await bank();
  const days: PublishedDay[] = [];
  for (const [i, slices] of [FIRST, SECOND, THIRD].entries()) {
    const id = { business_date: `2021-10-2${i}`, attempt: 1 };
    const overrides: readonly Override[] = i === 1 ? [{ accept: 'query', by: 'Ada', reason: 'known' }] : [];
    const options = { entities, masters: entities, overrides };
    const { manifest } = await publishDay(a3, id, days.at(-1)?.key ?? null, slices, options);
    days.push(await openPublishedDay(a3, manifest));
  }
  return [a3, days];
}

type Reads = Pick<JobDailyA3Data, 'get' | 'open' | 'list'>;

export function verify(a3: Reads, { key }: PublishedDay, recordedSha256: string | null = null): Promise<Verification> {
  return verifyDay(key, { a3, scratch: new MemoryScratch(), recordedSha256, linesPerRange: 7 });
}

/** The store with other bytes at some keys; `null`: the file is gone. */
export function altered(a3: Reads, changes: ReadonlyMap<string, Buffer | null>): Reads {
  const get = async (key: string) => (changes.has(key) ? (changes.get(key) ?? null) : a3.get(key));
  return {
    get,
    async open(key) {
      const body = await get(key);
      return body === null ? null : blocks(body);
    },
    async *list(folder) {
      const added = [...changes.keys()].filter((key) => key.startsWith(`${folder}/`));
      for await (const file of a3.list(folder)) if (!changes.has(file.key)) yield file;
      for (const key of added) if (changes.get(key) != null) yield { key, size: changes.get(key)!.length };
    },
  };
}

async function* blocks(body: Buffer): AsyncIterable<Buffer> {
  yield body;
}

/** Paths of every file of the day that something vouches for. */
export function pathsOf({ manifest }: PublishedDay): readonly string[] {
  return [...listedFiles(manifest).map(({ path }) => path), MANIFEST_PATH, CHECKSUMS_PATH];
}

type Edit = (text: string) => string;

/**
 * The store after somebody has edited files and made every digest and count of lines in manifest and checksums right again.
 * @param edit what becomes of a file's text, by its path; of a Parquet file's bytes, as latin1
 */
export async function forged(
  a3: Reads,
  day: PublishedDay,
  edit: Readonly<Record<string, Edit>>,
  editManifest: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<Reads> {
  const changes = new Map<string, Buffer | null>();
  const made = new Map<string, Partial<PublishedFile>>();
  for (const [path, change] of Object.entries(edit)) {
    const body = (await a3.get(`${day.folder}/${path}`))!;
    if (path.endsWith('.parquet')) {
      const stored = Buffer.from(change(body.toString('latin1')), 'latin1');
      changes.set(`${day.folder}/${path}`, stored);
      made.set(path, { bytes: stored.length, sha256: sha256(stored) });
      continue;
    }
    const isGzip = path.endsWith('.gz');
    const plain = Buffer.from(change((isGzip ? gunzipSync(body) : body).toString('utf8')));
    const stored = isGzip ? gzipSync(plain) : plain;
    changes.set(`${day.folder}/${path}`, stored);
    const lines = plain.toString('utf8').split('\n').length - 1;
    made.set(path, { path, bytes: stored.length, sha256: sha256(stored), lines, content_sha256: sha256(plain) });
  }
  const swap = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value !== 'object' || value === null) return value;
    const { path } = value as { readonly path?: string };
    if (path !== undefined && made.has(path)) return { ...value, ...made.get(path) };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, swap(item)]));
  };
  const manifest = editManifest(swap(day.manifest) as Manifest);
  const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  changes.set(`${day.folder}/${MANIFEST_PATH}`, body);
  changes.set(`${day.folder}/${CHECKSUMS_PATH}`, Buffer.from(checksums(manifest, sha256(body))));
  return altered(a3, changes);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
