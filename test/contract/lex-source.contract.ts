import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LexSource } from '../../src/lex/lex-source.ts';
import { documentTexts } from '../fixtures/lex-documents.ts';

/** A source under test over files that the test writes. */
export interface OpenedLex {
  readonly source: LexSource;
  /** Puts `{namespace}.ndjson` in place, in one step. */
  readonly write: (namespace: string, bytes: string | Buffer) => Promise<void>;
}

export interface LexSourceTraits {
  /** JSON arrays carry JSON alone: a line that is none makes the whole answer unreadable. */
  readonly carriesAnyBytes: boolean;
}

/** Each driver's test file calls this once; `open` gives a source over an empty folder, and cleans up by itself. */
export function lexSourceContract(
  driver: string,
  { carriesAnyBytes }: LexSourceTraits,
  open: () => Promise<OpenedLex>,
): void {
  describe(`LexSource contract: ${driver}`, () => {
    it('counts documents, blank lines not', async () => {
      const { source, write } = await open();
      await write('mac', '\n{"lexId":"a"}\n\r\n  \t\n{"lexId":"b"}\r\n');
      await write('empty', '');

      expect(await source.countDocuments('mac')).toBe(2);
      expect(await source.countDocuments('empty')).toBe(0);
    });

    it('gives any listing page by page, byte by byte', async () => {
      const { source, write } = await open();
      await fc.assert(
        fc.asyncProperty(
          documentTexts(),
          fc.integer({ min: 1, max: 90 }),
          fc.constantFrom('\n', '\r\n'),
          async (docs, limit, end) => {
            await write('mac', docs.map((text) => text + end).join(''));
            const rows: string[] = [];
            for (let offset = 0; offset <= docs.length; offset += limit) {
              rows.push(...(await readPage(source, 'mac', offset, limit)));
            }
            expect(rows).toEqual(docs);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('gives exactly the rows asked for, wherever the page begins', async () => {
      const { source, write } = await open();
      const docs = Array.from({ length: 200 }, (_, i) => JSON.stringify({ lexId: `id-${1000 + i}` }));
      await write('mac', `${docs.join('\n')}\n`);
      for (const [offset, limit] of [
        [0, 1],
        [63, 1],
        [63, 2],
        [64, 64],
        [1, 130],
        [127, 3],
        [190, 50],
        [199, 1],
      ] as const) {
        expect(await readPage(source, 'mac', offset, limit)).toEqual(docs.slice(offset, offset + limit));
      }
    });

    it('gives no row past the end, and names the total', async () => {
      const { source, write } = await open();
      await write('mac', '{"lexId":"a"}\n');
      for (const offset of [1, 2, 1_000_000]) {
        const { totalDocs, rows } = await source.readRows('mac', offset, 10);
        expect(totalDocs).toBe(1);
        expect(await Array.fromAsync(rows)).toEqual([]);
      }
    });

    it('takes off a byte order mark at the very beginning, and nowhere else', async () => {
      const { source, write } = await open();
      await write('mac', '\uFEFF{"lexId":"a"}\n{"lexId":"\uFEFFb"}\n');
      expect(await readPage(source, 'mac', 0, 5)).toEqual(['{"lexId":"a"}', '{"lexId":"\uFEFFb"}']);
      await write('mac', '\uFEFF');
      expect(await readPage(source, 'mac', 0, 5)).toEqual([]);
    });

    it.runIf(carriesAnyBytes)(
      'hands out lines that are no JSON and no UTF-8 as they are (JSON arrays cannot)',
      async () => {
        const { source, write } = await open();
        const lines = [
          Buffer.from('{"lexId":"a"'),
          Buffer.from([0xff, 0xfe, 0x00, 0x22]),
          Buffer.from('{"lexId":"\\ud800"}'),
          Buffer.from(']'),
        ];
        await write('mac', Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
        const rows = (await Array.fromAsync((await source.readRows('mac', 0, 10)).rows)).flat();
        expect(rows).toEqual(lines);
      },
    );

    it('keeps invalid UTF-8 inside a document as it is', async () => {
      const { source, write } = await open();
      const line = Buffer.concat([Buffer.from('{"lexId":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]);
      await write('mac', Buffer.concat([line, Buffer.from('\n')]));
      expect((await Array.fromAsync((await source.readRows('mac', 0, 10)).rows)).flat()).toEqual([line]);
    });

    it('hands out a document of 10 MB among small ones', async () => {
      const { source, write } = await open();
      const docs = ['{"lexId":"a"}', JSON.stringify({ lexId: 'b', text: '"\\{['.repeat(1_500_000) }), '{"lexId":"c"}'];
      await write('mac', `${docs.join('\n')}\n`);
      const rows = await readPage(source, 'mac', 0, 3);
      expect(rows.map((row) => row.length)).toEqual(docs.map((text) => text.length));
      expect(rows[1] === docs[1]).toBe(true);
    });

    it('calls a last line without line feed a cut body, and gives the pages before it', async () => {
      const { source, write } = await open();
      await write('mac', '{"lexId":"a"}\n{"lexId":"b"}\n{"lexId":"c');
      expect(await readPage(source, 'mac', 0, 2)).toHaveLength(2);
      await expect(readPage(source, 'mac', 1, 2)).rejects.toMatchObject({
        name: 'TransientError',
        code: 'LEX_BODY_CUT',
      });
    });

    it.each(['nowhere', '..', '.', '', 'a/b', '../mac', '.hidden', '__proto__', 'x'.repeat(300)])(
      'says that it knows no namespace %j',
      async (namespace) => {
        const { source, write } = await open();
        await write('mac', '{"lexId":"a"}\n');
        const unknown = { name: 'PermanentError', code: 'LEX_NAMESPACE_UNKNOWN' };
        await expect(source.countDocuments(namespace)).rejects.toMatchObject(unknown);
        await expect(source.readRows(namespace, 0, 10)).rejects.toMatchObject(unknown);
      },
    );

    it('finds every document by its id, and tells which are not there', async () => {
      const { source, write } = await open();
      const ids = [
        '"q"',
        '%2F',
        '/',
        '?',
        'Ä',
        'é',
        '\uE000',
        '😀',
        ...Array.from({ length: 150 }, (_, i) => `k${1000 + i}`),
      ];
      ids.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const docs = new Map(ids.map((lexId) => [lexId, JSON.stringify({ lexId, nested: { lexId: 'other' } })]));
      await write('mac', `${[...docs.values()].join('\n')}\n`);

      for (const id of ids) expect((await source.getDocument('mac', id))?.toString()).toBe(docs.get(id));
      for (const id of ['!', 'k', 'k1000x', 'other', 'zz', '\u{10FFFF}'])
        expect(await source.getDocument('mac', id)).toBeNull();
    });

    it('has no get-by-id where the ids do not ascend, or no id field is known', async () => {
      const { source, write } = await open();
      await write('mac', '{"lexId":"b"}\n{"lexId":"a"}\n');
      await write('other', '{"lexId":"a"}\n');
      expect(await source.getDocument('mac', 'a')).toBeUndefined();
      expect(await source.getDocument('other', 'a')).toBeUndefined();
      expect(await source.getDocument('pwm', '\ud800')).toBeUndefined();
    });

    it('sees a file that was replaced between two questions', async () => {
      const { source, write } = await open();
      await write('mac', '{"lexId":"a"}\n');
      expect(await source.countDocuments('mac')).toBe(1);
      await write('mac', '{"lexId":"b"}\n{"lexId":"c"}\n');
      expect(await source.countDocuments('mac')).toBe(2);
      expect(await readPage(source, 'mac', 0, 5)).toEqual(['{"lexId":"b"}', '{"lexId":"c"}']);
    });

    it('can be stopped in the middle of an answer, and asked again', async () => {
      const { source, write } = await open();
      await write('mac', `{"lexId":"${'x'.repeat(1000)}"}\n`.repeat(10_000));
      for await (const rows of (await source.readRows('mac', 0, 10_000)).rows) {
        expect(rows.length).toBeGreaterThan(0);
        break;
      }
      expect(await readPage(source, 'mac', 9_999, 2)).toHaveLength(1);
    });

    it('stops with the reason of the signal', async () => {
      const { source, write } = await open();
      await write('mac', `{"lexId":"${'x'.repeat(1000)}"}\n`.repeat(10_000));
      const reason = new Error('enough');
      await expect(source.countDocuments('mac', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await expect(source.readRows('mac', 0, 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

      const controller = new AbortController();
      const { rows } = await source.readRows('mac', 0, 10_000, { signal: controller.signal });
      controller.abort(reason);
      await expect(Array.fromAsync(rows)).rejects.toBe(reason);
    });

    it('ends a row that is too long with its position', async () => {
      const { source, write } = await open();
      const long = `{"lexId":"c","text":"${'x'.repeat(33 * 1024 * 1024)}"}`;
      await write('mac', `{"lexId":"a"}\n{"lexId":"b"}\n${long}\n`);
      const tooLong = { name: 'PermanentError', code: 'LEX_ANSWER_INVALID', details: { position: 2 } };
      await expect(readPage(source, 'mac', 1, 5)).rejects.toMatchObject(tooLong);
    });
  });
}

async function readPage(source: LexSource, namespace: string, offset: number, limit: number): Promise<string[]> {
  const blocks = await Array.fromAsync((await source.readRows(namespace, offset, limit)).rows);
  return blocks.flat().map((row) => row.toString());
}
