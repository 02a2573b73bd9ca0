/**
 * Finds where one JSON value ends, by brackets and quotes alone, over any number of chunks.
 * It does not validate: what lies between the ends is judged by whoever parses it.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{` and `[` differ from each other by this bit, and so do `}` and `]`. */
const BRACKET_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** White space, comma and closing brackets end a number, `true`, `false` or `null`. */
const ENDS_SCALAR = new Uint8Array(256);
for (const char of ' \n\r\t,]}') ENDS_SCALAR[char.charCodeAt(0)] = 1;

export class JsonValueScanner {
  #isBegun = false;
  #isScalar = false;
  #isInString = false;
  #isEscaped = false;
  #depth = 0;

  /** Call before the first byte of a value, which is no white space. */
  begin(): void {
    this.#isBegun = false;
    this.#isScalar = false;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#depth = 0;
  }

  /** @returns the index after the value's last byte, or -1 when it does not end in this chunk */
  scan(chunk: Buffer, start: number): number {
    if (start >= chunk.length) return -1;
    if (!this.#isBegun) {
      this.#isBegun = true;
      const first = chunk[start]!;
      this.#isScalar = first !== QUOTE && (first | BRACKET_BIT) !== OPEN;
    }
    return this.#isScalar ? scanScalar(chunk, start) : this.#scanNested(chunk, start);
  }

  /** The hot loop: about one comparison a byte inside strings, three outside. */
  #scanNested(chunk: Buffer, start: number): number {
    const length = chunk.length;
    let i = start;
    let depth = this.#depth;
    let isInString = this.#isInString;
    if (this.#isEscaped) {
      i += 1;
      this.#isEscaped = false;
    }
    while (i < length) {
      if (isInString) {
        while (i < length && chunk[i] !== QUOTE && chunk[i] !== BACKSLASH) i += 1;
        if (i >= length) break;
        if (chunk[i] === BACKSLASH) {
          i += 2;
          continue;
        }
        i += 1;
        isInString = false;
        if (depth === 0) return i;
        continue;
      }
      const byte = chunk[i]!;
      i += 1;
      if (byte === QUOTE) isInString = true;
      else if ((byte | BRACKET_BIT) === OPEN) depth += 1;
      else if ((byte | BRACKET_BIT) === CLOSE) {
        depth -= 1;
        if (depth === 0) return i;
      }
    }
    this.#isEscaped = i > length;
    this.#depth = depth;
    this.#isInString = isInString;
    return -1;
  }
}

function scanScalar(chunk: Buffer, start: number): number {
  for (let i = start; i < chunk.length; i += 1) if (ENDS_SCALAR[chunk[i]!] === 1) return i;
  return -1;
}
