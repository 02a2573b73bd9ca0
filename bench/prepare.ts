/** What the contenders compare with: the hashes of day one, for us in a data folder, for the loops in a plain LMDB. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { contentHash, rawHash } from '../src/agreements/content-hash.ts';
import { HASH_SCHEME } from '../src/agreements/fingerprint.ts';
import { mac } from '../src/agreements/namespaces/mac.ts';
import { DEFAULT_RULES, mappingVersion } from '../src/agreements/table-a3/rules-in-force.ts';
import { openDataFolder } from '../src/runtime/open-data-folder.ts';
import { lexId, makeDocument } from './namespace.ts';

const BATCH = 10_000;

/**
 * Makes `known` (a data folder) and `loop` (id → 16 bytes raw hash, 32 bytes content hash) in a folder of their own, named
 * by the mapping version: with another one all documents would be changed.
 * @returns that folder
 */
export async function prepareHashes(parent: string, documents: number): Promise<string> {
  const mapping_version = mappingVersion(mac, DEFAULT_RULES);
  const folder = join(parent, mapping_version);
  if (existsSync(join(folder, 'done'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  const stores = await openDataFolder(join(folder, 'known'));
  const loop = open<Buffer, string>({ path: join(folder, 'loop'), encoding: 'binary' });
  for (let start = 0; start < documents; start += BATCH) {
    const known = Array.from({ length: Math.min(BATCH, documents - start) }, (_, i) => {
      const text = makeDocument(start + i, 1);
      const content_hash = contentHash(JSON.parse(text) as Record<string, unknown>, mac.volatileFields);
      return { lex_id: lexId(start + i), raw_hash: rawHash(Buffer.from(text)), content_hash };
    });
    await stores.agreementHash.apply(
      'mac',
      known.map(({ lex_id, raw_hash, content_hash }) => ({
        op: 'good',
        lex_id,
        fingerprint: { raw_hash, content_hash, hash_scheme: HASH_SCHEME, mapping_version },
      })),
      { fence: 0, business_date: '2021-10-19' },
    );
    await loop.transaction(() => {
      for (const { lex_id, raw_hash, content_hash } of known)
        loop.put(lex_id, Buffer.from(raw_hash + content_hash, 'hex'));
    });
  }
  await loop.close();
  await stores.close();
  writeFileSync(join(folder, 'done'), '');
  return folder;
}
