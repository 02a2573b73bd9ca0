/** Cuts a stream into parts of exactly `partBytes`, the last of them shorter (an empty stream: one empty part). */
export async function* intoParts(
  body: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncIterable<{ readonly part: Buffer; readonly isLast: boolean }> {
  let blocks: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of body) {
    for (let rest = block; rest.length > 0; ) {
      // A full part goes out only when there is more behind it: only then it is known not to be the last.
      if (bytes === partBytes) {
        yield { part: Buffer.concat(blocks), isLast: false };
        blocks = [];
        bytes = 0;
      }
      const taken = rest.subarray(0, partBytes - bytes);
      blocks.push(taken);
      bytes += taken.length;
      rest = rest.subarray(taken.length);
    }
  }
  yield { part: Buffer.concat(blocks), isLast: true };
}
