import { displayWidth } from './harmless.ts';

/**
 * Breaks a text at blanks so that no line is wider than `width`; a word that is wider alone is broken anywhere.
 * @param first what the first line begins with
 * @param hanging what the others begin with
 */
export function wrap(text: string, width: number, first = '', hanging = first): readonly string[] {
  const room = width - Math.max(displayWidth(first), displayWidth(hanging));
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(' ').flatMap((long) => pieces(long, room))) {
    const longer: string = line === null ? word : `${line} ${word}`;
    if (line === null || displayWidth(longer) <= room) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line ?? ''].map((part, i) => ((i === 0 ? first : hanging) + part).trimEnd());
}

function pieces(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const character of word) {
    if (displayWidth(piece + character) > width) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...found, piece];
}
