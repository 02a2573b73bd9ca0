import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchLines } from '../../../src/publish/history/search-lines.ts';
import type { PublishedFile } from '../../../src/publish/published.ts';

interface Line {
  readonly id: string;
  readonly text: string;
}

/** @param more bytes that stand behind what was published */
function published(lines: readonly Line[], blockBytes: number, more = Buffer.alloc(0)) {
  const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const body = gzipSync(content);
  const sha = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
  const sizes = { bytes: body.length, sha256: sha(body), lines: lines.length, content_sha256: sha(content) };
  const file: PublishedFile = { path: 'table/shard-00000.ndjson.gz', ...sizes };
  const read: number[] = [];
  const stored = Buffer.concat([body, more]);
  const open = async () =>
    (async function* () {
      for (let at = 0; at < stored.length; at += blockBytes) {
        read.push(at);
        yield stored.subarray(at, at + blockBytes);
      }
    })();
  return { file, a3: { open }, read };
}

const search = (id: string) => ({
  texts: [`"id":${JSON.stringify(id)}`],
  isMeant: (line: Line) => line.id === id,
  keep: (line: Line) => line,
});

describe('searching a published file', () => {
  it('finds every line that is meant, wherever blocks end, and none that only quotes it', async () => {
    const id = fc.oneof(fc.constantFrom('a', 'ab', '"id":"a"', 'ä\n'), fc.string({ maxLength: 3 }));
    const line = fc.record({
      id,
      text: fc.oneof(fc.constant('{"id":"a"}'), fc.string(), fc.constant('x'.repeat(70_000))),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        id,
        fc.integer({ min: 1, max: 500 }),
        async (lines, asked, size) => {
          const { file, a3 } = published(lines, size);

          const found = await searchLines(a3, 'day', file, search(asked));

          expect(found).toEqual(lines.filter((one) => one.id === asked));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes no further than the lines can be, and checks the bytes behind them all the same', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => ({ id: String(i).padStart(6, '0'), text: `${i * 7919}` }));
    const { file, a3, read } = published(lines, 1024);
    const parsed: string[] = [];
    const isPast = ({ id }: Line) => parsed.push(id) > 0 && id > '000005';

    const found = await searchLines(a3, 'day', file, { ...search('000005'), isPast });
    const damaged = searchLines(a3, 'day', { ...file, sha256: '0'.repeat(64) }, { ...search('000005'), isPast });

    expect(found).toEqual([lines[5]]);
    expect(parsed).toHaveLength(1);
    expect(read.at(-1)).toBeGreaterThan(file.bytes - 1025);
    await expect(damaged).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('takes nothing from a file that is longer than it was published', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => ({ id: String(i), text: `${i * 7919}` }));
    for (const [more, blockBytes] of [
      [Buffer.from('x'), 100],
      [Buffer.alloc(70_000), 100],
      [Buffer.alloc(70_000), 1_000_000],
      [gzipSync('{"id":"7"}\n'), 100],
    ] as const) {
      const { file, a3 } = published(lines, blockBytes, more);
      await expect(searchLines(a3, 'day', file, search('7'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    }
  });
});
