/** The order of everything published: namespace, then lex id, by UTF-8 bytes. */
import { compareBytes } from '../agreements/byte-order.ts';
import type { Place } from './published.ts';

export function comparePlaces(a: Place, b: Place): number {
  return compareBytes(a.namespace, b.namespace) || compareBytes(a.lex_id, b.lex_id);
}

/** A part of the order: above `after` (`null`: from the beginning) up to and with `through` (`null`: to the end). */
export interface PlaceRange {
  readonly after: Place | null;
  readonly through: Place | null;
}

export function isWithin(place: Place, range: PlaceRange): boolean {
  return isAbove(place, range.after) && !isPast(place, range);
}

export function isPast(place: Place, { through }: PlaceRange): boolean {
  return through !== null && comparePlaces(place, through) > 0;
}

export function isSameRange(a: PlaceRange, b: PlaceRange): boolean {
  return isSameBound(a.after, b.after) && isSameBound(a.through, b.through);
}

export function isAbove(place: Place, after: Place | null): boolean {
  return after === null || comparePlaces(place, after) > 0;
}

export function isSameBound(a: Place | null, b: Place | null): boolean {
  return a === null || b === null ? a === b : comparePlaces(a, b) === 0;
}
