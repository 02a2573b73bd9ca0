/** Where the rows of an NDJSON file begin: every 64th is kept, so that ten million rows take 1.3 MB. */
import { byteOrderMarkLength, holdsDocument } from './line-splitter.ts';

/** Rows between two kept positions; at most so many are skipped to reach a row. */
export const ROWS_PER_GROUP = 64;

export interface LineIndex {
  /** Lines that hold a document, an unfinished last line included. */
  readonly rows: number;
  /** Byte position of rows 0, 64, 128, …; blank lines may stand before the row. */
  readonly groupPositions: Float64Array;
}

/** @param blocks the file from its beginning, without gaps; each is done with when the next is asked for */
export async function indexLines(blocks: AsyncIterable<Buffer>): Promise<LineIndex> {
  const positions: number[] = [];
  let rows = 0;
  let base = 0;
  let lineStart = 0;
  let isRow = false;
  for await (const block of blocks) {
    let i = base === 0 ? byteOrderMarkLength(block) : 0;
    while (i < block.length) {
      const lineFeed = block.indexOf(0x0a, i);
      const end = lineFeed === -1 ? block.length : lineFeed;
      if (!isRow && holdsDocument(block, i, end)) {
        isRow = true;
        if (rows % ROWS_PER_GROUP === 0) positions.push(lineStart);
        rows += 1;
      }
      if (lineFeed === -1) break;
      isRow = false;
      i = end + 1;
      lineStart = base + i;
    }
    base += block.length;
  }
  return { rows, groupPositions: Float64Array.from(positions) };
}
