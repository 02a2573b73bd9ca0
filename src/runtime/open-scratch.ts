/** Room for what a command works with and throws away, on this machine wherever the data are. */
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scratch } from '../publish/verify/scratch.ts';

const BLOCK_BYTES = 128 * 1024;

export interface OpenScratch {
  readonly scratch: Scratch;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** @param parent a folder for temporary files; it gets a new one inside */
export async function openScratch(parent: string): Promise<OpenScratch> {
  const folder = await mkdtemp(join(parent, 'lexdelta-'));
  return {
    // Nobody needs it after a crash: nothing is flushed.
    scratch: {
      append: (name, bytes) => appendFile(join(folder, name), bytes),
      async open(name) {
        const file = join(folder, name);
        const isThere = (await stat(file).catch(() => null)) !== null;
        return isThere ? (createReadStream(file, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) : null;
      },
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
