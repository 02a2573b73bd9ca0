import { displayWidth, harmless } from './harmless.ts';

/** Quoted parts, escapes and plain characters that hang together are one argument. */
const ARGUMENT = /(?:'[^']*'|"[^"]*"|\\.|\S)+/gu;

/**
 * A command that can be copied: broken only between arguments, never between a flag and its value, with ` \` at the end
 * of every line but the last. An argument that is wider than a line stays whole.
 * @param width `Infinity` where nothing is a screen
 */
export function commandLines(command: string, width: number, first = '', hanging = first): readonly string[] {
  const room = width - Math.max(displayWidth(first), displayWidth(hanging)) - 2;
  const lines: string[] = [];
  let line: string | null = null;
  for (const part of flagsWithValues(harmless(command).match(ARGUMENT) ?? [])) {
    const longer: string = line === null ? part : `${line} ${part}`;
    if (line === null || displayWidth(longer) <= room) {
      line = longer;
      continue;
    }
    lines.push(`${line} \\`);
    line = part;
  }
  return [...lines, line ?? ''].map((part, i) => (i === 0 ? first : hanging) + part);
}

function flagsWithValues(words: readonly string[]): readonly string[] {
  const parts: string[] = [];
  words.forEach((word, i) => {
    const isValue = words[i - 1]?.startsWith('--') && !word.startsWith('--');
    if (isValue) parts.push(`${parts.pop()} ${word}`);
    else parts.push(word);
  });
  return parts;
}
