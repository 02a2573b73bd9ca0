import { compareBytes } from '../../src/agreements/byte-order.ts';
import { PermanentError } from '../../src/errors.ts';
import { checkFolder, checkKey } from '../../src/stores/object-key.ts';
import type { ObjectInfo, ObjectStore } from '../../src/stores/object-store.ts';

/** How many objects one call of `deleteSome` deletes at most. */
const DELETE_LIMIT = 1000;

/** An {@link ObjectStore} in memory, held to the same contract as the real ones. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, { readonly body: Buffer; readonly etag: string }>();
  #writes = 0;

  /** As it stands now; later changes are its own. */
  copy(): MemoryObjectStore {
    const copy = new MemoryObjectStore();
    for (const [key, object] of this.#objects) copy.#objects.set(key, object);
    copy.#writes = this.#writes;
    return copy;
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    this.#writes += 1;
    this.#objects.set(checkKey(key), { body: Buffer.from(body), etag: `etag-${this.#writes}` });
  }

  async get(key: string, options: { readonly ifMatch?: string } = {}): Promise<Buffer | null> {
    const object = this.#objects.get(checkKey(key));
    if (options.ifMatch !== undefined && object?.etag !== options.ifMatch) {
      throw new PermanentError('DELTA_CHANGED', `The object \`${key}\` is not the one that was planned.`, { key });
    }
    return object === undefined ? null : Buffer.from(object.body);
  }

  async *list(folder: string): AsyncIterable<ObjectInfo> {
    for (const key of this.#keysIn(folder)) {
      const object = this.#objects.get(key);
      if (object !== undefined) yield { key, size: object.body.length, etag: object.etag };
    }
  }

  async deleteSome(folder: string): Promise<{ readonly deleted: number; readonly more: boolean }> {
    const keys = this.#keysIn(folder);
    const doomed = keys.slice(0, DELETE_LIMIT);
    for (const key of doomed) this.#objects.delete(key);
    return { deleted: doomed.length, more: keys.length > doomed.length };
  }

  #keysIn(folder: string): readonly string[] {
    const prefix = checkFolder(folder) === '' ? '' : `${folder}/`;
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareBytes);
  }
}
