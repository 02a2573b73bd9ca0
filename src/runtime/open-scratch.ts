/** Room for what a command works with and throws away, on this machine wherever the data are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scratch } from '../publish/verify/scratch.ts';
import { FolderScratch } from '../stores/embedded/folder-scratch.ts';

export interface OpenScratch {
  readonly scratch: Scratch;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** @param parent a folder for temporary files; it gets a new one inside */
export async function openScratch(parent: string): Promise<OpenScratch> {
  const folder = await mkdtemp(join(parent, 'lexdelta-'));
  return {
    scratch: new FolderScratch(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
