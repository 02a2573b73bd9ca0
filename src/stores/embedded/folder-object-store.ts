import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrno, PermanentError } from '../../errors.ts';
import { checkFolder, checkKey } from '../object-key.ts';
import type { ObjectInfo, ObjectStore } from '../object-store.ts';
import { replaceFile } from './durable-files.ts';
import { removeEmptyFolders, removeFile } from './remove-files.ts';
import { walkFolder } from './walk-folder.ts';

/** How many objects {@link ObjectStore.deleteSome} deletes at most, as S3 does. */
const DELETE_LIMIT = 1_000;

/**
 * An {@link ObjectStore} in a folder: a key is a path. Unlike S3, a key cannot lie inside another one (`a` and `a/b`):
 * `STORE_KEY_INVALID`. `name` tells the stores apart in the crash tests; `checkWriter` is called right before every write
 * and throws when this process may write no more.
 */
export class FolderObjectStore implements ObjectStore {
  readonly #root: string;
  readonly #name: string;
  readonly #checkWriter: () => void;

  constructor(root: string, name: string, checkWriter: () => void = () => {}) {
    this.#root = root;
    this.#name = name;
    this.#checkWriter = checkWriter;
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    const file = join(this.#root, checkKey(key));
    try {
      const place = `folder.rename:${this.#name}`;
      await replaceFile(this.#root, file, body, { place, checkWriter: this.#checkWriter });
    } catch (error) {
      throw keyInsideKey(error, key);
    }
  }

  async get(key: string, options: { readonly ifMatch?: string } = {}): Promise<Buffer | null> {
    const handle = await openIfThere(join(this.#root, checkKey(key)));
    try {
      if (options.ifMatch !== undefined) await checkEtag(handle, key, options.ifMatch);
      return handle === null ? null : await handle.readFile();
    } finally {
      await handle?.close();
    }
  }

  async *list(folder: string): AsyncIterable<ObjectInfo> {
    for await (const key of walkFolder(this.#root, checkFolder(folder))) {
      const stats = await statIfThere(join(this.#root, key));
      if (stats !== null) yield { key, size: Number(stats.size), etag: etagOf(stats) };
    }
  }

  async deleteSome(folder: string): Promise<{ readonly deleted: number; readonly more: boolean }> {
    const how = { place: `folder.delete:${this.#name}`, checkWriter: this.#checkWriter };
    const touched = new Set<string>();
    let deleted = 0;
    for await (const key of walkFolder(this.#root, checkFolder(folder))) {
      if (deleted === DELETE_LIMIT) return { deleted, more: true };
      const file = join(this.#root, key);
      await removeFile(file, how);
      deleted += 1;
      touched.add(dirname(file));
    }
    for (const path of touched) await removeEmptyFolders(this.#root, path);
    return { deleted, more: false };
  }
}

/** For reading; `null` when there is no file, or a folder. */
export async function openIfThere(file: string): Promise<FileHandle | null> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return null;
    throw error;
  });
  if (handle === null || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return null;
}

/** What the file system says when a part of the key is a file, or the whole key a folder. */
export function keyInsideKey(error: unknown, key: string): unknown {
  const isInside = ['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY'].some((errno) => hasErrno(error, errno));
  if (!isInside) return error;
  return new PermanentError('STORE_KEY_INVALID', `The key \`${key}\` lies inside another, or another inside it.`, {
    key,
  });
}

async function checkEtag(handle: FileHandle | null, key: string, ifMatch: string): Promise<void> {
  if (handle !== null && etagOf(await handle.stat({ bigint: true })) === ifMatch) return;
  const what = `The object \`${key}\` is ${handle === null ? 'gone' : 'another'} since it was planned.`;
  throw new PermanentError('DELTA_CHANGED', what, { key });
}

/** Every put makes a new file, so that the inode changes; it may be used again, hence the time. */
function etagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}-${size}-${mtimeNs}`;
}

async function statIfThere(file: string): Promise<BigIntStats | null> {
  return stat(file, { bigint: true }).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  });
}
