import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PermanentError } from '../../errors.ts';
import { encodeGoldenCopy, readGoldenCopy } from '../gleif-format.ts';
import type { GleifRecord, GleifReference, GleifStore } from '../gleif-reference.ts';
import { replaceFile } from './durable-files.ts';

/** {@link GleifStore} as a file of a data folder, `gleif/golden-copy`. */
export class FolderGleifStore implements GleifStore {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'gleif');
  }

  get workFolder(): string {
    return this.#folder;
  }

  /** @throws PermanentError `STORE_FULL`, `STORE_WRITE_FAILED`, `STORE_READ_ONLY` */
  async replace(records: AsyncIterable<GleifRecord>): Promise<void> {
    const how = { place: 'gleif.replace', checkWriter: () => undefined };
    await replaceFile(this.#folder, join(this.#folder, 'golden-copy'), encodeGoldenCopy(records), how);
  }

  /** @throws PermanentError `STORE_CORRUPT`, `FILE_NOT_READABLE` */
  async open(): Promise<GleifReference | null> {
    const path = join(this.#folder, 'golden-copy');
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return null;
      throw new PermanentError('FILE_NOT_READABLE', `${path} cannot be read.`, { path }, { cause: error });
    }
    try {
      const { size } = await file.stat();
      const readAt = (position: number, bytes: number) => readFileAt(file, position, bytes);
      return await readGoldenCopy({ name: path, size, readAt, close: () => file.close() });
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

async function readFileAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
