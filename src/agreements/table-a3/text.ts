/** Texts as Table A-3 holds them. Lengths count Unicode code points. */

/** What the flat file cannot carry: its separator, line ends and other control characters. */
const NOT_CARRIED = /[~\p{Cc}]/u;
const EACH_NOT_CARRIED = /[~\p{Cc}]/gu;
const PLAIN = /^[!-}](?:[ -}]*[!-}])?$/;

export interface CleanText {
  readonly text: string;
  /** Characters in the middle of the text became blanks. */
  readonly replaced: boolean;
}

/** Trimmed, in NFC, with a blank for each character that the flat file cannot carry. */
export function cleanText(given: string): CleanText {
  if (PLAIN.test(given)) return { text: given, replaced: false };
  const text = given.trim().normalize('NFC');
  if (!NOT_CARRIED.test(text)) return { text: text.trim(), replaced: false };
  return { text: text.replace(EACH_NOT_CARRIED, ' ').trim(), replaced: true };
}

export function collapseBlanks(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export function isLongerThan(text: string, max: number): boolean {
  return text.length > max && (text.length > 2 * max || codePointLength(text) > max);
}

export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The first `max` code points, trimmed at the end. */
export function cutAt(text: string, max: number): string {
  return text.length <= max ? text : takeCodePoints(text, max).trimEnd();
}

/** At most `max` code points, for showing: nobody reads a megabyte in a message. */
export function excerpt(text: string, max: number): string {
  return isLongerThan(text, max) ? `${takeCodePoints(text, max - 1)}…` : text;
}

function takeCodePoints(text: string, max: number): string {
  let end = 0;
  for (let taken = 0; taken < max && end < text.length; taken += 1) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
