import { displayWidth } from './harmless.ts';

/**
 * Breaks a text at blanks so that no line is wider than `width`; a word that is wider alone is broken anywhere.
 * @param first what the first line begins with
 * @param hanging what the others begin with
 * @param isWhole words that are never broken, so that they can be copied; the screen breaks them. @default none
 */
export function wrap(
  text: string,
  width: number,
  first = '',
  hanging = first,
  isWhole: (word: string) => boolean = () => false,
): readonly string[] {
  const [firstRoom, room] = [width - displayWidth(first), width - displayWidth(hanging)];
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(' ').flatMap((long) => (isWhole(long) ? [long] : pieces(long, room)))) {
    const longer: string = line === null ? word : `${line} ${word}`;
    if (displayWidth(longer) <= (lines.length === 0 ? firstRoom : room)) {
      line = longer;
      continue;
    }
    if (line !== null || displayWidth(word) > firstRoom) lines.push(line ?? '');
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
