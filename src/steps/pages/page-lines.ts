/** The lines of page objects as bytes. A document is embedded as it was received, never parsed and written again. */
import { isUtf8 } from 'node:buffer';
import type { PutHead } from './judge-document.ts';
import type { CandidateLine, PageLine, UnreadableLine } from './page-object.ts';

const BLANK = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CLOSING_BRACE = Buffer.from('}');

/** The pieces of a put line. Valid JSON holds line breaks only between its tokens, where a blank says the same. */
export function putLine(head: PutHead, row: Buffer): readonly Buffer[] {
  const open = JSON.stringify(head).slice(0, -1);
  return [Buffer.from(`${open},"document":`), oneLine(row), CLOSING_BRACE];
}

export function candidateLine(lex_id: string): Buffer {
  return textLine({ op: 'candidate', lex_id } satisfies CandidateLine);
}

/** The line with the row's raw text, as it was received. */
export function unreadableLine(line: UnreadableLine, row: Buffer): Buffer {
  const raw_encoding = isUtf8(row) ? 'utf-8' : 'base64';
  return textLine({ ...line, raw: row.toString(raw_encoding === 'utf-8' ? 'utf8' : 'base64'), raw_encoding });
}

export function textLine(line: PageLine): Buffer {
  return Buffer.from(JSON.stringify(line));
}

function oneLine(row: Buffer): Buffer {
  const hasByteOrderMark = row[0] === 0xef && row[1] === 0xbb && row[2] === 0xbf;
  const json = hasByteOrderMark ? row.subarray(3) : row;
  if (!json.includes(LINE_FEED) && !json.includes(CARRIAGE_RETURN)) return json;
  return Buffer.from(json.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? BLANK : byte)));
}
