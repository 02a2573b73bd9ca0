/** A document's id: guessed from its bytes without parsing, and read for certain. */
import { isUtf8 } from 'node:buffer';
import { findJsonProblem, type JsonProblem } from './canonical-json.ts';
import { LINE_RULES, type LineRuleId } from './table-a3/line-rules.ts';

/** An id is a key of the stores; DynamoDB takes sort keys of 1,024 bytes. */
export const MAX_ID_BYTES = 1_024;

/** Rules of a line that is no usable document by itself: a duplicate takes two lines to see, a defect more than a line. */
export type UnreadableRule = Exclude<LineRuleId, 'LEX-duplicate-id' | 'LEX-internal'>;

export type ReadResult =
  | { readonly ok: true; readonly id: string; readonly document: Readonly<Record<string, unknown>> }
  /** `id`: `null` when none could be read. `message` holds nothing of the document's contents. */
  | { readonly ok: false; readonly rule: UnreadableRule; readonly message: string; readonly id: string | null };

/** An id that a broken line seems to have stands early in it; what follows may be megabytes. */
const LOOKED_AT_BYTES = 4_096;
/** Plain ids alone: a guess is shown to people, and whatever else stands in a broken line is no business of theirs. */
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;

/** `{"<field>":"` and `"<field>"` as bytes, by field. A run knows a handful of fields. */
const patterns = new Map<string, { readonly prefix: Buffer; readonly quoted: Buffer }>();

/**
 * The id that the line seems to have: the value of `idField` at the start of the object, else after the first place where
 * the quoted name is followed by a colon. Only a guess (a nested member may have the same name): trust it only when the raw
 * hash stored for that id is this line's, since these very bytes gave that id when they were parsed; else `readDocument`.
 */
export function guessId(line: Buffer, idField: string): string | null {
  const pattern = patternOf(idField);
  const { prefix } = pattern;
  if (line.length > prefix.length && startsWith(line, prefix)) return readText(line, prefix.length);
  const first = skipBlanks(line, 0);
  if (line[first] === OPEN_BRACE && matchesAt(line, pattern.quoted, skipBlanks(line, first + 1))) {
    return readValue(line, skipBlanks(line, first + 1) + pattern.quoted.length);
  }
  for (let at = line.indexOf(pattern.quoted); at >= 0; at = line.indexOf(pattern.quoted, at + 1)) {
    const id = readValue(line, at + pattern.quoted.length);
    if (id !== null) return id;
  }
  return null;
}

/**
 * Parses a line strictly: valid UTF-8 (a byte order mark is passed over), JSON, an object, a usable id (a text of 1 to
 * {@link MAX_ID_BYTES} bytes without control characters), and nothing that keeps `contentHash` from working. Never throws.
 */
export function readDocument(line: Buffer, module: { readonly idField: string }): ReadResult {
  if (!isUtf8(line)) return refuse('LEX-invalid-utf8', messageOf('LEX-invalid-utf8'), null);
  const document = parse(line);
  if (document === undefined) return refuse('LEX-unparsable', messageOf('LEX-unparsable'), null);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return refuse('LEX-not-an-object', messageOf('LEX-not-an-object'), null);
  }
  const members = document as Readonly<Record<string, unknown>>;
  const id = Object.hasOwn(members, module.idField) ? members[module.idField] : undefined;
  if (id === undefined || id === null || id === '') {
    return refuse('LEX-no-id', `\`${module.idField}\` is missing or empty.`, null);
  }
  const idProblem = findIdProblem(id);
  if (idProblem !== null) return refuse('LEX-bad-id', `\`${module.idField}\` ${idProblem}.`, null);
  const problem = findJsonProblem(members);
  if (problem !== null && problem !== 'not-json')
    return refuse(RULE_OF[problem], messageOf(RULE_OF[problem]), id as string);
  return { ok: true, id: id as string, document: members };
}

const RULE_OF: Readonly<Record<Exclude<JsonProblem, 'not-json'>, UnreadableRule>> = {
  'lone-surrogate': 'LEX-lone-surrogate',
  'too-deep': 'LEX-too-deep',
  'number-too-large': 'LEX-number-too-large',
};

function messageOf(rule: UnreadableRule): string {
  return LINE_RULES.find(({ id }) => id === rule)!.message;
}

function refuse(rule: UnreadableRule, message: string, id: string | null): ReadResult {
  return { ok: false, rule, message, id };
}

/** `undefined`: not JSON. */
function parse(line: Buffer): unknown {
  const hasByteOrderMark = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
  try {
    return JSON.parse(line.toString('utf8', hasByteOrderMark ? 3 : 0));
  } catch {
    return undefined; // The parser's message quotes the document, so it goes no further.
  }
}

function findIdProblem(id: unknown): string | null {
  if (typeof id !== 'string') return 'is not a text';
  if (!id.isWellFormed()) return 'holds half a surrogate pair';
  if (Buffer.byteLength(id) > MAX_ID_BYTES) return `is longer than ${MAX_ID_BYTES} bytes`;
  if (/\p{Cc}/u.test(id)) return 'holds control characters';
  return null;
}

function patternOf(idField: string): { readonly prefix: Buffer; readonly quoted: Buffer } {
  let pattern = patterns.get(idField);
  if (pattern === undefined) {
    const quoted = JSON.stringify(idField);
    pattern = { prefix: Buffer.from(`{${quoted}:"`), quoted: Buffer.from(quoted) };
    patterns.set(idField, pattern);
  }
  return pattern;
}

function startsWith(line: Buffer, prefix: Buffer): boolean {
  for (let i = 0; i < prefix.length; i += 1) if (line[i] !== prefix[i]) return false;
  return true;
}

function matchesAt(line: Buffer, pattern: Buffer, at: number): boolean {
  for (let i = 0; i < pattern.length; i += 1) if (line[at + i] !== pattern[i]) return false;
  return true;
}

/** What a broken line's id may be, for people to find the document by: never for a decision. `null`: it has none to see. */
export function looksLikeId(line: Buffer, idField: string): string | null {
  const id = guessId(line.subarray(0, LOOKED_AT_BYTES), idField);
  return id !== null && PLAIN_ID.test(id) ? id : null;
}

function skipBlanks(line: Buffer, from: number): number {
  let at = from;
  for (let byte = line[at]; byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d; byte = line[at]) at += 1;
  return at;
}

/** The text after `: "` from `at` on, or `null` when something else stands there. */
function readValue(line: Buffer, at: number): string | null {
  const colon = skipBlanks(line, at);
  if (line[colon] !== COLON) return null;
  const start = skipBlanks(line, colon + 1);
  return line[start] === QUOTE ? readText(line, start + 1) : null;
}

/** The JSON text whose first byte after the quote is at `start`; `null` when it is empty, too long or does not end. */
function readText(line: Buffer, start: number): string | null {
  // An escape takes up to six bytes for one of the id's.
  const limit = Math.min(line.length, start + 6 * MAX_ID_BYTES + 1);
  let isPlain = true;
  for (let at = start; at < limit; at += 1) {
    const byte = line[at]!;
    if (byte === QUOTE)
      return at === start ? null : isPlain ? line.toString('utf8', start, at) : parseText(line, start, at);
    if (byte === BACKSLASH) {
      isPlain = false;
      at += 1;
    }
  }
  return null;
}

function parseText(line: Buffer, start: number, end: number): string | null {
  try {
    return JSON.parse(line.toString('utf8', start - 1, end + 1)) as string;
  } catch {
    return null;
  }
}
