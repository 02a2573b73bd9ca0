/** Entities, names and laws of a made-up bank, and the many ways in which documents write them. */
import { completeLei } from '../model/lei.ts';
import type { LookUpData } from '../model/look-ups.ts';
import type { Random } from './random.ts';

/** Real LEIs (table-a3.md section 8.1). */
const RECORDS_ENTITIES = ['KD3XUN7C6T14HNAYLU02', 'FOR8UP27PHTHYVLBNG30'];
const BOTH = ['784F5XWPLTWKTBV3E584', '549300SZJ9VS8SGXAN81'];
const REAL_COUNTERPARTIES = [
  'BFM8T61CT2L1QCEMIK50',
  'BFXS5XCH7N0Y05NIXW11',
  '9DJT3UXIJIZJI4WXO774',
  'G5GSEF7VJP5I7OUK5573',
  'R0MUWSFPU8MPRO8K5P83',
  'E57ODZWZ7FF32TWEFA76',
  '851WYGNLUQLFZBSYGB56',
  '7LTWFZYICNSX8D621K86',
  '3TK20IVIUJ8J3ZU0QE75',
  '8I5DZWZKVSZI1NUHU748',
  '7H6GLXDRUGQFU57RNE97',
  'IGJSJL3JD5P30I6NJZ34',
  'O2RNE8IBXP4R0TD8PU41',
  'PBLD0EJDB5FWOLXP3B76',
];
const HOUSE = [
  'C-1',
  'C-2',
  'C-17',
  'Häuser 4',
  'STRASSE-9',
  'cust/0042',
  'HOUSE 00 17',
  'ΣΑΣ-1',
  '客戶-8',
  '00000000000000000001X',
];
/** In the CO table alone: as a counterparty "found in CO, not in CP". */
const CO_ONLY = ['CO-HOUSE-1', '6X064LF7Y6B4DKF2GZ26'];
/** Has the form of an LEI and wrong check digits; reached through an alias only. */
export const ENTITY_WITH_WRONG_DIGITS = '7H6GLXDRUGQFU57RNE79';
export const ALIAS_OF_WRONG_DIGITS = 'Wrong Digits Holdings';

const NAMES = [
  'Birch First Global Investments Inc.',
  'Große Straße Handels GmbH',
  'Société Générale S.A.',
  'O’Neill & Söhne',
  'ABN AMRO Securities (USA) LLC',
  'ABN AMRO Securities LLC',
  'Mount Kowledge Holdings',
  'Nordic–Baltic “Blue” Fund',
  'ΟΔΟΣ Holdings',
  'Ｆｕｌｌｗｉｄｔｈ Trading Co',
  'Ünïted Fisheries',
  'J.P. Example & Co., L.P',
  'Weißbier & Fußball AG',
  'Yield Trust 2006-6',
  'Ромашка ООО',
  '株式会社サンプル',
  'A',
  'Alpha (the Fund) Ltd',
  'Efficient ﬁnance plc',
  "d'Artagnan Frères",
];

/** Texts as they occur in documents, and codes, with names that no built-in list can have. */
const LAWS: readonly (readonly [string, string])[] = [
  ['New York', 'New York'],
  ['State of New-York', 'New York'],
  ['Nevada', 'Nevada'],
  ['ENG', 'England & Wales (own name)'],
  ['GB-ENG', 'England & Wales (own name)'],
  ['US-NY', 'New York'],
  ['US-DE', 'Delaware (own name)'],
  ['Straßenrecht', 'Street law'],
  ['DE', 'Bundesrepublik D'],
  ['“Old” law', 'Old, quoted law'],
];
export const UNKNOWN_LAWS = [
  'Xyzzyland',
  'the laws of Freedonia,  excluding conflict rules',
  'Ruritania-on-the-Sea and its several dependencies, abroad',
  'Law of Ōkunoshima ~ 2',
];

export interface Parties {
  readonly recordsEntities: readonly string[];
  readonly counterparties: readonly string[];
  readonly coOnly: readonly string[];
  readonly lookUps: LookUpData;
  readonly namesOf: ReadonlyMap<string, readonly string[]>;
  readonly foreignOf: ReadonlyMap<string, string>;
}

export function makeParties(random: Random): Parties {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
  const made = Array.from({ length: 16 }, () =>
    completeLei(Array.from({ length: 18 }, () => random.pick(letters)).join('')),
  );
  const recordsEntities = [...RECORDS_ENTITIES, 'Ünit 7 of the bank'];
  const counterparties = [...REAL_COUNTERPARTIES, ...made, ...HOUSE, ...BOTH];
  const everyone = [...recordsEntities, ...counterparties, ...CO_ONLY];
  const names = random.shuffle([
    ...NAMES,
    ...everyone.slice(NAMES.length).map((_, i) => `Sample ${['Bank', 'Fund', 'Trust'][i % 3]} No. ${i} Ltd`),
  ]);
  const namesOf = new Map(everyone.map((id, i) => [id, [names[i]!]]));
  const foreignOf = new Map(everyone.map((id, i) => [id, `BIC:X${String(i).padStart(4, '0')}-ß`]));
  const aliases = everyone.flatMap((id) =>
    [...namesOf.get(id)!, foreignOf.get(id)!].map((alias) => [alias, id] as const),
  );
  return {
    recordsEntities,
    counterparties,
    coOnly: CO_ONLY,
    namesOf,
    foreignOf,
    lookUps: {
      co: [...recordsEntities, ...BOTH, ...CO_ONLY],
      cp: [...counterparties, ENTITY_WITH_WRONG_DIGITS],
      aliases: [...aliases, [ALIAS_OF_WRONG_DIGITS, ENTITY_WITH_WRONG_DIGITS]],
      laws: LAWS,
    },
  };
}

/** An identifier as a document may write it: itself, blanks around it, other case (house identifiers), a foreign one. */
export function writeIdentifier(random: Random, parties: Parties, id: string): string {
  const isHouse = !/^[A-Z0-9]{20}$/.test(id);
  switch (random.int(0, 9)) {
    case 0:
      return `  ${id} `;
    case 1:
      return isHouse ? random.pick([id.toLowerCase(), id.toUpperCase(), widen(random, id)]) : id;
    case 2:
      return parties.foreignOf.get(id) ?? id;
    default:
      return id;
  }
}

/** A name as a document may write it: every variant has the key of the name in the alias file. */
export function writeName(random: Random, name: string): string {
  let text = name;
  if (random.chance(0.3)) text = random.pick([text.toUpperCase(), text.toLowerCase(), text.replaceAll('ß', 'ẞ')]);
  if (random.chance(0.2)) text = widen(random, text);
  if (random.chance(0.2)) text = text.normalize(random.pick(['NFD', 'NFC']));
  if (random.chance(0.2))
    text = text.replace(/['’]/g, random.pick(["'", '’', '‘'])).replace(/[“”]/g, random.pick(['"', '“', '„']));
  if (random.chance(0.2)) text = text.replaceAll(/[–-]/g, random.pick(['-', '–', '—', '‐']));
  if (random.chance(0.2)) text = text.replaceAll(' ', random.pick(['  ', '\u00a0', ' \u2003']));
  if (random.chance(0.4))
    text += random.pick(['.', ',', ' .', ' ("Company")', ' (the "Buyer", "B").', ' (“Seller”),', '., ("A") ("B")']);
  if (random.chance(0.1)) text = `  ${text}  `;
  return text;
}

/** Some letters and digits in their full-width forms. */
function widen(random: Random, text: string): string {
  return text.replace(/[A-Za-z0-9]/g, (c) => (random.chance(0.4) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c));
}

/** A law as a document may write it; codes keep to their letters. */
export function writeLaw(random: Random, law: string): string {
  if (/^[A-Z-]{2,6}$/.test(law)) return law;
  return random.chance(0.3) ? random.pick([law.toUpperCase(), `${law}.`, law.replace('-', '–'), ` ${law}`]) : law;
}
