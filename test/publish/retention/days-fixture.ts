/** Published days as retention sees them: keys, a manifest that names a base, a pointer. */
import { manifestKey, publishedFolder, recordsFolder } from '../../../src/publish/attempt-files.ts';
import { asOfKey } from '../../../src/publish/write-as-of.ts';
import type { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';

export const TEXTS = 'texts/shard-00000.ndjson.gz';
export const FILES = ['ledger.json', 'rejected/shard-00000.ndjson.gz', 'table/shard-00000.ndjson.gz', TEXTS];

export async function publishDay(
  a3: MemoryJobDailyA3Data,
  business_date: string,
  { attempt = 1, base = null }: { readonly attempt?: number; readonly base?: string | null } = {},
): Promise<string> {
  const id = { business_date, attempt };
  const bodies = FILES.map((path) => ({ path, body: Buffer.from(`${business_date} ${path}`) }));
  for (const { path, body } of bodies) await a3.putOnce(`${publishedFolder(id)}/${path}`, body);
  const [ledger, rejected, table, texts] = bodies.map(({ path, body }) => ({ path, bytes: body.length }));
  const shards = [{ table, changes: table, rejected, texts, uses: table }];
  const manifest = { format: 1, business_date, attempt, base, shards, findings: rejected, ledger };
  await a3.putOnce(manifestKey(id), Buffer.from(JSON.stringify(manifest)));
  await a3.putOnce(`${recordsFolder(id)}/000-000000000.ndjson`, Buffer.from('x'));
  await a3.putPointer(asOfKey(business_date), Buffer.from(JSON.stringify({ manifest: manifestKey(id) })));
  return manifestKey(id);
}

/** An attempt that failed before its manifest. */
export async function failDay(a3: MemoryJobDailyA3Data, business_date: string, attempt: number): Promise<void> {
  const id = { business_date, attempt };
  await a3.putOnce(`${publishedFolder(id)}/table/shard-00000.ndjson.gz`, Buffer.from('half'));
  await a3.putOnce(`${recordsFolder(id)}/000-000000000.ndjson`, Buffer.from('x'));
}

export async function keysOf(a3: MemoryJobDailyA3Data, folder = ''): Promise<readonly string[]> {
  return (await Array.fromAsync(a3.list(folder))).map(({ key }) => key);
}
