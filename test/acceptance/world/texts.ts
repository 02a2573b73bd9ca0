/** Messy texts that lex.md allows: what the flat file cannot carry, what must be cut, what counts by code points. */
import type { Random } from './random.ts';

const TITLES = [
  'ISDA Master Agreement 2002',
  'ISDA Master 1992',
  'Master Netting Agreement',
  'Guarantee Agreement',
  'Credit Support Annex to the Schedule to the ISDA Master Agreement',
  'Straßen-Vertrag „Groß“',
  'Ｍａｓｔｅｒ agreement',
  'Cafe\u0301 Agreement',
  'Tilde ~ Agreement ~',
  'Two  blanks\tand a tab',
  'Line\r\nbreak\nAgreement',
  '  Blanks around  ',
  'اتفاقية رئيسية',
  '主契約書',
  '👩‍⚖️ Agreement of the court',
  `${'x'.repeat(49)} y tail`,
  `${'😀'.repeat(50)}`,
  `${'😀'.repeat(51)}`,
  `${'é'.repeat(49)}e\u0301`,
  'NUL\u0000 and \u0085 and \u007f',
  '"Quoted", with comma',
  "=cmd|' /C calc'!A0",
  '<script>alert(1)</script>',
  '\\n is not a line end',
  'null',
  'N/A',
  `${'a'.repeat(48)}  b c`,
];
const CONTACTS = [
  'Legal Department',
  'Müller & Söhne, z. Hd. „Recht“',
  'Treasurer ~ Desk 4',
  'A\tB\r\nC',
  'José',
  'Jose\u0301',
  '"Quoted, name"',
  '法務部',
  '😀😀',
  '+1 (617) 555-0100',
  'a~b@example.com',
  'x;y|z',
  '  padded  ',
  'two  blanks stay',
  '-',
  '0',
];

export function makeTitle(random: Random): string {
  return random.pick(TITLES);
}

/** @param characters the field's limit; now and then exactly that many code points */
export function makeContact(random: Random, characters: number): string | null {
  if (random.chance(0.15)) return null;
  if (random.chance(0.1)) return random.pick(['a', '😀', 'ü']).repeat(characters);
  return random.pick(CONTACTS);
}

/** A day from 1931 to 2030, leap days among them. */
export function makeDay(random: Random): string {
  if (random.chance(0.1))
    return random.pick(['2000-02-29', '1996-02-29', '1969-12-31', '1970-01-01', '2024-02-29', '1931-01-01']);
  const at = Date.UTC(random.int(1931, 2030), random.int(0, 11), random.int(1, 28));
  return new Date(at).toISOString().slice(0, 10);
}

/** Fields that no shape knows: kept and ignored. */
export function makeUnknownFields(random: Random): Record<string, unknown> {
  const choices: readonly (() => readonly [string, unknown])[] = [
    () => ['x_unknown', { deep: [[[{ a: [null, true, 1.5e-7, 1e21, -4] }]]] }],
    () => ['__proto__', { polluted: true }],
    () => ['constructor', 'none'],
    () => ['comment', 'line separator \u2028 and \u2029, BOM \ufeff, "id": "no-id", \\'],
    () => ['lexId_', 'mac-9999999999'],
    () => ['pad', 'ß'.repeat(random.int(1, 400))],
    () => ['long number', Number('12345678901234567890')],
    () => ['', 'empty key'],
    () => ['\u0000\ud83d\ude00', 'odd key'],
  ];
  const count = random.chance(0.5) ? 0 : random.int(1, 3);
  return Object.fromEntries(Array.from({ length: count }, () => random.pick(choices)()));
}
