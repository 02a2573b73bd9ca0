import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PermanentError } from '../../errors.ts';
import { checkRemovable, type JobDailyA3Data } from '../job-daily-a3-data.ts';
import { checkFolder, checkKey } from '../object-key.ts';
import { createFile, flushFolder, replaceFile } from './durable-files.ts';
import { keyInsideKey, openIfThere } from './folder-object-store.ts';
import { removeEmptyFolders, removeFile } from './remove-files.ts';
import { walkFolder } from './walk-folder.ts';

const BLOCK_BYTES = 128 * 1024;
/** First lines are headers of some hundred bytes. */
const FIRST_LINE_BYTES = 4 * 1024;
const LINE_FEED = 10;

/** {@link JobDailyA3Data} in a folder: a key is a path. `checkWriter` as in `FolderObjectStore`. */
export class FolderJobDailyA3Data implements JobDailyA3Data {
  readonly #root: string;
  readonly #checkWriter: () => void;

  constructor(root: string, checkWriter: () => void = () => {}) {
    this.#root = root;
    this.#checkWriter = checkWriter;
  }

  async get(key: string): Promise<Buffer | null> {
    const handle = await openIfThere(this.#fileOf(key));
    try {
      return handle === null ? null : await handle.readFile();
    } finally {
      await handle?.close();
    }
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | null> {
    const file = this.#fileOf(key);
    const handle = await openIfThere(file);
    await handle?.close(); // Opened again by the one who iterates: nobody is bound to.
    return handle === null ? null : blocksOf(file, BLOCK_BYTES);
  }

  async firstLine(key: string): Promise<string | null> {
    const file = this.#fileOf(key);
    const handle = await openIfThere(file);
    await handle?.close();
    if (handle === null) return null;
    const parts: Buffer[] = [];
    for await (const block of blocksOf(file, FIRST_LINE_BYTES)) {
      const end = block.indexOf(LINE_FEED);
      parts.push(end < 0 ? block : block.subarray(0, end));
      if (end >= 0) break;
    }
    return Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
  }

  async putOnce(key: string, body: Uint8Array): Promise<void> {
    await this.#create(key, [body]);
  }

  async putOnceStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }> {
    return this.#create(key, body);
  }

  async putPointer(key: string, body: Uint8Array): Promise<void> {
    const file = this.#fileOf(key);
    if (!key.startsWith('as_of/')) {
      throw new PermanentError('STORE_KEY_INVALID', `\`${key}\` is no pointer: those lie inside \`as_of\`.`, { key });
    }
    try {
      const place = 'folder.rename:JobDailyA3Data';
      await replaceFile(this.#root, file, body, { place, checkWriter: this.#checkWriter });
    } catch (error) {
      throw keyInsideKey(error, key);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    const how = { place: 'folder.delete:JobDailyA3Data', checkWriter: this.#checkWriter };
    const touched = new Set<string>();
    for (const key of checkRemovable(keys)) {
      const file = this.#fileOf(key);
      await removeFile(file, how);
      touched.add(dirname(file));
    }
    // The next removal may rest on this one: a table is not to come back whole after a loss of power.
    for (const folder of touched) await flushFolder(folder);
    for (const folder of touched) await removeEmptyFolders(this.#root, folder);
  }

  async *list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }> {
    for await (const key of walkFolder(this.#root, checkFolder(folder))) {
      const stats = await stat(join(this.#root, key)).catch(() => null); // Gone meanwhile: retention.
      if (stats !== null) yield { key, size: stats.size };
    }
  }

  async #create(key: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    const file = this.#fileOf(key);
    try {
      const place = 'folder.link:JobDailyA3Data';
      const how = { place, checkWriter: this.#checkWriter };
      const { isNew, ...written } = await createFile(this.#root, file, body, how);
      if (!isNew && (await sha256Of(file)) !== written.sha256) {
        throw new PermanentError('PUBLISHED_CONFLICT', `Other bytes were published at \`${key}\`.`, { key });
      }
      return written;
    } catch (error) {
      throw keyInsideKey(error, key);
    }
  }

  #fileOf(key: string): string {
    return join(this.#root, checkKey(key));
  }
}

async function* blocksOf(file: string, blockBytes: number): AsyncIterable<Buffer> {
  const handle = await openIfThere(file);
  if (handle === null)
    throw new PermanentError('FILE_NOT_READABLE', `\`${file}\` is no file, or was removed while it was read.`);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(blockBytes) });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const block of blocksOf(file, BLOCK_BYTES)) digest.update(block);
  return digest.digest('hex');
}
