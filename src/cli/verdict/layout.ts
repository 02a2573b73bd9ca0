import type { RunHint } from '../run-hints.ts';
import { commandLines } from '../terminal/command-lines.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Paint } from '../terminal/paint.ts';
import { wrap } from '../terminal/wrap.ts';

export interface VerdictOptions {
  readonly paint: Paint;
  readonly width: number;
  /** For commands. @default width */
  readonly commandWidth?: number;
  /** What further commands need to reach the same data, for example ` --data /srv/lexdelta`. */
  readonly flags: string;
  /** The same, and what a further `run` needs beside. */
  readonly runHint: RunHint;
  /** Without hints of what to do next. @default false */
  readonly isQuiet?: boolean;
  /** Sentences about the run's date, told with the warnings. @default none */
  readonly remarks?: readonly string[];
  /** Whether a process works on the run. @default true */
  readonly isAlive?: boolean;
}

const LABEL_WIDTH = 14;

/** A labelled line, broken where it must be. The text is made harmless here. */
export function fact({ width }: VerdictOptions, label: string, text: string): readonly string[] {
  return wrap(harmless(text), width, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH));
}

/** As {@link fact}, for a command: it can be copied even where it is broken. */
export function commandFact(
  { width, commandWidth = width }: VerdictOptions,
  label: string,
  command: string,
): readonly string[] {
  return commandLines(command, commandWidth, `  ${label}`.padEnd(LABEL_WIDTH), ' '.repeat(LABEL_WIDTH));
}
