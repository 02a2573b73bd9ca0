import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ImportedFile } from '../stores/look-up-imports.ts';

/** Told the bytes of a file as they are read, says what file it was. */
export class FileDigest {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  add(block: Uint8Array): void {
    this.#hash.update(block);
    this.#bytes += block.length;
  }

  /** Once all of it was read. */
  imported(lines: ImportedFile['lines']): ImportedFile {
    const sha256 = this.#hash.copy().digest('hex');
    return { name: basename(this.#path), sha256, bytes: this.#bytes, lines };
  }
}
