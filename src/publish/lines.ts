/** Reading line by line, in batches, with the memory of a block or two. */
import { PermanentError } from '../errors.ts';

const LINE_FEED = 0x0a;

/**
 * V8 takes a text of 128 KiB for a large object, which lives until a full collection: made of smaller parts, a reader peaks
 * at two thirds of the memory and is no slower.
 */
const PART_BYTES = 64 * 1024;

/**
 * The lines of a stream of blocks, without their ends, one batch a block or part of it.
 * @param name what the error calls the file
 * @throws PermanentError `STORE_CORRUPT`: the last line has no end
 */
export async function* lineBatches(
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): AsyncIterable<readonly string[]> {
  let pending: Uint8Array[] = [];
  for await (const block of blocks) {
    for (let start = 0; start < block.length; start += PART_BYTES) {
      const part = block.subarray(start, start + PART_BYTES);
      const end = part.lastIndexOf(LINE_FEED);
      if (end === -1) {
        pending.push(part);
        continue;
      }
      const head = part.subarray(0, end);
      const text = pending.length === 0 ? utf8(head) : utf8(Buffer.concat([...pending, head]));
      pending = end + 1 < part.length ? [part.subarray(end + 1)] : [];
      yield text.split('\n');
    }
  }
  if (pending.length > 0) throw corrupt(name, 'ends in the middle of a line');
}

/** Parses each line. @throws PermanentError `STORE_CORRUPT` naming the file and the line's number, from 1 */
export async function* parsedBatches<T>(
  batches: AsyncIterable<readonly string[]>,
  name: string,
  parse: (line: string) => T,
): AsyncIterable<readonly T[]> {
  let number = 0;
  for await (const lines of batches) {
    yield lines.map((line) => {
      number += 1;
      return parseLine(line, name, number, parse);
    });
  }
}

/**
 * @param number from 1; `null`: not counted
 * @throws PermanentError `STORE_CORRUPT` naming the file and the line's number
 */
export function parseLine<T>(line: string, name: string, number: number | null, parse: (line: string) => T): T {
  try {
    return parse(line);
  } catch (error) {
    // The parser's own message quotes the text: contents of documents never go into an error.
    if (error instanceof SyntaxError) {
      throw corrupt(name, number === null ? 'cannot be parsed' : `cannot be parsed in line ${number}`);
    }
    throw error;
  }
}

export function corrupt(name: string, fault: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `\`${name}\` ${fault}.`, { key: name });
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
