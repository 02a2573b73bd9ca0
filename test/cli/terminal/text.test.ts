import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressBar } from '../../../src/cli/terminal/bar.ts';
import {
  count,
  duration,
  exactPercent,
  percent,
  plural,
  sharesApart,
  utcTime,
} from '../../../src/cli/terminal/figures.ts';
import { cutToWidth, displayWidth, harmless, harmlessJson } from '../../../src/cli/terminal/harmless.ts';
import { wrap } from '../../../src/cli/terminal/wrap.ts';

describe('harmless', () => {
  it('shows escape sequences, line ends and turned writing as what they are', () => {
    expect(harmless('a\x1b[2Jb\nc\u202Ed\u009b')).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{9b}');
  });

  it.each([
    'Müller & Söhne “GmbH”, 株式会社, €5',
    'मास्टर समझौता, ข้อตกลงหลัก, Thỏa thuận',
    'הֶסְכֵּם, اِتِّفَاقِيَّة',
    'e\u0301 ❤\ufe0f 🇨🇭',
  ])('leaves ordinary text of any language alone: %s', (text) => {
    expect(harmless(text)).toBe(text);
  });

  it('shows a mark without a letter, and a heap of them on one, as what they are', () => {
    expect(harmless('\u0301a')).toBe('\\u{301}a');
    expect(harmless(`Z${'\u0335'.repeat(6)}!`)).toBe(`Z${'\u0335'.repeat(4)}\\u{335}\\u{335}!`);
  });
});

const anyCharacter = fc
  .oneof(fc.integer({ min: 0, max: 0x2fff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

describe('harmlessJson', () => {
  it('holds nothing that a terminal obeys, and says the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 50 }), (text) => {
        const json = harmlessJson({ text });

        expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|\p{M}{5}/u);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
    const heap = { text: `Z${'\u0335'.repeat(90)}` };
    expect(harmlessJson(heap).split('\u0335')).toHaveLength(5);
    expect(JSON.parse(harmlessJson(heap))).toEqual(heap);
    const tags = { text: 'x\u009b31m \u202e \u2028 \u{e0041} \x7f' };
    expect(harmlessJson(tags)).toBe('{"text":"x\\u009b31m \\u202e \\u2028 \\udb40\\udc41 \\u007f"}');
  });
});

describe('sharesApart', () => {
  it('shows a share below its bound as below it, however near it is', () => {
    expect(sharesApart(0.8491, 0.8497)).toEqual(['84.91 %', '84.97 %']);
    expect(sharesApart(0.899, 0.85)).toEqual(['89.9 %', '85 %']);
    expect(sharesApart(1, 1)).toEqual(['100 %', '100 %']);
    expect(sharesApart(0.94999999, 0.95)).toEqual(['94.9 %', '95 %']);
  });
});

describe('wrap', () => {
  it('gives the first line the room that it has, and never breaks what has to be copied', () => {
    const path = `/srv/${'folder/'.repeat(8)}file`;
    const isWhole = (word: string) => word.includes('/');

    expect(wrap('one two three', 12, '✘ [CODE] ', '  ')).toEqual(['✘ [CODE] one', '  two three']);
    expect(wrap(`see ${path} now`, 30, '', '  ', isWhole)).toEqual(['see', `  ${path}`, '  now']);
  });

  it('keeps every line within the width and loses no character but blanks', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 20, max: 80 }), (raw, width) => {
        const text = harmless(raw);

        const lines = wrap(text, width, '! ', '    ');

        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        const kept = lines.map((line, i) => (i === 0 ? line.slice(1) : line)).join('');
        expect(kept.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });
});

describe('cutToWidth', () => {
  it('marks what was cut, and never splits a wide character', () => {
    expect(cutToWidth('界面界面', 5)).toBe('界面…');
    expect(cutToWidth('short', 5)).toBe('short');
  });
});

describe('figures', () => {
  it('never rounds a share up to all, nor up to its threshold', () => {
    expect(percent(1)).toBe('100 %');
    expect(percent(0.99999)).toBe('99.9 %');
    expect(percent(0.8999)).toBe('89.9 %');
    expect(exactPercent(0.9995)).toBe('99.95 %');
  });

  it('separates thousands and says one document, two documents', () => {
    expect(count(3_921_440)).toBe('3,921,440');
    expect(plural(1, 'document')).toBe('1 document');
    expect(plural(0, 'document')).toBe('0 documents');
  });

  it.each([
    [400, '0.4s'],
    [9_960, '10s'],
    [59_600, '1m00s'],
    [581_000, '9m41s'],
    [3_599_600, '1h00m'],
    [7_500_000, '2h05m'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('prints the zone with every time', () => {
    expect(utcTime('2021-10-20T06:02:11.123Z')).toBe('2021-10-20 06:02:11 UTC');
  });

  it('fills a bar only when all is done', () => {
    expect(progressBar(999, 1000, 10)).toBe('█████████░');
    expect(progressBar(0, 0, 10)).toBe('██████████');
    expect(progressBar(5, null, 10)).toBe('░░░░░░░░░░');
  });
});
