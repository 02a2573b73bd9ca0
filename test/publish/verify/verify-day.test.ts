import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/publish/published.ts';
import type { PublishedDay } from '../../../src/publish/read-published.ts';
import type { Verification } from '../../../src/publish/verify/verify-day.ts';
import type { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { dayPlan, publish } from '../history/plans.ts';
import { altered, forged, pathsOf, publishThree, verify } from './days.ts';

let a3: MemoryJobDailyA3Data;
let days: readonly PublishedDay[];
/** The one in the middle: it has a base, and everything has happened on it. */
let day: PublishedDay;

beforeAll(async () => {
  [a3, days] = await publishThree();
  day = days[1]!;
});

function notShown({ claims }: Verification): readonly string[] {
  return claims.filter(({ state }) => state !== 'shown').map(({ claim }) => claim);
}

/** Whether a fault is of the file, or names it. */
function names({ faults }: Verification, path: string): boolean {
  return faults.some(({ file, what }) => file === path || what.includes(path));
}

const damages = {
  flipped: fc.record({ byte: fc.nat(), bit: fc.nat(7) }).map(({ byte, bit }) => (body: Buffer) => {
    const changed = Buffer.from(body);
    changed[byte % body.length]! ^= 1 << bit;
    return changed;
  }),
  cut: fc.nat().map((bytes) => (body: Buffer) => body.subarray(0, bytes % body.length)),
  longer: fc.constantFrom(Buffer.alloc(70_000), Buffer.from('\n'), Buffer.from('x')).map((more) => (body: Buffer) => {
    return Buffer.concat([body, more]);
  }),
  gone: fc.constant(() => null),
};

describe('verifying a published day', () => {
  it('passes on every day, whatever happened on it', async () => {
    for (const each of days) {
      const found = await verify(a3, each);
      expect(found).toMatchObject({ faults: [], fault_count: 0, notes: [], rows: each.manifest.rows });
      expect(notShown(found)).toEqual([]);
    }
    expect(days.map(({ manifest }) => manifest.shards.length > 1)).toEqual([false, true, true]);
    expect(days[1]!.manifest.findings.lines).toBeGreaterThan(3);
  });

  it('passes on days of any kind, published one on the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dayPlan, { minLength: 1, maxLength: 4 }), async (plans) => {
        const [store, published] = await publish(plans);
        for (const each of published) expect((await verify(store, each)).faults).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it.each(Object.entries(damages))('names the file that is %s', async (_, damage) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(2), damage, async (file, of, change) => {
        const each = days[of]!;
        const path = pathsOf(each)[file % pathsOf(each).length]!;
        const key = `${each.folder}/${path}`;
        const body = (await a3.get(key))!;
        fc.pre(body.length > 0 || change(body) === null);

        const found = await verify(altered(a3, new Map([[key, change(body)]])), each);

        expect(names(found, path), `${path}: ${JSON.stringify(found.faults)}`).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('names two files that have changed places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (i, j) => {
        const paths = pathsOf(day);
        const [one, other] = [paths[i % paths.length]!, paths[j % paths.length]!];
        const keys = [one, other].map((path) => `${day.folder}/${path}`);
        const [first, second] = [(await a3.get(keys[0]!))!, (await a3.get(keys[1]!))!];
        fc.pre(!first.equals(second));

        const found = await verify(
          altered(
            a3,
            new Map([
              [keys[0]!, second],
              [keys[1]!, first],
            ]),
          ),
          day,
        );

        expect(names(found, one) || names(found, other)).toBe(true);
        // Of a manifest that is none, nothing else can be told.
        if (![one, other].includes('manifest.json'))
          expect([names(found, one), names(found, other)]).toEqual([true, true]);
      }),
      { numRuns: 30 },
    );
  });

  it('finds a file that the manifest does not list', async () => {
    const path = 'parquet/shard-00099.parquet';
    const found = await verify(altered(a3, new Map([[`${day.folder}/${path}`, Buffer.from('x')]])), day);
    expect(found.faults).toMatchObject([{ claim: 'files', file: path, line: null }]);
  });

  it('holds the manifest against what its run has told of it', async () => {
    const right = await verify(a3, day);
    expect((await verify(a3, day, right.manifest_sha256)).fault_count).toBe(0);
    const found = await verify(a3, day, 'ab'.repeat(32));
    expect(found.faults).toMatchObject([{ claim: 'manifest', file: 'manifest.json' }]);
    expect(found.faults[0]?.what).toContain('the record of its run');
  });
});

const lines = (edit: (lines: string[]) => readonly string[]) => (text: string) =>
  edit(text.split('\n').slice(0, -1))
    .map((line) => `${line}\n`)
    .join('');
const json = (edit: (value: object) => void) => (text: string) => {
  const value = JSON.parse(text) as object;
  edit(value);
  return `${JSON.stringify(value, null, 1)}\n`;
};

/** Every digest and count of lines is made right again: only what files say of one another can tell. */
describe('verifying a day that was forged with all its digests', () => {
  const table = () => day.manifest.shards.find(({ rows }) => rows > 3)!.table.path;
  const texts = () => day.manifest.shards.find(({ rejected, unreadable }) => rejected.lines > unreadable)!.texts!.path;
  const carried = (text: string) => text.includes('"run":"agreements-2021-10-20-attempt-1"');

  it.each<[string, string, () => Record<string, (text: string) => string>, string]>([
    [
      'two rows have changed places',
      'rows',
      () => ({ [table()]: lines((all) => [all[1]!, all[0]!, ...all.slice(2)]) }),
      'table/',
    ],
    [
      'a row stands twice',
      'rows',
      () => ({ [table()]: lines((all) => [all[0]!, ...all]) }),
      'has the key of the line before',
    ],
    ['a row is gone', 'rows', () => ({ [table()]: lines((all) => all.slice(1)) }), 'manifest.json'],
    [
      'a row is of another shard',
      'rows',
      () => ({
        [table()]: lines((all) => [...all.slice(0, -1), all.at(-1)!.replace(/"lex_id":"[^"]*"/, '"lex_id":"zz"')]),
      }),
      'where shard',
    ],
    [
      'a row has a member more',
      'rows',
      () => ({ [table()]: lines(([first, ...all]) => [first!.replace('{', '{"A3.0":"",'), ...all]) }),
      'A3.0',
    ],
    [
      'a row says something else',
      'parquet',
      () => ({ [table()]: lines((all) => all.map((line) => line.replace('"2010-01-25"', '"2010-01-26"'))) }),
      'column a3_5',
    ],
    [
      'a row that the base has says something else',
      'changes',
      () => ({
        [table()]: lines((all) =>
          all.map((line) => (carried(line) ? line.replace('"2010-01-25"', '"2010-01-26"') : line)),
        ),
      }),
      'changes/',
    ],
    [
      'a current row is called stale',
      'rows',
      () => ({
        [table()]: lines((all) => all.map((line) => line.replace('"stale_since":null', '"stale_since":"2021-10-21"'))),
      }),
      'not rejected',
    ],
    [
      'a rejected document is gone',
      'rows',
      () => ({
        'rejected/shard-00000.ndjson.gz': lines(() => []),
        'rejected/shard-00001.ndjson.gz': lines(() => []),
        'rejected/shard-00002.ndjson.gz': lines(() => []),
      }),
      'not rejected',
    ],
    [
      'a raw text is another',
      'texts',
      () => ({ [texts()]: lines((all) => all.map((line) => line.replace('\\"raw\\"', '\\"Raw\\"'))) }),
      'where the rejection has',
    ],
    [
      'a raw text is of another document',
      'texts',
      () => ({ [texts()]: lines((all) => all.map((line) => line.replace('"place":"', '"place":"z'))) }),
      'is of another document',
    ],
    [
      'a raw text has lost its shape',
      'texts',
      () => ({ [texts()]: lines((all) => all.map((line) => line.replace('"raw":', '"row":'))) }),
      '/raw where a value is expected',
    ],
    ['a raw text is gone', 'manifest', () => ({ [texts()]: lines((all) => all.slice(1)) }), 'texts for shard'],
  ])('finds that %s', async (_, claim, edits, told) => {
    const paths = new Set(pathsOf(day));
    const edit = Object.fromEntries(Object.entries(edits()).filter(([path]) => paths.has(path)));

    const found = await verify(await forged(a3, day, edit), day);

    expect(found.faults.map((fault) => fault.claim)).toContain(claim);
    expect(JSON.stringify(found.faults)).toContain(told);
    expect(found.faults.map((fault) => fault.claim)).not.toContain('files');
  });

  it('finds a line of the change log that is gone, is wrong, or names another cause', async () => {
    const logs = day.manifest.shards.map(({ changes }) => changes).filter((file) => file.lines > 0);
    for (const { path } of logs) {
      for (const edit of [
        lines((all) => all.slice(1)),
        lines(([first, ...all]) => [first!.replace(/"from":"[^"]*"|"change":"\w+"/, '"from":"x"'), ...all]),
        lines(([first, ...all]) => [
          first!.replace(/"cause":"\w+"/, (was) =>
            was.includes('changed') ? '"cause":"rejected"' : '"cause":"changed"',
          ),
          ...all,
        ]),
      ]) {
        const found = await verify(await forged(a3, day, { [path]: edit }), day);
        expect(
          found.faults.some(({ claim, file }) => claim === 'changes' && file === path),
          path,
        ).toBe(true);
      }
    }
    expect(logs.length).toBeGreaterThan(1);
  });

  it('finds uses, findings and master rows that are gone, others, or out of order', async () => {
    const { shards } = day.manifest;
    const uses = shards.find((shard) => shard.uses.lines > 1)!.uses.path;
    const cases: [string, string][] = [
      [uses, 'uses'],
      ['findings.ndjson', 'findings'],
      ['masters/cp.ndjson.gz', 'masters'],
    ];
    for (const [path, claim] of cases) {
      const edits = [
        lines((all) => [...all.slice(1), all[0]!]),
        ...(claim === 'masters'
          ? []
          : [
              lines((all) => all.slice(1)),
              lines((all) =>
                all.map((line) => line.replace('"count":', '"count":9').replace('"version":"', '"version":"x')),
              ),
            ]),
      ];
      for (const edit of edits) {
        const found = await verify(await forged(a3, day, { [path]: edit }), day);
        expect(
          found.faults.map((fault) => [fault.claim, fault.file]),
          `${path}`,
        ).toContainEqual([claim, path]);
      }
    }
  });

  it('finds that somebody else accepted what failed, or nobody', async () => {
    const somebody = { 'ledger.json': (text: string) => text.replace('"by": "Ada"', '"by": "Bob"') };
    const nobody = (manifest: Manifest): Manifest => ({ ...manifest, overrides: [] });
    for (const store of [await forged(a3, day, somebody), await forged(a3, day, {}, nobody)]) {
      expect((await verify(store, day)).faults).toMatchObject([{ claim: 'ledger', file: 'ledger.json' }]);
    }
  });

  it('finds a namespace that is said to be carried over, or since another date, where its base does not give that', async () => {
    const since = (carried_over: Manifest['carried_over']) => (manifest: Manifest) => ({ ...manifest, carried_over });
    const [first] = days;
    const forgeries = [
      [day, [{ namespace: 'xyz', since: '2020-01-02' }]],
      [first!, [{ namespace: 'mac', since: null }]],
    ] as const;
    for (const [one, carried] of forgeries) {
      const found = await verify(await forged(a3, one, {}, since(carried) as (manifest: Manifest) => Manifest), one);
      expect(found.faults).toMatchObject([{ claim: 'manifest', what: expect.stringContaining('carries over') }]);
    }
  });

  it('finds every number of the ledger that is another', async () => {
    const ledger = JSON.parse((await a3.get(`${day.folder}/ledger.json`))!.toString('utf8'));
    for (const path of numbersOf(ledger)) {
      for (const by of [1, -1]) {
        const edit = { 'ledger.json': json((value) => change(value, path, by)) };
        const found = await verify(await forged(a3, day, edit), day);
        expect(
          found.faults.some(({ claim }) => claim === 'ledger'),
          path.join('.'),
        ).toBe(true);
      }
    }
  });

  /** What no file of the day tells: how often something was tried, what was asked of the run. Its record vouches for that. */
  const UNTOLD = [
    'iteration',
    'failed_pages',
    'gaps',
    'repaired_joints',
    'replays_through',
    'through',
    'removed',
    'threshold',
  ];

  it('finds every number of the manifest that is another, but for those that no file tells', async () => {
    for (const path of numbersOf(day.manifest)) {
      if (UNTOLD.includes(String(path.at(-1))) || (path.includes('filled') && !path.includes('A3.12'))) continue;
      const forger = (manifest: Manifest) => {
        const copy = structuredClone(manifest);
        change(copy, path, 1);
        return copy;
      };
      const found = await verify(await forged(a3, day, {}, forger), day);
      expect(found.fault_count, path.join('.')).toBeGreaterThan(0);
    }
  });
});

type Path = readonly (string | number)[];

function numbersOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => numbersOf(item, [...path, key]));
}

function change(value: object, path: Path, by: number): void {
  const [key = '', ...rest] = path;
  const object = value as Record<string | number, unknown>;
  if (rest.length > 0) change(object[key] as object, rest, by);
  else object[key] = (object[key] as number) + by;
}
