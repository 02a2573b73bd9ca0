import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaveDemoFolder, makeDemoFolder } from '../../../src/cli/demo/demo-folder.ts';
import { findOwnData } from '../../../src/cli/demo/own-data.ts';
import type { Services } from '../../../src/cli/services.ts';
import { PermanentError } from '../../../src/errors.ts';
import { placeHold } from '../../../src/publish/retention/holds.ts';
import type { JobData } from '../../../src/runtime/job-data.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});
afterEach(() => rm(parent, { recursive: true }));

/** Ends the demo in a folder as its process would: by dying. */
async function markAs(folder: string, pid: number): Promise<void> {
  await writeFile(join(folder, 'lexdelta-demo.json'), JSON.stringify({ made_by: 'lexdelta demo', pid }));
}

const nothing = async () => null;

describe('makeDemoFolder', () => {
  it('replaces the data of a demo that has ended, and says so', async () => {
    const first = await makeDemoFolder(null, parent, nothing);
    await mkdir(join(first.folder, 'lmdb'));
    await leaveDemoFolder(first.folder);

    const second = await makeDemoFolder(null, parent, nothing);

    expect(first).toEqual({ folder: join(parent, 'demo'), isReplaced: false, kept: [] });
    expect(second).toEqual({ folder: join(parent, 'demo'), isReplaced: true, kept: [] });
    expect(await readdir(second.folder)).toEqual(['lexdelta-demo.json']);
  });

  it('deletes nothing that no demo has made: takes another folder, or refuses the one that was named', async () => {
    await mkdir(join(parent, 'demo'));
    await writeFile(join(parent, 'demo', 'precious'), 'mine');

    const beside = await makeDemoFolder(null, parent, nothing);
    const named = makeDemoFolder(join(parent, 'demo'), parent, nothing);

    await expect(named).rejects.toMatchObject({ code: 'USAGE' });
    expect(beside.folder).toBe(join(parent, 'demo-2'));
    expect(await readFile(join(parent, 'demo', 'precious'), 'utf8')).toBe('mine');
  });

  it('stays away from a demo that still runs', async () => {
    const { folder } = await makeDemoFolder(null, parent, nothing);
    await markAs(folder, process.ppid);

    const beside = await makeDemoFolder(null, parent, nothing);
    const named = makeDemoFolder(folder, parent, nothing);

    expect(beside.folder).toBe(join(parent, 'demo-2'));
    await expect(named).rejects.toMatchObject({ code: 'STORE_BUSY' });
  });

  it('keeps what the user has added to an earlier demo: takes another folder, or refuses the one that was named', async () => {
    const { folder } = await makeDemoFolder(null, parent, nothing);
    await writeFile(join(folder, 'precious'), 'mine');
    await leaveDemoFolder(folder);
    const why = 'holds 2021-10-20, which somebody has put under a hold';
    const findOwnData = async () => why;

    const beside = await makeDemoFolder(null, parent, findOwnData);
    const named = makeDemoFolder(folder, parent, findOwnData);

    await expect(named).rejects.toThrow(/it holds 2021-10-20, .* Give another --data folder, or delete this one/);
    expect(beside).toEqual({ folder: join(parent, 'demo-2'), isReplaced: false, kept: [{ folder, why }] });
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('mine');
  });
});

describe('findOwnData', () => {
  const open = (runs: readonly string[], holds: readonly string[] = []): Pick<Services, 'openData'> => ({
    openData: async () => {
      const jobDailyA3Data = new MemoryJobDailyA3Data();
      for (const date of holds) await placeHold(jobDailyA3Data, date, { by: 'Ada', reason: 'exam', at: '2021-10-20' });
      const jobStats = {
        listRuns: async function* () {
          for (const execution_name of runs) yield { execution_name };
        },
      };
      return { jobDailyA3Data, jobStats, close: async () => undefined } as unknown as JobData;
    },
  });
  const missing: Pick<Services, 'openData'> = {
    openData: async () => {
      throw new PermanentError('FILE_NOT_READABLE', 'There is no data.');
    },
  };

  it.each([
    ['the runs of the demo alone', open(['agreements-2021-10-20']), null],
    ['nothing yet', missing, null],
    ['a run of another date', open(['agreements-2021-10-22']), 'holds a run of yours (agreements-2021-10-22)'],
    ['another attempt', open(['agreements-2021-10-20-attempt-2']), expect.stringContaining('attempt-2')],
    ['a hold', open([], ['2021-10-20']), expect.stringContaining('hold')],
  ])('tells of a folder with %s what is the user’s', async (_, services, found) => {
    expect(await findOwnData(parent, ['2021-10-20'], services)).toEqual(found);
  });
});
