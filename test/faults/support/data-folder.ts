/** Data folders for fault tests: made with look-ups in them, copied, looked into, compared. */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AliasItem, EntityItem, LawItem } from '../../../src/agreements/look-up-items.ts';
import { lawItem } from '../../../src/agreements/make-look-up-items.ts';
import { openDataFolder } from '../../../src/runtime/open-data-folder.ts';
import { replayKey } from '../../../src/steps/reprocess/replay-requests.ts';
import { type EmbeddedStores, openEmbeddedStores } from '../../../src/stores/embedded/open-stores.ts';
import { KNOWN } from '../../fixtures/documents.ts';
import { documentId, NAMESPACES, type Namespace } from './lex-books.ts';

/** Makes the folder, with look-ups under which every document of `lex-books.ts` is valid. */
export async function makeDataFolder(folder: string): Promise<string> {
  const stores = await openDataFolder(folder);
  await putLookUps(stores);
  await stores.close();
  return folder;
}

/** Puts the look-ups under which every document of `lex-books.ts` is valid. */
export async function putLookUps({ governingLaws, entities }: LookUpTables): Promise<void> {
  const items = [...KNOWN, lawItem('US-NV', 'Nevada')];
  await governingLaws.putAll(items.filter((item): item is LawItem => 'law_key' in item));
  await entities.putAll(items.filter((item): item is EntityItem | AliasItem => 'entity_key' in item));
}

type LookUpTables = Pick<EmbeddedStores, 'governingLaws' | 'entities'>;

/** Copies a folder that no process works in. */
export async function copyDataFolder(from: string, to: string): Promise<string> {
  await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('lock.mdb') });
  return to;
}

export async function withStores<T>(folder: string, use: (stores: EmbeddedStores) => Promise<T>): Promise<T> {
  const stores = openEmbeddedStores({ folder });
  try {
    return await use(stores);
  } finally {
    await stores.close();
  }
}

/** Asks for documents to be transformed again, as `lexdelta replay` does. */
export async function requestReplay(
  folder: string,
  number: number,
  documents: readonly (readonly [Namespace, number])[],
): Promise<void> {
  const listed = documents.map(([namespace, n]) => ({ namespace, lex_id: documentId(namespace, n) }));
  const request = { format: 1, by: 'test', at: '2021-10-20T00:00:00.000Z', documents: listed, namespaces: [] };
  await withStores(folder, ({ jobDailyA3Data }) =>
    jobDailyA3Data.putOnce(replayKey(number), Buffer.from(JSON.stringify(request))),
  );
}

/**
 * What a data folder says, part by part: files of JobDailyA3Data and what is left in the other folders as digests, hashes,
 * look-ups, runs and lock as text. Clock values, fences, generations and how often a message was sent are left out.
 */
export async function snapshot(folder: string): Promise<ReadonlyMap<string, string>> {
  const parts = new Map<string, string>();
  for (const store of ['JobDailyA3Data', 'JobDailyDelta', 'jobdailybatchprocessing']) {
    for (const [name, digest] of await digestsOf(folder, store)) parts.set(name, digest);
  }
  await withStores(folder, async (stores) => {
    for (const namespace of NAMESPACES) await addHashes(parts, stores, namespace);
    for await (const item of stores.entities.list()) parts.set(`entity ${item.entity_key}`, JSON.stringify(item));
    for await (const { execution_name, status } of stores.jobStats.listRuns())
      parts.set(`run ${execution_name}`, status);
    const { fence: _, ...lock } = await stores.jobStats.getLock();
    parts.set('lock', JSON.stringify(lock));
    for (const { message } of await stores.enrichmentQueue.receive(1000, 0)) {
      parts.set(`message ${message.entity_key}`, JSON.stringify(message));
    }
  });
  return parts;
}

async function addHashes(parts: Map<string, string>, stores: EmbeddedStores, namespace: string): Promise<void> {
  for await (const entries of stores.agreementHash.readRange(namespace, null, null)) {
    for (const entry of entries) parts.set(`hash ${namespace} ${entry.lex_id}`, JSON.stringify(entry));
  }
  for (const { key } of stores.environment.table<true>(`tombstones/${namespace}`, 'json').range()) {
    parts.set(`tombstone ${namespace} ${key.replace('\0', ' ')}`, '');
  }
}

/** Half-written files, which a later run sweeps, and `times.json` are no part of what a folder says. */
async function digestsOf(folder: string, store: string): Promise<readonly (readonly [string, string])[]> {
  const root = join(folder, store);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== 'times.json')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/.partial/'));
  return Promise.all(
    files.map(async (file) => {
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return [file.slice(folder.length + 1), digest] as const;
    }),
  );
}

/** What differs, one line a part; none: the same. */
export function differences(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return names
    .filter((name) => expected.get(name) !== found.get(name))
    .map((name) => `${name}: expected ${expected.get(name) ?? 'nothing'}, found ${found.get(name) ?? 'nothing'}`);
}
