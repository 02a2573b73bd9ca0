/** What every stage is held against: a loop that reads the bytes which the stage reads, and writes those which it writes. */

import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const BLOCK = Buffer.alloc(256 * 1024, 'x');

/** Reads files to their end, and what is compressed as what it holds. @returns bytes, uncompressed */
export async function readAll(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const blocks = createReadStream(file, { highWaterMark: BLOCK.length });
    const plain = file.endsWith('.gz') ? createGunzip({ chunkSize: BLOCK.length }) : null;
    const count = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const block of source) bytes += block.length;
    };
    if (plain === null) await count(blocks as AsyncIterable<Buffer>);
    else await pipeline(blocks, plain, count);
  }
  return bytes;
}

/** Writes so many bytes, flushes them, and takes them away. */
export async function writeBytes(bytes: number, file: string): Promise<void> {
  if (bytes === 0) return;
  const handle = await open(file, 'w');
  try {
    for (let left = bytes; left > 0; left -= BLOCK.length)
      await handle.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)));
    await handle.sync();
  } finally {
    await handle.close();
    await rm(file);
  }
}

/** Every file inside a folder. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export async function bytesOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}
