/** What a day was published as, counted from its stored bytes: nothing that a manifest says is taken for granted. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Manifest, PublishedFile } from '../../../src/publish/published.ts';
import type { JobDailyA3Data } from '../../../src/stores/job-daily-a3-data.ts';

export interface PublishedContents {
  readonly manifest: Manifest;
  /** SHA-256 of each file, uncompressed, by its path below the day's folder. */
  readonly digests: Readonly<Record<string, string>>;
  /** What the manifest says of the same files. */
  readonly promised: Readonly<Record<string, string>>;
}

export async function readContents(a3: Pick<JobDailyA3Data, 'get'>, manifestKey: string): Promise<PublishedContents> {
  const manifest = JSON.parse((await read(a3, manifestKey)).toString('utf8')) as Manifest;
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/'));
  const files = filesOf(manifest);
  const digests: Record<string, string> = {};
  for (const { path } of files) {
    const stored = await read(a3, `${folder}/${path}`);
    const content = path.endsWith('.gz') ? gunzipSync(stored) : stored;
    digests[path] = createHash('sha256').update(content).digest('hex');
  }
  const promised = Object.fromEntries(files.map(({ path, content_sha256 }) => [path, content_sha256]));
  return { manifest, digests, promised };
}

/** Wherever in the manifest they stand. */
function filesOf(value: unknown): readonly PublishedFile[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('path' in value && 'content_sha256' in value) return [value as PublishedFile];
  return Object.values(value).flatMap(filesOf);
}

async function read(a3: Pick<JobDailyA3Data, 'get'>, key: string): Promise<Buffer> {
  const body = await a3.get(key);
  if (body === null) throw new Error(`${key} is not there.`);
  return Buffer.from(body);
}
