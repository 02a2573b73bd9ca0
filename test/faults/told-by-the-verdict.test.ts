import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { History } from './support/history.ts';

/** Days in this process, some seconds in all; far more than they take on a quiet machine. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let history: History;
beforeEach(async () => {
  history = await History.begin();
});
afterEach(() => history.end());

const date = (day: number) => `2021-10-${day}`;
const ONLY_MAC = { namespaces: [{ namespace: 'mac', total_docs: 0, total_docs_queried: 0 }] };
const BOTH = { namespaces: ['cct', 'mac'].map((namespace) => ({ namespace, total_docs: 0, total_docs_queried: 0 })) };

describe('what a run tells of days before it', () => {
  it('is since when it carries a namespace over, and that far more of another has changed than usual', async () => {
    history.books.putMany('mac', 1, 12).putMany('cct', 1, 2);
    await history.succeed(date(18), BOTH);
    const carried: unknown[] = [];
    for (const day of [19, 20, 21, 22]) {
      const changed = day === 22 ? 12 : 0;
      if (changed > 0) for (let n = 1; n <= changed; n += 1) history.books.put('mac', n, { law: 'Nevada' });
      const { publication } = await history.succeed(date(day), ONLY_MAC);
      const manifest = await history.manifest(publication!.manifest);
      expect(manifest.carried_over).toEqual(publication!.carried_over);
      carried.push(publication!.carried_over);
      expect(publication!.left_out).toEqual(['cct']);
      expect(publication!.share_jumps).toMatchObject(
        day < 22
          ? []
          : [
              {
                namespace: 'mac',
                date_before: date(21),
                changed: 12,
                changed_share: 1,
                usual_share: 0,
                causes: ['lex'],
              },
            ],
      );
    }
    const read = await history.succeed(date(25), BOTH);

    expect(new Set(carried.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([{ namespace: 'cct', since: date(18) }])]),
    );
    expect(read.publication).toMatchObject({ left_out: [], carried_over: [], share_jumps: [] });
  });
});
