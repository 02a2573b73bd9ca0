/**
 * Keys of the look-up tables. Import and look-up use the same functions, so two spellings that differ only in case,
 * width, quotes, dashes, blanks or closing punctuation find the same item.
 *
 * Entity has ONE key function for names and identifiers alike: an alias file holds both mixed, and a document refers by
 * either, so a text has to lead to the same key whatever it was meant as.
 */
import { hash } from 'node:crypto';
import { foldCase } from './case-folding.ts';

/** Keys are at most this long (UTF-8): DynamoDB takes 2,048 bytes, LMDB 1,978. A longer text keeps its head and a digest. */
export const MAX_KEY_BYTES = 1_024;

/** Above this many UTF-16 units a text is not normalised as a whole: its key is its head and a digest. */
const MAX_TEXT_UNITS = 8_192;

const DOUBLE_QUOTES = /[“”„‟«»ʺ❝❞〝〞〟]/g;
const SINGLE_QUOTES = /[‘’‚‛‹›`ʼʹ′❛❜]/g;
/** The soft hyphen too: filings have it where a hyphen is meant. */
const DASHES = /[\p{Dash_Punctuation}\u2212\u2043\u00AD]/gu;
const BLANKS = /[\s\u0085]+/g;
/** Between double quotes, or single ones that are no apostrophes. */
const QUOTED_TERM = /"\s*[^"\s][^"]*"|(?<![\p{L}\p{N}])'\s*[^'\s][^']*'(?![\p{L}\p{N}])/u;
/** Printable ASCII, single blanks, no back quote. */
const SIMPLE = /^[!-_a-~]+(?: [!-_a-~]+)*$/;

/** Key of an entity, by name or identifier. Idempotent; empty only for a blank text. */
export function entityKey(text: string): string {
  return normalise(text, true);
}

/** Key of a governing law, by a text as it occurs or an ISO 3166 code. As {@link entityKey}, but brackets stay. */
export function lawKey(text: string): string {
  return normalise(text, false);
}

function normalise(text: string, isName: boolean): string {
  // Nobody has such a name, and normalising megabytes of hostile text takes minutes.
  if (text.length > MAX_TEXT_UNITS)
    return bound(makePlain(text.slice(0, MAX_TEXT_UNITS)).padEnd(MAX_KEY_BYTES + 1), text);
  // Most texts are plain ASCII: nothing but case and the end can change then.
  if (text.length <= 256 && SIMPLE.test(text)) return takeOffEnd(text.toLowerCase(), isName);
  // One step may bring out work for an earlier one (folding can undo NFKC), so all repeat until nothing changes.
  let key = text;
  for (let last = ''; key !== last; ) {
    last = key;
    key = takeOffEnd(makePlain(key), isName);
  }
  return bound(key, key);
}

function makePlain(text: string): string {
  return foldCase(text.normalize('NFKC'))
    .normalize('NFKC')
    .replace(DOUBLE_QUOTES, '"')
    .replace(SINGLE_QUOTES, "'")
    .replace(DASHES, '-')
    .replace(BLANKS, ' ')
    .trim();
}

/** Final brackets with a quoted term (names only) and trailing dots, commas and blanks, in any order and number. */
function takeOffEnd(text: string, isName: boolean): string {
  let rest = text;
  for (let last = ''; rest !== last; ) {
    last = rest;
    if (isName) rest = keepSome(withoutFinalBracket(rest), rest);
    rest = keepSome(withoutTrailing(rest), rest);
  }
  return rest;
}

/** What consists of nothing but a bracket or dots stays: an empty key would make all of those the same entity. */
function keepSome(shorter: string, whole: string): string {
  return shorter === '' ? whole : shorter;
}

/** By hand: on long runs of dots in mid-text the expression `[., ]+$` takes quadratic time. */
function withoutTrailing(text: string): string {
  let end = text.length;
  while (end > 0 && '., '.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

function withoutFinalBracket(text: string): string {
  const closing = text.at(-1);
  const opening = closing === ')' ? '(' : closing === ']' ? '[' : null;
  if (opening === null) return text;
  const start = findOpening(text, opening, closing!);
  if (start === null || !QUOTED_TERM.test(text.slice(start + 1, -1))) return text;
  return text.slice(0, start).trimEnd();
}

/** Where the bracket opens that the last character closes; `null` when none does. */
function findOpening(text: string, opening: string, closing: string): number | null {
  let open = 0;
  for (let i = text.length - 1; i >= 0; i -= 1) {
    if (text[i] === closing) open += 1;
    else if (text[i] === opening) open -= 1;
    if (open === 0) return i;
  }
  return null;
}

/** A key that is too long keeps its head; the digest of `whole` keeps it apart from others with the same head. */
function bound(key: string, whole: string): string {
  if (key.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  const head = key
    .slice(0, 256)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  return `${head.trimEnd()} #${hash('sha256', whole, 'hex').slice(0, 32)}`;
}
