/** Reading a published file, held to what its manifest says of it. */
import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { corrupt, lineBatches } from './lines.ts';
import type { PublishedFile } from './published.ts';

/**
 * Uncompressed bytes that are handed on at once. V8 takes a text of more than 128 KiB for a large object, which lives until
 * a full collection: with blocks of 256 KiB a reader peaks at half as much memory again, and is no faster.
 */
const BLOCK_BYTES = 64 * 1024;

/**
 * The file's lines in batches. Whoever stops before the end has not checked it: only a reading that ends normally has
 * seen exactly the bytes that were published.
 * @throws PermanentError `STORE_CORRUPT` naming the file, what was expected and what was found
 */
export async function* readPublishedLines(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  file: PublishedFile,
): AsyncIterable<readonly string[]> {
  const key = `${folder}/${file.path}`;
  const blocks = readStoredBytes(a3, key, file);
  const content = file.path.endsWith('.gz') ? gunzipped(blocks, key) : blocks;
  const seen = createHash('sha256');
  let lines = 0;
  for await (const batch of lineBatches(hashing(content, seen), key)) {
    lines += batch.length;
    yield batch;
  }
  if (lines !== file.lines) throw corrupt(key, `holds ${lines} lines where ${file.lines} were published`);
  checkDigest(key, 'uncompressed', file.content_sha256, seen.digest('hex'));
}

/** The file's bytes as stored. @throws PermanentError `STORE_CORRUPT`, at the end, when they are not those published */
export async function* readStoredBytes(
  a3: Pick<JobDailyA3Data, 'open'>,
  key: string,
  file: Pick<PublishedFile, 'bytes' | 'sha256'>,
): AsyncIterable<Buffer> {
  const blocks = await a3.open(key);
  if (blocks === null) throw corrupt(key, `is missing; ${file.bytes} bytes were published`);
  const seen = createHash('sha256');
  let bytes = 0;
  for await (const block of blocks) {
    seen.update(block);
    bytes += block.length;
    yield block;
  }
  if (bytes !== file.bytes) throw corrupt(key, `has ${bytes} bytes where ${file.bytes} were published`);
  checkDigest(key, 'stored', file.sha256, seen.digest('hex'));
}

function checkDigest(key: string, what: string, expected: string, found: string): void {
  if (found !== expected) throw corrupt(key, `has SHA-256 ${found} (${what}) where ${expected} was published`);
}

async function* hashing(blocks: AsyncIterable<Buffer>, hash: Hash): AsyncIterable<Buffer> {
  for await (const block of blocks) {
    hash.update(block);
    yield block;
  }
}

async function* gunzipped(blocks: AsyncIterable<Buffer>, key: string): AsyncIterable<Buffer> {
  // A cut or altered file fails in the decompressor, or in the check of its stored bytes, whichever comes first.
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES });
  const allRead = pipeline(blocks, gunzip);
  allRead.catch(() => undefined); // Seen below, or by whoever iterates.
  try {
    yield* gunzip as AsyncIterable<Buffer>;
    // The decompressor ends at the first byte behind its stream: what is there is still to be read and found wrong.
    await allRead;
  } catch (error) {
    if (isZlibError(error)) throw corrupt(key, `cannot be decompressed (${error.code})`);
    throw error;
  }
}

function isZlibError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
