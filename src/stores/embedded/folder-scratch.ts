import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrno } from '../../errors.ts';
import type { JobDailyA3Data } from '../job-daily-a3-data.ts';
import { checkFolder, checkKey } from '../object-key.ts';
import { walkFolder } from './walk-folder.ts';

/** Files that nobody needs after a crash: nothing is flushed, so that thousands of small ones cost little. Keys as elsewhere. */
export class FolderScratch implements Pick<JobDailyA3Data, 'putOnce' | 'get' | 'open' | 'list'> {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async putOnce(key: string, body: Uint8Array): Promise<void> {
    const file = join(this.#root, checkKey(key));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body, { flag: 'wx' });
  }

  async get(key: string): Promise<Buffer | null> {
    try {
      return await readFile(join(this.#root, checkKey(key)));
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | null> {
    const body = await this.get(key);
    return body === null ? null : once(body);
  }

  async *list(folder: string): AsyncIterable<{ readonly key: string; readonly size: number }> {
    for await (const key of walkFolder(this.#root, checkFolder(folder))) {
      yield { key, size: (await stat(join(this.#root, key))).size };
    }
  }
}

async function* once(body: Buffer): AsyncIterable<Buffer> {
  yield body;
}
