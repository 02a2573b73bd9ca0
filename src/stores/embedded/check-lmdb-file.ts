/**
 * Finds out whether LMDB could open its files before it is asked to: lmdb-js 3.5.6 frees its memory twice when opening
 * fails, and the process ends with a segmentation fault instead of an error.
 */
import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, PermanentError } from '../../errors.ts';
import { storageError } from './storage-error.ts';

/** The first of LMDB's pages that describe the file: flags of the page, mark, version of the layout. */
const HEADER_BYTES = 160;
const PAGE_FLAGS_AT = 18;
const IS_META_PAGE = 0x08;
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const VERSION_AT = 28;
const VERSION = 2;
/** Two such pages are written at once, when the file is made. */
const MIN_BYTES = 8_192;
const PAGE_BYTES_AT = 48;
/** Numbers of the pages where its two trees begin; all bits set: a tree has no page. */
const ROOTS_AT = [88, 136];
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const TRANSACTION_AT = 152;

/**
 * Checks the files in `folder`; that there are none yet is fine.
 * @throws PermanentError `STORE_CORRUPT`, `STORE_FORMAT_NEWER`, `STORE_READ_ONLY`
 */
export function checkLmdbFiles(folder: string, readOnly: boolean): void {
  const dataFile = join(folder, 'data.mdb');
  const lockFile = join(folder, 'lock.mdb');
  if (existsSync(dataFile)) checkHeader(dataFile);
  for (const file of readOnly ? [] : [folder, dataFile]) checkWritable(file, false);
  // Readers, too, leave a mark in the lock file, but for a file system that is read only as a whole.
  const mark = existsSync(lockFile) ? lockFile : folder;
  if (readOnly) checkMarkable(mark);
  else checkWritable(mark, false);
}

function checkMarkable(file: string): void {
  try {
    checkWritable(file, true);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const what = `\`${file}\` may not be written by this user. Reading needs that too: each reader leaves a mark in lock.mdb.`;
    throw new PermanentError('STORE_READ_ONLY', what, { path: file }, { cause: error });
  }
}

function checkWritable(file: string, mayBeReadOnlyFileSystem: boolean): void {
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || (mayBeReadOnlyFileSystem && hasErrno(error, 'EROFS'))) return;
    throw storageError(error, file);
  }
}

/** An empty file is one that is being made. */
function checkHeader(file: string): void {
  const { header, size } = readHeader(file);
  if (size === 0) return;
  const isMeta = size >= MIN_BYTES && (header.readUInt16LE(PAGE_FLAGS_AT) & IS_META_PAGE) !== 0;
  if (!isMeta || header.readUInt32LE(MAGIC_AT) !== MAGIC) {
    throw new PermanentError('STORE_CORRUPT', `\`${file}\` is no data file of lexdelta, or damaged.`, { path: file });
  }
  const version = header.readUInt16LE(VERSION_AT);
  if (version === VERSION) {
    checkRoots(file, header);
    return;
  }
  const what = `\`${file}\` has version ${version} of LMDB's layout, this lexdelta knows ${VERSION}.`;
  throw new PermanentError(version > VERSION ? 'STORE_FORMAT_NEWER' : 'STORE_CORRUPT', what, { path: file });
}

/** A file that was cut off behind its header ends the process when LMDB reads where nothing is. */
function checkRoots(file: string, first: Buffer): void {
  const pageBytes = first.readUInt32LE(PAGE_BYTES_AT);
  const second = readHeader(file, pageBytes);
  const isNewer = second.header.readBigUInt64LE(TRANSACTION_AT) > first.readBigUInt64LE(TRANSACTION_AT);
  const newest = isNewer ? second.header : first;
  const roots = ROOTS_AT.map((at) => newest.readBigUInt64LE(at)).filter((page) => page !== NO_PAGE);
  const isWhole = roots.every((page) => (page + 1n) * BigInt(pageBytes) <= BigInt(second.size));
  if (isWhole) return;
  const what = `\`${file}\` has been cut off: it holds ${second.size} bytes, and tells of pages behind them.`;
  throw new PermanentError('STORE_CORRUPT', what, { path: file });
}

function readHeader(file: string, at = 0): { readonly header: Buffer; readonly size: number } {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, header, 0, HEADER_BYTES, at);
      return { header, size: fstatSync(descriptor).size };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!hasErrno(error, 'EACCES')) throw storageError(error, file);
    throw new PermanentError('FILE_NOT_READABLE', `\`${file}\` may not be read by this user.`, { path: file });
  }
}
