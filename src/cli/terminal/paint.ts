import { styleText } from 'node:util';

/** What a text means, never only how it looks: the word and the icon stand beside the colour. */
export type Tone = 'good' | 'bad' | 'warning' | 'quiet' | 'strong';
export type Paint = (tone: Tone, text: string) => string;

const FORMATS = {
  good: ['bold', 'green'],
  bad: ['bold', 'red'],
  warning: 'yellow',
  quiet: 'dim',
  strong: 'bold',
} as const;

/** Colours for one stream. NO_COLOR, FORCE_COLOR, TERM=dumb and what is no terminal are obeyed by `styleText`. */
export function paintFor(stream: NodeJS.WritableStream, isColourAllowed: boolean): Paint {
  if (!isColourAllowed) return plain;
  return (tone, text) => styleText(FORMATS[tone] as Parameters<typeof styleText>[0], text, { stream });
}

export const plain: Paint = (_tone, text) => text;
