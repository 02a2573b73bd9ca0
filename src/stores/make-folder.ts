import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../errors.ts';

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a file system answers ENOENT
 * to every new name, as `/proc` does.
 * @returns the topmost folder that was made; `undefined`: all were there
 * @throws the system's error
 */
export function makeFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder);
    return folder;
  } catch (error) {
    if (isFolder(folder)) return undefined;
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
  const first = makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error; // Somebody else was faster, or it cannot be made.
  }
  return first ?? folder;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
