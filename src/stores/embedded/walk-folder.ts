import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../errors.ts';

/**
 * The keys of all files inside `folder` (a key; the empty text is `root` itself) at any depth, ascending by the bytes of
 * the whole key. Names that begin with a dot are no keys. A folder that goes away meanwhile has no files.
 */
export async function* walkFolder(root: string, folder: string): AsyncIterable<string> {
  const entries = (await entriesOf(join(root, folder)))
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isFile()))
    // A folder stands where its keys do: `a-b` comes before `a/b`, and `a0` after it.
    .map((entry) => ({ entry, order: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
    .sort((a, b) => Buffer.compare(a.order, b.order));
  for (const { entry } of entries) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walkFolder(root, key);
    else yield key;
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return [];
    throw error;
  }
}
