import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';

/**
 * Writes a file whole or not at all: under a name of its own beside it, flushed, then renamed. A file that is there is
 * replaced in that one moment, behind a symbolic link too. What is no regular file is refused: a rename would put a file in
 * the place of a pipe or, for root, of a device.
 * @throws PermanentError `FILE_NOT_WRITABLE`, `STORE_FULL`; whatever the pieces throw
 */
export async function writeWholeFile(given: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const path = await targetOf(given);
  const partial = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.partial`);
  try {
    const file = await open(partial, 'wx');
    try {
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw fileError(error, path);
  }
}

/** The file itself where a link leads to one; what is not there yet stays as it is given. */
async function targetOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) return path;
  if (!found.isFile()) {
    throw new PermanentError('FILE_NOT_WRITABLE', `${path} is no regular file, so it is not replaced.`);
  }
  return realpath(path);
}

function fileError(error: unknown, path: string): unknown {
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')) {
    return new PermanentError('STORE_FULL', `There is no room for ${path}.`);
  }
  const isOfFile = error instanceof Error && 'syscall' in error && 'code' in error;
  // The system names the unfinished file, which is not what the user has named.
  const [why] = messageOf(error).split(',');
  return isOfFile ? new PermanentError('FILE_NOT_WRITABLE', `${path} cannot be written: ${why}.`, { path }) : error;
}
