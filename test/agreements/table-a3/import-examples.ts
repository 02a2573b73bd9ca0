/** For every rule of the master tables: a file that breaks it in a line, and one that comes near and keeps it. */
import type { EntityRole } from '../../../src/agreements/look-up-items.ts';

export interface ImportExample {
  readonly rule: string;
  readonly role: EntityRole;
  readonly breaks: string;
  readonly keeps: string;
}

const file = (field: string, cell: string) =>
  field.endsWith('.2') ? `${field}\n${cell}\n` : `${idOf(field)},${field}\nA,${cell}\n`;
const idOf = (field: string) => `${field.slice(0, 2)}.2`;

function cell(rule: string, breaks: string, keeps: string): ImportExample {
  const field = rule.slice(0, rule.indexOf('-'));
  return { rule, role: field.startsWith('CO') ? 'CO' : 'CP', breaks: file(field, breaks), keeps: file(field, keeps) };
}

const tooLong = (field: string, max: number) => cell(`${field}-too-long`, 'é'.repeat(max + 1), 'é'.repeat(max));
const flag = (field: string) => cell(`${field}-flag`, 'yes', ' N ');

function identifier(role: EntityRole): readonly ImportExample[] {
  const id = `${role}.2`;
  return [
    { rule: `${id}-absent`, role, breaks: `${id},${role}.4\n,A\n`, keeps: `${id},${role}.4\nA,\n` },
    cell(`${id}-characters`, 'A~B', '\tA '),
    tooLong(id, 50),
    { rule: `${id}-repeated`, role, breaks: `${id},${role}.4\nA,x\na,y\n`, keeps: `${id},${role}.4\nA,x\nA,x\n` },
    { rule: `${id}-alias`, role, breaks: `${id}\nAn Alias\n`, keeps: `${id}\nAnother\n` },
  ];
}

/** The Entity table has `An Alias` as the alias of `B`. */
export const IMPORT_EXAMPLES: readonly ImportExample[] = [
  ...identifier('CO'),
  flag('CO.3'),
  tooLong('CO.4', 200),
  tooLong('CO.5', 50),
  flag('CO.6'),
  tooLong('CO.7', 200),
  cell('CO.8-number', '100 %', '100.00'),
  tooLong('CO.9', 50),
  tooLong('CO.10', 50),
  tooLong('CO.11', 50),
  cell('CO.12-status', 'XYZ', 'REN'),
  ...identifier('CP'),
  flag('CP.3'),
  tooLong('CP.4', 200),
  tooLong('CP.5', 50),
  tooLong('CP.6', 50),
  tooLong('CP.7', 50),
  flag('CP.8'),
  tooLong('CP.9', 200),
  tooLong('CP.10', 50),
  flag('CP.11'),
  tooLong('CP.12', 100),
  { rule: 'IMPORT-columns', role: 'CO', breaks: 'CO.2,CO.4\nA\n', keeps: 'CO.2,CO.4\nA,\n' },
  { rule: 'IMPORT-tilde', role: 'CO', breaks: 'CO.2,CO.4\nA,B~C\n', keeps: 'CO.2~CO.4\nA~B-C\n' },
  { rule: 'IMPORT-quote', role: 'CO', breaks: 'CO.2,CO.4\nA,John "J" Doe\n', keeps: 'CO.2,CO.4\nA,"John ""J"" Doe"\n' },
];
