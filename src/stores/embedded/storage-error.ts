/** Tells the failures of disk and LMDB that a user can mend from all others. */
import { closeSync, existsSync, fstatSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { hasErrno, messageOf, PermanentError } from '../../errors.ts';

const { errno } = constants;
const FULL: ReadonlySet<string | number> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  errno.ENOSPC,
  errno.EDQUOT,
  errno.EFBIG,
  -30792,
]);
const READ_ONLY: ReadonlySet<string | number> = new Set([
  'EACCES',
  'EROFS',
  'EPERM',
  errno.EACCES,
  errno.EROFS,
  errno.EPERM,
]);
/** MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID, MDB_PAGE_NOTFOUND. */
const CORRUPT: ReadonlySet<string | number> = new Set([-30796, -30794, -30793, -30797]);

/** What is written to see whether there is room. */
const PROBE_BYTES = 1 << 20;

/**
 * The typed error for a failure to read or write `path`, or `error` itself when it is none that we understand.
 * `code` is Node's text or the number that LMDB gives.
 */
export function storageError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  const of = (kind: 'STORE_FULL' | 'STORE_READ_ONLY' | 'STORE_CORRUPT', what: string) =>
    new PermanentError(kind, what, { path }, { cause: error });
  if (FULL.has(code)) return of('STORE_FULL', `There is no room left to write \`${path}\`.`);
  if (READ_ONLY.has(code)) return of('STORE_READ_ONLY', `\`${path}\` may not be written by this user.`);
  if (CORRUPT.has(code))
    return of('STORE_CORRUPT', `\`${path}\` is no data file of lexdelta, or damaged (${messageOf(error)}).`);
  return error;
}

/**
 * The same for a commit. LMDB reports a write that was cut short as an input/output error, whatever cut it, so whether the
 * disk is full has to be found out by writing.
 */
export function commitError(error: unknown, dataFile: string): unknown {
  if (codeOf(error) !== errno.EIO) return storageError(error, dataFile);
  if (!hasRoom(dataFile)) {
    return new PermanentError(
      'STORE_FULL',
      `There is no room left to write \`${dataFile}\`.`,
      { path: dataFile },
      { cause: error },
    );
  }
  return new PermanentError(
    'STORE_WRITE_FAILED',
    `\`${dataFile}\` could not be written (${messageOf(error)}).`,
    { path: dataFile },
    { cause: error },
  );
}

/** The same for a folder that cannot be made. */
export function folderError(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    const what = `\`${folder}\` cannot be a data folder: it, or a part of its path, is a file.`;
    return new PermanentError('FILE_NOT_READABLE', what, { path: folder }, { cause: error });
  }
  if (code === 'ENAMETOOLONG' || code === 'ELOOP') {
    const what = `\`${folder}\` is no path that this system can follow (${code}).`;
    return new PermanentError('FILE_NOT_READABLE', what, { path: folder }, { cause: error });
  }
  // Node says ENOENT of a new folder where the file system is read only.
  if (code !== 'ENOENT' && !READ_ONLY.has(code ?? '')) return storageError(error, folder);
  const parent = nearestFolder(dirname(folder));
  const what = `The data folder \`${folder}\` cannot be made: this user may not write to \`${parent}\`.`;
  return new PermanentError('STORE_READ_ONLY', what, { path: parent }, { cause: error });
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function codeOf(error: unknown): string | number | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' || typeof error.code === 'number' ? error.code : null;
}

/** Writes beside the data file, at the offset where that one ends: quotas and limits of file size count too. */
function hasRoom(dataFile: string): boolean {
  const probe = join(dirname(dataFile), `.room-${process.pid}`);
  let end = 0;
  try {
    const { bavail, bsize } = statfsSync(dirname(dataFile));
    if (bavail * bsize < PROBE_BYTES) return false;
    const data = openSync(dataFile, 'r');
    end = fstatSync(data).size;
    closeSync(data);
    const file = openSync(probe, 'w');
    try {
      return writeSync(file, Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, end) === PROBE_BYTES;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return !(hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT') || hasErrno(error, 'EFBIG'));
  } finally {
    rmSync(probe, { force: true });
  }
}
