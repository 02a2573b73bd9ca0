/** What `verify` reads: the published files, and JobStats beside them where it can be read. */
import { LexdeltaError } from '../../errors.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { openPublishedFiles } from '../../runtime/published-files.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { JobStats } from '../../stores/job-stats.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';

export class Verified {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'list'>;
  readonly #data: JobData | null;
  #unread: string | null;

  constructor(a3: Verified['a3'], data: JobData | null, unread: string | null) {
    this.a3 = a3;
    this.#data = data;
    this.#unread = unread;
  }

  /** Why nothing is compared with JobStats; `null`: it is. */
  get unread(): string | null {
    return this.#unread;
  }

  /** What JobStats answers; `null`: it is not there, or cannot be read. */
  async ask<T>(question: (jobStats: JobStats) => Promise<T>): Promise<T | null> {
    if (this.#data === null || this.#unread !== null) return null;
    try {
      return await question(this.#data.jobStats);
    } catch (error) {
      this.#unread = damageOfStore(error);
      if (this.#unread === null) throw error;
      return null;
    }
  }

  async close(): Promise<void> {
    await this.#data?.close();
  }
}

/**
 * @param isAlone the published files alone, whatever else is there
 * @throws as `openData`, where there are no published files either
 */
export async function openVerified(flags: GlobalFlags, isAlone: boolean, context: Context): Promise<Verified> {
  const place = await placeOf(flags, context);
  const files = place.kind === 'folder' ? await openPublishedFiles(place.folder) : null;
  if (isAlone && files !== null) return new Verified(files, null, '--alone leaves it aside');
  try {
    const data = await context.services.openData(place, 'read');
    return new Verified(data.jobDailyA3Data, data, isAlone ? '--alone leaves it aside' : null);
  } catch (error) {
    const unread = damageOfStore(error);
    if (files === null || unread === null) throw error;
    return new Verified(files, null, unread);
  }
}

/** What is wrong with the store, as a sentence without its full stop; `null`: the error is of another kind. */
function damageOfStore(error: unknown): string | null {
  if (error instanceof SyntaxError) return 'a row of it cannot be parsed'; // Of a page that was overwritten.
  if (error instanceof Error && error.message.startsWith('MDB_')) return `its pages are damaged (${error.message})`;
  const isStore = error instanceof LexdeltaError && /^(FILE_NOT_READABLE|STORE_)/.test(error.code);
  return isStore ? error.what.replace(/\.$/, '') : null;
}
