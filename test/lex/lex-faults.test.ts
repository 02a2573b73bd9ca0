import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openHttpLexSource } from '../../src/lex/http-lex-source.ts';
import { drawFault, parseFaults } from '../../src/lex/lex-faults.ts';
import { startLexServer } from '../../src/lex/lex-server.ts';

describe('parseFaults', () => {
  it('reads shares and settings, in any order and with blanks', () => {
    expect(parseFaults(' seed=7, 503=0.1 ,cut=.05,slow_ms=20,retry_after=2')).toEqual({
      shares: { '503': 0.1, cut: 0.05 },
      seed: 7,
      slowMs: 20,
      retryAfterSeconds: 2,
    });
    expect(parseFaults('short=1')).toEqual({ shares: { short: 1 }, seed: 1, slowMs: 1000, retryAfterSeconds: null });
  });

  it.each([
    ['', ''],
    ['503', '503'],
    ['503=', '503='],
    ['503=0.1,', ''],
    ['cut=0.1=2', 'cut=0.1=2'],
    ['503=0.1,explode=0.2', 'explode=0.2'],
    ['503=1.1', '503=1.1'],
    ['503=-1', '503=-1'],
    ['cut=lots', 'cut=lots'],
    ['cut=0.6,reset=0.6', 'cut=0.6,reset=0.6'],
    ['cut=0.1,cut=0.2', 'cut=0.2'],
    ['seed=1.5', 'seed=1.5'],
    ['__proto__=1', '__proto__=1'],
  ])('refuses %j and names the part', (text, part) => {
    expect(() => parseFaults(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', details: { part } }));
  });
});

describe('drawFault', () => {
  it('gives each kind about its share of requests, and nothing else', () => {
    const faults = parseFaults('503=0.1,cut=0.05,short=0.2,seed=11');
    const counts = new Map<string, number>();
    for (let request = 0; request < 20_000; request += 1) {
      const kind = drawFault(faults, request)?.kind ?? 'none';
      counts.set(kind, (counts.get(kind) ?? 0) + 1 / 20_000);
    }
    expect([...counts.keys()].sort()).toEqual(['503', 'cut', 'none', 'short']);
    for (const [kind, share] of [
      ['503', 0.1],
      ['cut', 0.05],
      ['short', 0.2],
    ] as const) {
      expect(counts.get(kind)).toBeCloseTo(share, 1.9);
    }
  });

  it('draws the same for the same seed and request, and stays in range', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, request) => {
        const faults = { ...parseFaults('cut=1'), seed };
        const fault = drawFault(faults, request)!;
        expect(fault).toEqual(drawFault(faults, request));
        expect(fault.where).toBeGreaterThanOrEqual(0);
        expect(fault.where).toBeLessThan(1);
      }),
    );
    const kinds = (seed: number) =>
      Array.from({ length: 50 }, (_, n) => drawFault({ ...parseFaults('cut=0.5'), seed }, n)?.kind);
    expect(kinds(1)).not.toEqual(kinds(2));
  });
});

describe('the Lex server with faults', () => {
  const docs = Array.from({ length: 300 }, (_, i) => JSON.stringify({ lexId: `m${1000 + i}`, text: 'x'.repeat(100) }));

  async function open(faults: string, attempts: number) {
    const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'mac.ndjson'), `${docs.join('\n')}\n`);
    const lex = await startLexServer({ folder, port: 0, faults: parseFaults(faults) });
    onTestFinished(() => lex.close());
    const source = openHttpLexSource({ baseUrl: lex.url, sleep: async () => {}, retry: { attempts } });
    onTestFinished(() => source.close());
    return source;
  }

  /** What each of 60 questions came to: how many rows, or which error. */
  async function outcomes(faults: string): Promise<(number | string)[]> {
    const source = await open(faults, 1);
    const seen: (number | string)[] = [];
    for (let page = 0; page < 60; page += 1) {
      try {
        const { rows } = await source.readRows('mac', page, 100);
        seen.push((await Array.fromAsync(rows)).flat().length);
      } catch (error) {
        seen.push((error as { code: string }).code);
      }
    }
    return seen;
  }

  it('fails the same requests in the same way for the same seed', async () => {
    const spec = '503=0.15,500=0.1,cut=0.15,short=0.15,empty=0.1,slow=0.05,slow_ms=1';
    const [one, again, other] = await Promise.all([5, 5, 6].map((seed) => outcomes(`${spec},seed=${seed}`)));
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    for (const code of ['LEX_BUSY', 'LEX_BODY_CUT', 'LEX_UNREACHABLE', 'LEX_PAGE_SHORT', 100])
      expect(one).toContain(code);
  });

  it.each([
    ['503=1', 'LEX_BUSY'],
    ['429=1', 'LEX_BUSY'],
    ['500=1', 'LEX_UNREACHABLE'],
    ['cut=1', 'LEX_BODY_CUT'],
    ['reset=1', 'LEX_UNREACHABLE'],
    ['empty=1', 'LEX_PAGE_SHORT'],
  ])('%s makes every page a %s', async (faults, code) => {
    const source = await open(faults, 1);
    const page = source.readRows('mac', 0, 300).then(({ rows }) => Array.fromAsync(rows));
    await expect(page).rejects.toMatchObject({ name: 'TransientError', code });
  });

  it('loses and doubles no document for a reader who asks again', async () => {
    const source = await open(
      '503=0.1,429=0.05,500=0.05,cut=0.1,reset=0.1,short=0.2,empty=0.05,slow=0.02,slow_ms=1,seed=3',
      20,
    );
    const rows: string[] = [];
    while (rows.length < (await source.countDocuments('mac'))) {
      const page = source.readRows('mac', rows.length, 40).then((answer) => Array.fromAsync(answer.rows));
      rows.push(...(await page.catch(() => [])).flat().map(String));
    }
    expect(rows).toEqual(docs);
  });
});
