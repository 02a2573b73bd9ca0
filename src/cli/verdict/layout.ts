import { harmless } from '../terminal/harmless.ts';
import type { Paint } from '../terminal/paint.ts';
import { wrap } from '../terminal/wrap.ts';

export interface VerdictOptions {
  readonly paint: Paint;
  readonly width: number;
  /** What further commands need to reach the same data, for example ` --data /srv/lexdelta`. */
  readonly flags: string;
}

const LABEL_WIDTH = 12;

/** A labelled line, broken where it must be. The text is made harmless here. */
export function fact({ width }: VerdictOptions, label: string, text: string): readonly string[] {
  return wrap(harmless(text), width, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH));
}
