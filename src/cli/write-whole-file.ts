import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';

/**
 * Writes a file whole or not at all: under a name of its own beside it, flushed, then renamed. A file that is there is
 * replaced in that one moment.
 * @throws PermanentError `FILE_NOT_READABLE`, `STORE_FULL`; whatever the pieces throw
 */
export async function writeWholeFile(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
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

function fileError(error: unknown, path: string): unknown {
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')) {
    return new PermanentError('STORE_FULL', `There is no room for ${path}.`);
  }
  const isOfFile = error instanceof Error && 'syscall' in error && 'code' in error;
  return isOfFile ? new PermanentError('FILE_NOT_READABLE', `${path} cannot be written: ${messageOf(error)}.`) : error;
}
