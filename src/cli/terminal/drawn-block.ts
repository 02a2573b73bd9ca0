import type { Terminal } from './terminal.ts';

/** Lines that are drawn over the last ones. */
export class DrawnBlock {
  readonly #terminal: Terminal;
  #height = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    const up = this.#height === 0 ? '' : `\x1b[${this.#height}A`;
    const text = lines.map((line) => `\x1b[2K${line}\n`).join('');
    // What the last block had more than this one goes away.
    this.#terminal.stderr.write(`${up}${text}\x1b[0J`);
    this.#height = lines.length;
  }

  clear(): void {
    if (this.#height > 0) this.#terminal.stderr.write(`\x1b[${this.#height}A\x1b[0J`);
    this.#height = 0;
  }
}
