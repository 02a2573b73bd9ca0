import { describe, expect, it } from 'vitest';
import { QuerySetting } from './query-setting.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `d${String(i).padStart(3, '0')}`);

describe('QueryNamespace', () => {
  it('covers the whole id space with pages that begin with the last row of the page before', async () => {
    const setting = new QuerySetting();
    for (const id of ids(7)) setting.list(id);

    await setting.query(2, 3);

    const headers = (await setting.objects()).map(({ header }) => header);
    expect(headers.map(({ page, after, through, reached_end }) => ({ page, after, through, reached_end }))).toEqual([
      { page: 0, after: null, through: 'd002', reached_end: false },
      { page: 1, after: 'd002', through: 'd005', reached_end: false },
      { page: 2, after: 'd005', through: null, reached_end: true },
      { page: 3, after: null, through: null, reached_end: false },
    ]);
    expect(headers.map(({ counts }) => counts.new)).toEqual([3, 3, 1, 0]);
  });

  it('tells unchanged, touched, changed, new, standing and gone documents apart', async () => {
    const setting = new QuerySetting();
    setting.list('unchanged').list('touched', 'a', 1).list('changed', 'b').list('new');
    setting.list('standing').list('standing-touched', 'a', 1).list('healed', 'b');
    for (const id of ['unchanged', 'touched', 'changed', 'gone']) await setting.know(id);
    for (const id of ['standing', 'standing-touched', 'healed']) await setting.know(id, 'a', { as: 'rejected' });

    await setting.query(1, 100);

    const page = await setting.object('000000000');
    expect(page?.header).toMatchObject({
      counts: { new: 1, changed: 2, reprocessed: 0, touched: 1, unchanged: 1, standing: 2, unreadable: 0 },
      known: 7,
      candidates: 1,
    });
    expect(page?.lines.map((line) => [line.op, line.lex_id])).toEqual([
      ['put', 'changed'],
      ['candidate', 'gone'],
      ['put', 'healed'],
      ['put', 'new'],
      ['touch', 'standing-touched'],
      ['touch', 'touched'],
    ]);
    expect(page?.lines[0]).toMatchObject({ status: 'changed', document: { lexId: 'changed', text: 'b', audit: 0 } });
    expect(page?.lines[4]).toMatchObject({ of: 'rejected' });
  });
});
