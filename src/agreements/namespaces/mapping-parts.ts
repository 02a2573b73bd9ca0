/** Small readings that several namespaces share. */
import type { AgreementDate, DateForm, EntityReference, Flag } from '../agreement.ts';

type Given<T> = T | null | undefined;

/** A text meant as an identifier; `null` where nothing, or nothing but blanks, is given. */
export function idReference(text: Given<string>): EntityReference | null {
  return isGiven(text) ? { by: 'id', text } : null;
}

/** A text meant as a name. */
export function nameReference(text: Given<string>): EntityReference | null {
  return isGiven(text) ? { by: 'name', text } : null;
}

/** `true` and `false` as a flag; anything else as the JSON it is, which the flag's rule refuses. */
export function flagOf(applies: unknown): Flag {
  if (applies === undefined || applies === null) return null;
  if (typeof applies === 'boolean') return applies ? 'Y' : 'N';
  return typeof applies === 'object' ? '{…}' : (JSON.stringify(applies) ?? null);
}

export function dateIn(form: DateForm, value: Given<string | number>): AgreementDate | null {
  return value === undefined || value === null ? null : { form, value };
}

export function isGiven(text: Given<string>): text is string {
  return text !== undefined && text !== null && text.trim() !== '';
}
