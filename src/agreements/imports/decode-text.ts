/** Bytes of a look-up file as text: UTF-8 and nothing else, since a wrong guess would put wrong names into the table. */
import { isUtf8 } from 'node:buffer';

/** Some bytes are no UTF-8. */
export class NotUtf8 extends Error {
  /** Line feeds between the text that was given out last and the line that is wrong. */
  readonly lineFeeds: number;
  /** What it looks like instead; `null`: no idea. */
  readonly encoding: 'UTF-16' | null;
  constructor(lineFeeds: number, encoding: NotUtf8['encoding']) {
    super('The bytes are no UTF-8.');
    this.lineFeeds = lineFeeds;
    this.encoding = encoding;
  }
}

/** Passes over a byte order mark. @throws NotUtf8 */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst && isUtf16(chunk)) throw new NotUtf8(0, 'UTF-16');
    isFirst = false;
    yield decoded(() => decoder.decode(chunk, { stream: true }), chunk);
  }
  yield decoded(() => decoder.decode(), NOTHING);
}

const NOTHING = new Uint8Array(0);

function decoded(decode: () => string, chunk: Uint8Array): string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new NotUtf8(lineFeedsBeforeFault(chunk), null);
    }
    throw error;
  }
}

/** A mark, or a first character that is followed by a zero byte. */
function isUtf16(chunk: Uint8Array): boolean {
  const [first, second] = chunk;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first !== 0 && second === 0);
}

/** The first bytes may be the rest of a character, and the last ones the beginning of one. */
function lineFeedsBeforeFault(chunk: Uint8Array): number {
  let start = 0;
  while (start < 3 && (chunk[start] ?? 0) >> 6 === 0b10) start += 1;
  for (let lineFeeds = 0; ; lineFeeds += 1) {
    const end = chunk.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(chunk.subarray(start, end))) return lineFeeds;
    start = end + 1;
  }
}
