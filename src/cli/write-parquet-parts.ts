import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PermanentError } from '../errors.ts';
import type { ParquetPart } from '../publish/parquet/read-parquet-parts.ts';
import { makeOutputFolder } from './make-output-folder.ts';
import { writeWholeFile } from './write-whole-file.ts';

/**
 * Writes the parts of a day below `<folder>/as_of=<date>/attempt=<n>/`, so that the folder, with as many days as were
 * written to it, reads as one table with hive partitions. The day is whole or not there.
 * @param day `as_of=<date>` and `attempt=<n>`
 * @returns the day's folder
 * @throws PermanentError `USAGE`: the folder has this date, which is never mixed with another attempt of it;
 * `FILE_NOT_WRITABLE`, `STORE_FULL`
 */
export async function writeParquetParts(
  folder: string,
  day: { readonly asOf: string; readonly attempt: number },
  parts: Iterable<ParquetPart>,
  guard: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<string> {
  const target = join(folder, `as_of=${day.asOf}`);
  if ((await stat(target).catch(() => null)) !== null) {
    throw new PermanentError('USAGE', `${target} is there already. Move it away, or name another folder.`);
  }
  // Begins with a dot, so that no reader takes it for a partition.
  const partial = join(folder, `.as_of=${day.asOf}.${randomUUID()}.partial`);
  const inside = join(partial, `attempt=${day.attempt}`);
  makeOutputFolder(inside);
  try {
    for (const { path, pieces } of parts) await writeWholeFile(join(inside, basename(path)), guard(pieces));
    await rename(partial, target);
    return target;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
