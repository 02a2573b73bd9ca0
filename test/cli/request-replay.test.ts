import { describe, expect, it } from 'vitest';
import type { JobData } from '../../src/runtime/job-data.ts';
import { readReplayRequests } from '../../src/steps/reprocess/replay-requests.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { runCli } from './support.ts';

describe('lexdelta replay', () => {
  it('gives each request the next number, whatever else lies beside them', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await a3.putOnce('replay/notes.txt', Buffer.from('not a request'));
    const data = { jobDailyA3Data: a3, jobDefaults: null, close: async () => undefined } as unknown as JobData;
    const ask = (ids: string) =>
      runCli(['replay', '--namespace', 'mac', '--ids', ids, '--by', 'Ada', '--json'], {
        services: { openData: async () => data },
      });

    const numbers = [await ask('mac-1'), await ask('mac-2')].map(({ stdout }) => JSON.parse(stdout).number);

    expect(numbers).toEqual([1, 2]);
    const requests = await Array.fromAsync(readReplayRequests(a3, 0));
    expect(requests.map(({ request }) => request.documents)).toEqual([
      [{ namespace: 'mac', lex_id: 'mac-1' }],
      [{ namespace: 'mac', lex_id: 'mac-2' }],
    ]);
  });
});
