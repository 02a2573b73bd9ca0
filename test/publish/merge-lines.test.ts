import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineSource, MergedLines } from '../../src/publish/merge-lines.ts';

const order = { parse: (line: string) => JSON.parse(line) as number, compare: (a: number, b: number) => a - b };

/** In blocks that end anywhere. */
function source(name: string, lines: readonly string[], blockBytes: number): LineSource {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const starts = Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, i) => i * blockBytes);
  return { name, blocks: starts.map((start) => bytes.subarray(start, start + blockBytes)) };
}

async function drain(merged: MergedLines<number>): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let { head } = merged; head !== null; head = merged.head) {
    lines.push(head.line);
    await merged.advance();
  }
  return lines;
}

describe('merging sorted files', () => {
  it('gives every line once, in order, whatever the files and blocks', async () => {
    const files = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 9 }), async (numbers, blockBytes) => {
        const sources = numbers.map((some, i) =>
          source(`file ${i}`, some.toSorted(order.compare).map(String), blockBytes),
        );
        const expected = numbers.flat().sort(order.compare).map(String);
        expect(await drain(await MergedLines.open(sources, order))).toEqual(expected);
      }),
    );
  });

  it('leaves out first lines that are no part of the order', async () => {
    const sources = [{ ...source('run', ['99', '1', '3'], 2), skip: 1 }, source('other', ['2'], 2)];
    expect(await drain(await MergedLines.open(sources, order))).toEqual(['1', '2', '3']);
  });

  it('names file and line of what cannot be parsed', async () => {
    const merged = await MergedLines.open([source('good', ['1', '5'], 9), source('bad', ['2', '3', '{'], 9)], order);
    await expect(drain(merged)).rejects.toThrow('`bad` cannot be parsed in line 3');
  });

  it.each([
    ['first', ['{', '9']],
    ['later', ['2', '{', '9']],
  ])('lets go of every file once closed, that with a %s line that cannot be parsed among them', async (_, lines) => {
    const open = new Set<string>();
    const watched = ({ name, blocks }: LineSource): LineSource => ({
      name,
      blocks: (async function* () {
        open.add(name);
        try {
          yield* blocks;
        } finally {
          open.delete(name);
        }
      })(),
    });
    const sources = [source('good', ['1', '5'], 2), source('bad', lines, 2)].map(watched);
    const merging = (async () => {
      const merged = await MergedLines.open(sources, order);
      await drain(merged).finally(() => merged.close());
    })();
    await expect(merging).rejects.toThrow('`bad` cannot be parsed');
    expect([...open]).toEqual([]);
  });
});
