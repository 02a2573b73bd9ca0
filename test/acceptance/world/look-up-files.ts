/** Look-up data as files that a bank would hand over (lex.md section 5). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENTITY_WITH_WRONG_DIGITS, type Parties } from './parties.ts';
import type { Random } from './random.ts';

/** Arguments of `lexdelta`, in the order in which they are to be run. */
export type Import = readonly string[];

export async function writeLookUpFiles(folder: string, parties: Parties, random: Random): Promise<Import[]> {
  await mkdir(folder, { recursive: true });
  const write = async (name: string, rows: readonly (readonly string[])[], separator: ',' | '~'): Promise<string> => {
    const path = join(folder, name);
    const end = random.pick(['\n', '\r\n']);
    const cell = (text: string): string =>
      separator === ',' && /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    await writeFile(path, rows.map((row) => row.map(cell).join(separator) + end).join(''));
    return path;
  };
  const separator = (): ',' | '~' => random.pick([',', '~']);
  const { co, cp, aliases, laws } = parties.lookUps;
  const nameOf = (id: string): string => `Legal name of ${parties.namesOf.get(id)?.[0] ?? id}`.replace(/["“”]/g, '');
  const isLei = (id: string): string => (/^[A-Z0-9]{20}$/.test(id) ? 'Y' : 'N');
  const coHeader = random.pick([
    ['CO.2', 'CO.3', 'CO.4', 'CO.10'],
    ['Entity identifier', 'Has LEI been used for entity identifier?', 'Legal name of entity', 'Domicile'],
  ]);
  const cpHeader = random.pick([
    ['CP.2', 'CP.3', 'CP.4', 'CP.5'],
    [
      'Counterparty identifier',
      'Has LEI been used for counterparty identifier?',
      'Legal name of counterparty',
      'Domicile',
    ],
  ]);
  const masterRow = (id: string): string[] => [id, isLei(id), nameOf(id), random.pick(['', 'New York, New York'])];
  const entityRows = (header: readonly string[], ids: readonly string[]): string[][] => [
    [...header, 'Remark'],
    ...ids.map((id) => [...masterRow(id), 'ignored']),
  ];
  const plain = aliases.filter(([alias, id]) => !/[",~]/.test(alias) && id !== ENTITY_WITH_WRONG_DIGITS);
  const quoted = aliases.filter(([alias, id]) => /[",~]/.test(alias) && id !== ENTITY_WITH_WRONG_DIGITS);
  const odd = aliases.filter(([, id]) => id === ENTITY_WITH_WRONG_DIGITS);
  const coFile = await write('co.csv', entityRows(coHeader, co), separator());
  const cpFile = await write(
    'cp.csv',
    entityRows(
      cpHeader,
      cp.filter((id) => id !== ENTITY_WITH_WRONG_DIGITS),
    ),
    separator(),
  );
  const aliasFile = await write('aliases.csv', [['alias', 'entity_id'], ...plain], separator());
  const quotedFile = await write('quoted-aliases.csv', [['alias', 'entity_id'], ...quoted], ',');
  const oddCp = await write('odd-cp.csv', [['CP.2'], [ENTITY_WITH_WRONG_DIGITS]], ',');
  const oddAliases = await write('odd-aliases.csv', [['alias', 'entity_id'], ...odd], ',');
  const lawFile = await write('laws.csv', [['law_key', 'display_name'], ...laws], separator());
  const imports = random.chance(0.5)
    ? [['--co', coFile, '--cp', cpFile, '--aliases', aliasFile]]
    : [
        ['--co', coFile],
        ['--cp', cpFile],
        ['--aliases', aliasFile],
      ];
  return [
    ...[...imports, ['--aliases', quotedFile], ['--cp', oddCp, '--aliases', oddAliases, '--allow-rejects']].map(
      (one) => ['entities', 'import', ...one],
    ),
    ['laws', 'import', lawFile],
  ];
}
