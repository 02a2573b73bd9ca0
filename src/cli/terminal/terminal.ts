import { harmlessJson } from './harmless.ts';
import { type Paint, paintFor, plain } from './paint.ts';

/** Nothing is written wider than this, whatever the terminal. */
export const MAX_WIDTH = 80;
/** Nor broken for less than this. */
const MIN_WIDTH = 40;

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/**
 * The two streams of a command. Data goes to `stdout`; progress, warnings and errors go to `stderr`.
 * With `--json` the one JSON document on `stdout` is all data there is.
 */
export class Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  #options: TerminalOptions = { json: false, quiet: false, color: true };
  #isClosed = false;

  constructor(
    stdout: OutputStream,
    stderr: OutputStream,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.env = env;
  }

  configure(options: TerminalOptions): void {
    this.#options = options;
  }

  get isJson(): boolean {
    return this.#options.json;
  }

  get isQuiet(): boolean {
    return this.#options.quiet;
  }

  /** Whether lines on `stderr` may be drawn again. */
  get canRedraw(): boolean {
    const isWideEnough = (this.stderr.columns || MAX_WIDTH) >= MIN_WIDTH;
    return this.stderr.isTTY === true && isWideEnough && this.env['TERM'] !== 'dumb';
  }

  get width(): number {
    return widthOf(this.stdout);
  }

  /** For commands: only a screen breaks them, a file or pipe gets each on one line. */
  get commandWidth(): number {
    return this.stdout.isTTY === true ? this.width : Number.POSITIVE_INFINITY;
  }

  get errorWidth(): number {
    return widthOf(this.stderr);
  }

  get paint(): Paint {
    return this.#options.json ? plain : paintFor(this.stdout, this.#options.color);
  }

  get paintError(): Paint {
    return paintFor(this.stderr, this.#options.color);
  }

  /** Nobody reads `stdout` any more: nothing is written to it from now on. */
  closeOutput(): void {
    this.#isClosed = true;
  }

  get isOutputClosed(): boolean {
    return this.#isClosed;
  }

  /** Writes lines of data. */
  print(...lines: readonly string[]): void {
    if (!this.#isClosed && lines.length > 0) this.stdout.write(`${lines.join('\n')}\n`);
  }

  /** Writes data as fast as its reader takes it. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#isClosed || this.stdout.write(data)) return;
    await new Promise<void>((resolve) => {
      const events = ['drain', 'close', 'error'];
      const done = (): void => {
        for (const event of events) this.stdout.off(event, done);
        resolve();
      };
      for (const event of events) this.stdout.on(event, done);
    });
  }

  /** Resolves when all that was written has left the process, or never will. */
  async flush(): Promise<void> {
    const streams = this.#isClosed ? [this.stderr] : [this.stdout, this.stderr];
    await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  }

  /** Writes the command's one JSON document, with its schema first: `lexdelta.<command>/1`. */
  printJson(command: string, body: object): void {
    this.print(harmlessJson({ schema: `lexdelta.${command}/1`, ...body }));
  }

  /** Writes lines of progress, hints or warnings. */
  note(...lines: readonly string[]): void {
    if (this.#options.quiet) return;
    for (const line of lines) this.stderr.write(`${line}\n`);
  }
}

/** Pipes have no columns, and some terminals say 0. One that is narrower than the least breaks the lines itself. */
function widthOf(stream: OutputStream): number {
  return Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, stream.columns || MAX_WIDTH));
}
