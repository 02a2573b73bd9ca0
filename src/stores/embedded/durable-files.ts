/**
 * Files that are either there as a whole or not at all, and that survive a loss of power once written: each is written
 * under a name of its own in `.partial`, flushed, given its place by rename or link, and the folder is flushed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrno } from '../../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { afterDurableWrite, beforeDurableWrite } from './durable-writes.ts';
import { storageError } from './storage-error.ts';

const PARTIAL = '.partial';
/** A file in `.partial` that nobody has written for so long was left by a process that died. */
const ABANDONED_AFTER_MS = 3_600_000;
/** Another process may remove a folder that it finds empty between our making it and our using it. */
const FOLDER_ATTEMPTS = 20;

export interface WrittenBytes {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface FilePlace {
  /** Name of the write for the crash tests. */
  readonly place: string;
  /** Called right before the file gets its place; what it throws leaves everything as it was. */
  readonly checkWriter: () => void;
}

/** Replaces the file. When a body in blocks throws, it stays as it was. */
export async function replaceFile(
  root: string,
  file: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { place, checkWriter }: FilePlace,
): Promise<void> {
  await viaPartial(root, file, async (partial) => {
    await writePartial(partial, async (handle) => handle.writeFile(body));
    checkWriter();
    beforeDurableWrite(place);
    await inFolderOf(file, () => rename(partial, file));
    await flushFolder(dirname(file));
    afterDurableWrite(place);
  });
}

/**
 * Creates the file from blocks, unless it is there.
 * @returns what was written, and whether the file is new; else the one that was there stands as it was, and is durable too
 */
export async function createFile(
  root: string,
  file: string,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { place, checkWriter }: FilePlace,
): Promise<WrittenBytes & { readonly isNew: boolean }> {
  return viaPartial(root, file, async (partial) => {
    const written = await writePartial(partial, (handle) => writeBlocks(handle, body));
    checkWriter();
    beforeDurableWrite(place);
    const isNew = await inFolderOf(file, () => linkUnlessThere(partial, file));
    // Also when it was there: the process that created it may have died before it could flush the folder.
    await flushFolder(dirname(file));
    afterDurableWrite(place);
    return { ...written, isNew };
  });
}

/** Removes what dead processes left half-written. */
export async function removeAbandonedPartials(root: string, now: number = Date.now()): Promise<void> {
  const folder = join(root, PARTIAL);
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  });
  for (const name of names) {
    const written = await stat(join(folder, name)).catch(() => null);
    if (written !== null && now - written.mtimeMs > ABANDONED_AFTER_MS) await rm(join(folder, name), { force: true });
  }
}

async function viaPartial<T>(root: string, file: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = join(root, PARTIAL, randomUUID());
  try {
    return await write(partial);
  } catch (error) {
    throw storageError(error, file);
  } finally {
    await rm(partial, { force: true });
  }
}

async function writePartial<T>(partial: string, write: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await inFolderOf(partial, () => open(partial, 'wx'));
  try {
    const result = await write(handle);
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}

async function writeBlocks(
  handle: FileHandle,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<WrittenBytes> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const block of body) {
    digest.update(block);
    await handle.writeFile(block); // Goes on where the last one ended, and writes all of it, which `write` may not.
    bytes += block.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}

/** Atomic, and refuses a file that is there; rename would replace it. */
async function linkUnlessThere(partial: string, file: string): Promise<boolean> {
  try {
    await link(partial, file);
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Makes the folder of `file` where it is missing, and does something that needs it. */
async function inFolderOf<T>(file: string, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') || attempt === FOLDER_ATTEMPTS) throw error;
      await makeDurableFolder(dirname(file));
    }
  }
}

/** A new folder is durable when the one that holds it was flushed. */
async function makeDurableFolder(folder: string): Promise<void> {
  const first = makeFolder(folder);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await flushFolder(dirname(made));
}

export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return null; // Removed with the file in it, by a cleanup.
    throw error;
  });
  if (handle === null) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
