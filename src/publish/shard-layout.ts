/**
 * Where the shards of a day begin and end. Pure, and the same for the same input.
 * A shard that nothing touches keeps its range, whatever its size, so that its files can be copied. One that would grow
 * above the target is split, at places known from the base's marks and the borders of slices; one that is small is
 * joined to its neighbour. Sizes are estimates: what stands, and what today's results may add.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import { comparePlaces, isAbove, type PlaceRange } from './place.ts';
import type { Place } from './published.ts';
import type { SliceSpan } from './slice-merge.ts';

export interface ShardLimits {
  /** Lines (table and rejected together) above which a shard is split. */
  readonly targetLines: number;
  /** Lines below which it is joined to its neighbour. */
  readonly mergeBelow: number;
  /** Lines between two marks. */
  readonly markEvery: number;
}

export const SHARD_LIMITS: ShardLimits = { targetLines: 200_000, mergeBelow: 50_000, markEvery: 10_000 };

export interface BaseShard extends PlaceRange {
  readonly number: number;
  readonly lines: number;
  readonly marks: readonly Place[];
}

export interface SliceWeight extends SliceSpan {
  /** Rows and rejected entries that it may add to what stands. */
  readonly lines: number;
  /** Whether it holds anything but touched documents and removals that were held back. */
  readonly hasChanges: boolean;
}

export interface PlannedShard extends PlaceRange {
  /** Numbers of the base's shards that reach into the range, ascending. */
  readonly base: readonly number[];
  readonly slices: readonly SliceSpan[];
  /** Estimate. */
  readonly lines: number;
}

interface Part extends PlaceRange {
  readonly base: readonly number[];
  readonly lines: number;
  readonly isChanged: boolean;
}

const WHOLE: BaseShard = { number: -1, after: null, through: null, lines: 0, marks: [] };

/** @param base the base's shards, tiling the whole; none before the first publication */
export function layOutShards(
  base: readonly BaseShard[],
  slices: readonly SliceWeight[],
  limits: ShardLimits,
): readonly PlannedShard[] {
  const shards = base.length === 0 ? [WHOLE] : base;
  const byFirst = slices.toSorted((a, b) => comparePlaces(firstOf(a), firstOf(b)) || compareBytes(a.key, b.key));
  const overlaps = assign(shards, byFirst);
  const parts = shards.flatMap((shard, i) => split(shard, overlaps[i] ?? [], limits));
  const joined = join(parts, limits);
  const reaching = assign(joined, byFirst);
  return joined.map(({ after, through, base: numbers, lines }, i) => ({
    after,
    through,
    base: numbers,
    slices: (reaching[i] ?? []).map(({ key, namespace, first, last }) => ({ key, namespace, first, last })),
    lines,
  }));
}

/** For each range the slices that reach into it. Both ascend, so one sweep does. */
function assign(ranges: readonly PlaceRange[], byFirst: readonly SliceWeight[]): readonly (readonly SliceWeight[])[] {
  let next = 0;
  let open: SliceWeight[] = [];
  return ranges.map((range) => {
    open = open.filter((slice) => isAbove(lastOf(slice), range.after));
    for (let slice = byFirst[next]; slice !== undefined; slice = byFirst[next]) {
      if (range.through !== null && comparePlaces(firstOf(slice), range.through) > 0) break;
      open.push(slice);
      next += 1;
    }
    return open;
  });
}

function split(shard: BaseShard, slices: readonly SliceWeight[], limits: ShardLimits): readonly Part[] {
  const base = shard.number < 0 ? [] : [shard.number];
  const isChanged = slices.some((slice) => slice.hasChanges);
  const cuts = cutsOf(shard, slices, limits.markEvery);
  const lines = shard.lines + slices.filter((slice) => endsIn(slice, shard)).reduce((sum, s) => sum + s.lines, 0);
  const whole = { after: shard.after, through: shard.through, base, lines, isChanged };
  if (!isChanged || lines <= limits.targetLines) return [whole];
  const step = lines / Math.ceil(lines / limits.targetLines);
  const parts: Part[] = [];
  let after = shard.after;
  let sum = 0;
  let begun = 0;
  for (const cut of cuts) {
    sum += cut.lines;
    // The last part takes what is left, so a cut needs enough on both of its sides.
    if (sum - begun < step || lines - sum < step / 2 || !isAbove(cut.place, after)) continue;
    parts.push({ after, through: cut.place, base, lines: sum - begun, isChanged });
    after = cut.place;
    begun = sum;
  }
  return [...parts, { after, through: shard.through, base, lines: lines - begun, isChanged }];
}

/** Places inside the shard, ascending, each with the lines that end there. */
function cutsOf(shard: BaseShard, slices: readonly SliceWeight[], markEvery: number) {
  const marks = shard.marks.map((place) => ({ place, lines: markEvery }));
  const borders = slices.map((slice) => ({ place: lastOf(slice), lines: slice.lines }));
  return [...marks, ...borders]
    .filter(({ place }) => isAbove(place, shard.after) && isBefore(place, shard.through))
    .sort((a, b) => comparePlaces(a.place, b.place) || a.lines - b.lines);
}

function join(parts: readonly Part[], limits: ShardLimits): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last === undefined || !mayJoin(last, part, limits)) joined.push(part);
    else joined[joined.length - 1] = joinTwo(last, part);
  }
  return joined;
}

function mayJoin(a: Part, b: Part, limits: ShardLimits): boolean {
  const isSmall = Math.min(a.lines, b.lines) < limits.mergeBelow;
  return isSmall && a.lines + b.lines <= limits.targetLines && (a.isChanged || b.isChanged);
}

function joinTwo(a: Part, b: Part): Part {
  return {
    after: a.after,
    through: b.through,
    base: [...new Set([...a.base, ...b.base])],
    lines: a.lines + b.lines,
    isChanged: a.isChanged || b.isChanged,
  };
}

function endsIn(slice: SliceWeight, range: PlaceRange): boolean {
  return isAbove(lastOf(slice), range.after) && !isBeyond(lastOf(slice), range.through);
}

function isBeyond(place: Place, through: Place | null): boolean {
  return through !== null && comparePlaces(place, through) > 0;
}

function isBefore(place: Place, through: Place | null): boolean {
  return through === null || comparePlaces(place, through) < 0;
}

function firstOf(slice: SliceSpan): Place {
  return { namespace: slice.namespace, lex_id: slice.first };
}

function lastOf(slice: SliceSpan): Place {
  return { namespace: slice.namespace, lex_id: slice.last };
}
