/** The stages, in the order in which one needs the other; a new one is a new entry. */
import { join } from 'node:path';
import { DEFAULT_DELIVERY, writeDelivery } from '../../src/cli/deliver/write-delivery.ts';
import { manifestKey, publishedFolder, recordsFolder } from '../../src/publish/attempt-files.ts';
import { openPublishedDay } from '../../src/publish/read-published.ts';
import { verifyDay } from '../../src/publish/verify/verify-day.ts';
import { openScratch } from '../../src/runtime/open-scratch.ts';
import { FolderJobDailyA3Data } from '../../src/stores/embedded/folder-job-daily-a3-data.ts';
import { build, check, FIRST, finish, makeSlices, SECOND } from './make-day.ts';
import { bytesOf, filesIn, readAll, writeBytes } from './plain-loop.ts';

interface Stage {
  /** Whether it is one that is measured, rather than what is needed before. */
  readonly isShown: boolean;
  run(folder: string, rows: number): Promise<void>;
  /** Reads and writes the same bytes, after `run` has. */
  loop(folder: string): Promise<void>;
}

export type StageName = 'publish' | 'slices' | 'build' | 'check' | 'manifest' | 'verify' | 'deliver';

const open = (folder: string) => new FolderJobDailyA3Data(folder);
const dayFiles = (folder: string, day: typeof FIRST) => filesIn(join(folder, publishedFolder(day)));
const recordFiles = (folder: string, part: string) => filesIn(join(folder, recordsFolder(SECOND), part));
/** Those that a merge, or a comparison, reads of the base. */
const baseFiles = async (folder: string) =>
  (await dayFiles(folder, FIRST)).filter((file) => /\/(?:table|rejected|texts)\//.test(file));
const nothing = async (): Promise<void> => undefined;

export const STAGES: Readonly<Record<StageName, Stage>> = {
  publish: {
    isShown: false,
    async run(folder, rows) {
      const a3 = open(folder);
      for (const phase of [makeSlices, build, check, finish]) await phase(a3, rows, 1);
    },
    loop: nothing,
  },
  slices: { isShown: false, run: (folder, rows) => makeSlices(open(folder), rows, 2), loop: nothing },
  build: {
    isShown: true,
    run: (folder, rows) => build(open(folder), rows, 2),
    async loop(folder) {
      const slices = (await filesIn(join(folder, recordsFolder(SECOND)))).filter((file) => !file.includes('/shards/'));
      await readAll([...(await baseFiles(folder)), ...slices]);
      const written = [...(await dayFiles(folder, SECOND)), ...(await recordFiles(folder, 'shards'))];
      await writeBytes(await bytesOf(written), join(folder, 'written'));
    },
  },
  check: {
    isShown: true,
    run: (folder, rows) => check(open(folder), rows, 2),
    async loop(folder) {
      await readAll(await recordFiles(folder, 'shards/refs'));
      const written = (await recordFiles(folder, 'shards')).filter((file) => file.includes('/findings-'));
      await writeBytes(await bytesOf(written), join(folder, 'written'));
    },
  },
  manifest: { isShown: false, run: (folder, rows) => finish(open(folder), rows, 2), loop: nothing },
  verify: {
    isShown: true,
    async run(folder) {
      const { scratch, close } = await openScratch(folder);
      try {
        const found = await verifyDay(manifestKey(SECOND), { a3: open(folder), scratch, recordedSha256: null });
        const isShown = found.claims.every(({ state }) => state === 'shown');
        if (!isShown || found.notes.length > 0) throw new Error(JSON.stringify(found, null, 1));
      } finally {
        await close();
      }
    },
    async loop(folder) {
      await readAll([...(await dayFiles(folder, SECOND)), ...(await baseFiles(folder))]);
      // What is dealt into ranges is written and read again, as it was for the check.
      const dealt = await recordFiles(folder, 'shards/refs');
      await writeBytes(await bytesOf(dealt), join(folder, 'written'));
      await readAll(dealt);
    },
  },
  deliver: {
    isShown: true,
    async run(folder) {
      const a3 = open(folder);
      const day = await openPublishedDay(a3, manifestKey(SECOND));
      await writeDelivery(day, join(folder, 'delivered'), DEFAULT_DELIVERY, { a3 });
    },
    async loop(folder) {
      await readAll((await dayFiles(folder, SECOND)).filter((file) => /\/(?:table|masters)\//.test(file)));
      // Every file is read back.
      const delivered = await filesIn(join(folder, 'delivered'));
      await writeBytes(await bytesOf(delivered), join(folder, 'written'));
      await readAll(delivered);
    },
  },
};
