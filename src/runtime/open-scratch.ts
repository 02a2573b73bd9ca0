/** Room for what a command works with and throws away, on this machine wherever the data are. */
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LexdeltaError, messageOf, PermanentError } from '../errors.ts';
import type { Scratch } from '../publish/verify/scratch.ts';
import { storageError } from '../stores/embedded/storage-error.ts';

const BLOCK_BYTES = 128 * 1024;

export interface OpenScratch {
  readonly scratch: Scratch;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/**
 * @param parent a folder for temporary files; it gets a new one inside
 * @throws PermanentError `FILE_NOT_READABLE`; while it is written to `STORE_FULL`, `STORE_READ_ONLY`
 */
export async function openScratch(parent: string): Promise<OpenScratch> {
  const folder = await mkdtemp(join(parent, 'lexdelta-')).catch((error: unknown) => {
    throw noRoom(error, parent);
  });
  return {
    // Nobody needs it after a crash: nothing is flushed.
    scratch: {
      append: (name, bytes) =>
        appendFile(join(folder, name), bytes).catch((error: unknown) => {
          throw storageError(error, folder);
        }),
      async open(name) {
        const file = join(folder, name);
        const isThere = (await stat(file).catch(() => null)) !== null;
        return isThere ? (createReadStream(file, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) : null;
      },
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function noRoom(error: unknown, parent: string): unknown {
  const told = storageError(error, parent);
  if (told instanceof LexdeltaError) return told;
  const what = `${parent} takes no temporary files (TMPDIR names another folder): ${messageOf(error)}.`;
  return new PermanentError('FILE_NOT_READABLE', what, {}, { cause: error });
}
