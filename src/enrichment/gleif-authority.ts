/**
 * GLEIF as somebody to ask: an imported golden copy answers for LEIs. It knows names, places and parents, and nothing of the
 * bank's own tables: an entity is a counterparty only where the bank says that all whom GLEIF knows shall be.
 */
import { defaultLaws } from '../agreements/default-laws.ts';
import type { EntityRole } from '../agreements/look-up-items.ts';
import { lawKey } from '../agreements/look-up-key.ts';
import { isLei } from '../agreements/table-a3/lei.ts';
import { cutAt } from '../agreements/table-a3/text.ts';
import type { GleifRecord, GleifReference } from '../stores/gleif-reference.ts';
import type { EntityAnswer, EntityAuthority } from './entity-authority.ts';

/**
 * @param role the table that every entity is put into; `null`: none, so that it is known, and rejected where a rule asks for
 *   membership. Its columns are those of the Counterparty table then, for people to read
 */
export function gleifAuthority(reference: GleifReference, role: EntityRole | null): EntityAuthority {
  const places = placeNames();
  return {
    async ask({ text }) {
      const lei = text.trim().toUpperCase();
      const record = isLei(lei) ? await reference.get(lei) : null;
      return record === null ? null : answerOf(record, role, reference, places);
    },
    close: () => reference.close(),
  };
}

async function answerOf(
  record: GleifRecord,
  role: EntityRole | null,
  reference: GleifReference,
  places: ReadonlyMap<string, string>,
): Promise<EntityAnswer> {
  const nameOf = async (lei: string | null) => (lei === null ? '' : ((await reference.get(lei))?.name ?? ''));
  const parents = {
    direct: record.directParent ?? '',
    directName: await nameOf(record.directParent),
    ultimate: record.ultimateParent ?? '',
    ultimateName: await nameOf(record.ultimateParent),
  };
  const domicile = domicileOf(record, places);
  const jurisdiction = placeOf(record.jurisdiction, places);
  const all =
    role === 'CO'
      ? coFields(record.name, parents, domicile, jurisdiction)
      : cpFields(record.name, parents, domicile, jurisdiction);
  const fields = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));
  return { entity_id: record.lei, roles: role === null ? [] : [role], fields, lei_status: record.status };
}

interface Parents {
  readonly direct: string;
  readonly directName: string;
  readonly ultimate: string;
  readonly ultimateName: string;
}

/** Texts longer than their column are cut: the LEI leads to the whole. */
function cpFields(name: string, parents: Parents, domicile: string, jurisdiction: string) {
  return {
    'CP.3': 'Y',
    'CP.4': cutAt(name, 200),
    'CP.5': cutAt(domicile, 50),
    'CP.6': cutAt(jurisdiction, 50),
    'CP.7': parents.direct,
    'CP.8': parents.direct === '' ? '' : 'Y',
    'CP.9': cutAt(parents.directName, 200),
    'CP.10': parents.ultimate,
    'CP.11': parents.ultimate === '' ? '' : 'Y',
    'CP.12': cutAt(parents.ultimateName, 100),
  };
}

function coFields(name: string, parents: Parents, domicile: string, jurisdiction: string) {
  return {
    'CO.3': 'Y',
    'CO.4': cutAt(name, 200),
    'CO.5': parents.direct,
    'CO.6': parents.direct === '' ? '' : 'Y',
    'CO.7': cutAt(parents.directName, 200),
    'CO.10': cutAt(domicile, 50),
    'CO.11': cutAt(jurisdiction, 50),
  };
}

/** City, state; or city, foreign country. */
function domicileOf({ city, region, country }: GleifRecord, places: ReadonlyMap<string, string>): string {
  const place = country === 'US' && region !== '' ? placeOf(region, places) : placeOf(country, places);
  return [city, place].filter((part) => part !== '').join(', ');
}

/** A code that nobody here has a name for stays as it is. */
function placeOf(code: string, places: ReadonlyMap<string, string>): string {
  return places.get(lawKey(code)) ?? code;
}

/** The built-in governing laws name states and countries by their ISO codes. */
function placeNames(): ReadonlyMap<string, string> {
  return new Map(defaultLaws().map(({ law_key, display_name }) => [law_key, display_name]));
}
