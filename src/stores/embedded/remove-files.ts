import { rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrno } from '../../errors.ts';
import type { FilePlace } from './durable-files.ts';
import { afterDurableWrite, beforeDurableWrite } from './durable-writes.ts';
import { storageError } from './storage-error.ts';

/** A file that is not there counts as removed. Durable once its folder is flushed. */
export async function removeFile(file: string, { place, checkWriter }: FilePlace): Promise<void> {
  checkWriter();
  beforeDurableWrite(place);
  await ignoring(['ENOENT', 'ENOTDIR'], () => unlink(file), file);
  afterDurableWrite(place);
}

/** From `path` up to the root, which stays. */
export async function removeEmptyFolders(root: string, path: string): Promise<void> {
  for (let empty = path; empty.length > root.length; empty = dirname(empty)) {
    if (!(await ignoring(['ENOTEMPTY', 'EEXIST', 'ENOENT'], () => rmdir(empty), empty))) return;
  }
}

/** @returns whether it was done */
async function ignoring(errnos: readonly string[], action: () => Promise<void>, path: string): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (errnos.some((errno) => hasErrno(error, errno))) return false;
    throw storageError(error, path);
  }
}
