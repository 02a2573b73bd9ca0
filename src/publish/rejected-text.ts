/** Rejected entries and their raw texts, which stand apart so that the texts can be deleted sooner. */
import { hash } from 'node:crypto';
import type { RejectedEntry, RejectedEntryWithText, RejectedText } from './published.ts';

export interface SeparatedReject {
  readonly entry: RejectedEntry;
  readonly text: RejectedText;
}

/** @param entry without what vouches for its text */
export function separateText({ raw, raw_encoding, ...entry }: RejectedEntryWithText): SeparatedReject {
  const { namespace, lex_id, place, kind } = entry;
  const text = { namespace, lex_id, place, kind, raw, raw_encoding };
  return { entry: { ...entry, raw_text: textDigest(text) }, text };
}

export function textDigest({
  raw,
  raw_encoding,
}: Pick<RejectedText, 'raw' | 'raw_encoding'>): RejectedEntry['raw_text'] {
  const bytes = Buffer.from(raw, raw_encoding === 'base64' ? 'base64' : 'utf8');
  return { bytes: bytes.length, sha256: hash('sha256', bytes, 'hex') };
}

/** An entry of any table, without its text. */
export function rejectedEntry(line: RejectedEntry | RejectedEntryWithText): RejectedEntry {
  return 'raw' in line ? separateText(line).entry : line;
}
