import type { Scratch } from '../../src/publish/verify/scratch.ts';

/** A {@link Scratch} in memory. */
export class MemoryScratch implements Scratch {
  readonly #files = new Map<string, Buffer>();

  async append(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, Buffer.concat([this.#files.get(name) ?? Buffer.alloc(0), bytes]));
  }

  async open(name: string): Promise<AsyncIterable<Buffer> | null> {
    const body = this.#files.get(name);
    return body === undefined ? null : once(body);
  }
}

async function* once(body: Buffer): AsyncIterable<Buffer> {
  yield body;
}
