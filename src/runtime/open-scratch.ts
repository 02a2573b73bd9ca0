/** Room for what a command works with and throws away, on this machine wherever the data are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '../publish/verify/scratch.ts';
import { FolderScratch } from '../stores/embedded/folder-scratch.ts';

export interface OpenScratch {
  readonly scratch: Scratch;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** In the folder for temporary files (`TMPDIR`). */
export async function openScratch(): Promise<OpenScratch> {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  return {
    scratch: new FolderScratch(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
