import type { ConfigSources } from './config.ts';
import type { Services } from './services.ts';
import type { StopSignal } from './signals.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What a command gets beside its own arguments. Tests give their own. */
export interface Context extends ConfigSources {
  readonly terminal: Terminal;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly services: Services;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From the call on, Ctrl+C and its like abort the signal instead of ending the process. */
  readonly catchStopSignals: (onStop: (signal: StopSignal) => void) => AbortSignal;
}

/** The flags that every command has. */
export interface GlobalFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** `false` after `--no-color`. */
  readonly color?: boolean;
  readonly data?: string;
  /** Name of a stack on AWS, and its region. */
  readonly aws?: string;
  readonly region?: string;
}
