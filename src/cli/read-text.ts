import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, PermanentError } from '../errors.ts';
import type { Context } from './context.ts';

/** An input is some KiB; what is longer than this is another file. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * A whole text file, or standard input for `-`, without a byte order mark.
 * @throws PermanentError `FILE_NOT_READABLE`
 */
export async function readText(file: string, { cwd, stdin }: Pick<Context, 'cwd' | 'stdin'>): Promise<string> {
  const bytes = file === '-' ? await readAll(stdin) : await readOne(resolve(cwd, file), file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new PermanentError('FILE_NOT_READABLE', `${nameOf(file)} is not UTF-8 text.`);
  }
}

export function nameOf(file: string): string {
  return file === '-' ? 'Standard input' : file;
}

/** Where JSON breaks off, for example ` (line 3 column 7)`. Node's whole message would repeat contents. */
export function jsonPlace(error: unknown): string {
  const place = /line \d+ column \d+|position \d+/.exec(messageOf(error));
  return place === null ? '' : ` (${place[0]})`;
}

async function readOne(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PermanentError('FILE_NOT_READABLE', `${file} cannot be read: ${messageOf(error)}.`);
  }
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const block of stream) {
    blocks.push(Buffer.from(block));
    bytes += blocks.at(-1)!.length;
    if (bytes > MAX_BYTES) {
      throw new PermanentError('FILE_NOT_READABLE', `Standard input is longer than ${MAX_BYTES} bytes.`);
    }
  }
  return Buffer.concat(blocks);
}
