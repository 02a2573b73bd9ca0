/**
 * What a Parquet file says of the values of a column in a row group. Readers skip groups by it, and answer for the least and
 * the greatest value from it: what is wrong here hides rows that are there.
 */
import type { ColumnChunk, DecodedArray } from 'hyparquet';
import { compareBytes } from '../../agreements/byte-order.ts';
import { STATISTICS_BYTES } from '../parquet/parquet-encoder.ts';

/** @returns what is wrong, without the column's name; `null`: nothing */
export function faultOfBounds(chunk: ColumnChunk | undefined, values: DecodedArray): string | null {
  const metadata = chunk?.meta_data;
  // Our files have no other help for readers: nothing would be held against it.
  const hasIndex = chunk?.column_index_offset !== undefined || metadata?.bloom_filter_offset !== undefined;
  if (hasIndex || metadata?.statistics?.min !== undefined || metadata?.statistics?.max !== undefined)
    return 'an index or bounds that are not ours';
  const { least, greatest, nulls } = boundsOf(values);
  const { null_count, min_value, max_value } = metadata?.statistics ?? {};
  if (null_count !== undefined && Number(null_count) !== nulls) return `${null_count} nulls where there are ${nulls}`;
  if (min_value !== undefined && !isBound(min_value, least, -1)) return 'another least value than that';
  return max_value !== undefined && !isBound(max_value, greatest, 1) ? 'another greatest value than that' : null;
}

function boundsOf(values: DecodedArray) {
  let least: unknown = null;
  let greatest: unknown = null;
  let nulls = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value: unknown = values[i];
    if (value === null || value === undefined) nulls += 1;
    else if (least === null) least = greatest = value;
    else if (value !== least && value !== greatest) {
      if (compare(value, least) < 0) least = value;
      else if (compare(value, greatest) > 0) greatest = value;
    }
  }
  return { least, greatest, nulls };
}

/** Bounds of long texts are shortened, downwards or upwards. @param side -1: the least value; 1: the greatest */
function isBound(bound: unknown, value: unknown, side: -1 | 1): boolean {
  if (bound === value) return true;
  const isShortened = typeof value === 'string' && Buffer.byteLength(value) > STATISTICS_BYTES;
  return isShortened && compare(bound, value) * side > 0;
}

function compare(a: unknown, b: unknown): number {
  return typeof a === 'string' && typeof b === 'string' ? compareBytes(a, b) : Number(a) - Number(b);
}
