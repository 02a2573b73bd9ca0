/** The look-up files: what the bank knows of the parties and laws of both days. */
import { compareBytes } from '../../src/agreements/byte-order.ts';
import { entityKey } from '../../src/agreements/look-up-key.ts';
import { mendedAgreements } from './days.ts';
import { houseIdentifier, plainName } from './house-identifier.ts';
import type { SampleSource } from './source.ts';
import { partiesOf } from './split.ts';

/** CO.4 and CP.4 hold at most 200 characters. */
const MAX_NAME_CHARACTERS = 200;

interface Party {
  readonly identifier: string;
  /** The name where it first occurs. */
  readonly name: string;
  isRecordsEntity: boolean;
  isCounterparty: boolean;
}

/** File name to CSV text (RFC 4180 but for line ends, which are line feeds). */
export function lookUpFiles(source: SampleSource): Readonly<Record<string, string>> {
  const { parties, aliases } = collectParties(source);
  const ascending = [...parties.values()].sort((a, b) => compareBytes(a.identifier, b.identifier));
  const row = ({ identifier, name }: Party): string[] => [identifier, 'N', cutName(name)];
  return {
    'co.csv': csv(['CO.2', 'CO.3', 'CO.4'], ascending.filter((party) => party.isRecordsEntity).map(row)),
    'cp.csv': csv(['CP.2', 'CP.3', 'CP.4'], ascending.filter((party) => party.isCounterparty).map(row)),
    'aliases.csv': csv(
      ['alias', 'entity_id'],
      [...aliases].sort(([a], [b]) => compareBytes(a, b)).map(([, row]) => row),
    ),
    'laws.csv': csv(['law_key', 'display_name'], lawRows(source)),
  };
}

/** Parties by identifier, and the alias file's rows by look-up key: every name, and misspelled identifiers. */
function collectParties(source: SampleSource): {
  readonly parties: ReadonlyMap<string, Party>;
  readonly aliases: ReadonlyMap<string, readonly [string, string]>;
} {
  const { reading } = source;
  const rightNames = new Map(Object.entries(reading.known_misspellings).map(([was, is]) => [entityKey(was), is]));
  const unknown = new Set(reading.unknown_to_the_bank.map(entityKey));
  const parties = new Map<string, Party>();
  const aliases = new Map<string, readonly [string, string]>();
  for (const agreement of [...source.agreements, ...mendedAgreements(source)]) {
    for (const [index, text] of partiesOf(agreement, reading).entries()) {
      const typed = houseIdentifier(text);
      if (typed === null || reading.names_nobody.includes(text) || unknown.has(entityKey(text))) continue;
      const name = rightNames.get(entityKey(text)) ?? plainName(text);
      const identifier = houseIdentifier(name) ?? typed;
      if (identifier !== typed) aliases.set(entityKey(typed), [typed, identifier]);
      if (!aliases.has(entityKey(text))) aliases.set(entityKey(text), [plainName(text), identifier]);
      const party = parties.get(identifier) ?? { identifier, name, isRecordsEntity: false, isCounterparty: false };
      if (index === 0) party.isRecordsEntity = true;
      else party.isCounterparty = true;
      parties.set(identifier, party);
    }
  }
  return { parties, aliases };
}

/** Every known text, and every code that stands for one. */
function lawRows({ laws }: SampleSource): readonly (readonly string[])[] {
  return [
    ...laws.map(({ text, display }) => [text, display]),
    ...laws.flatMap(({ code, display }) => (code === null ? [] : [[code, display]])),
  ].sort(([a = ''], [b = '']) => compareBytes(a, b));
}

function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function cutName(name: string): string {
  return [...name].slice(0, MAX_NAME_CHARACTERS).join('').trimEnd();
}
