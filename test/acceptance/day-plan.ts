/** What one day of a history holds: the world's moods, Lex's behaviour, the operator's doings. */
import { NAMESPACES, type Namespace } from './model/shapes.ts';
import { chooseProfile, type Profile } from './server/profile.ts';
import type { Mood } from './world/day.ts';
import type { Random } from './world/random.ts';

export interface DayPlan {
  readonly moods: ReadonlyMap<Namespace, Mood>;
  readonly profile: Profile;
  /** How often the run is killed before it may end. */
  readonly kills: number;
  /** The first attempt allows no rejected document, and so mostly fails. */
  readonly failsFirst: boolean;
  readonly acceptsRemovals: boolean;
  readonly before: 'nothing' | 'rebuild hashes' | 'replay';
}

const FIRST_MOODS: readonly Mood[] = ['quiet', 'moving', 'stormy'];
const LATER_MOODS: readonly Mood[] = ['quiet', 'moving', 'moving', 'stormy', 'emptied', 'broken', 'unread'];

export function chooseDay(day: number, isKilled: boolean, random: Random): DayPlan {
  const moods = new Map<Namespace, Mood>(
    NAMESPACES.map((namespace) => [namespace, random.pick(day === 0 ? FIRST_MOODS : LATER_MOODS)]),
  );
  if ([...moods.values()].every((mood) => mood === 'unread')) moods.set('mac', 'moving');
  return {
    moods,
    profile: chooseProfile(random),
    kills: isKilled ? random.int(2, 4) : 0,
    failsFirst: !isKilled && random.chance(0.15),
    acceptsRemovals: random.chance(0.15),
    before: day === 0 ? 'nothing' : random.pick(['nothing', 'nothing', 'nothing', 'rebuild hashes', 'replay']),
  };
}

export function describeDay({ moods, profile, kills, failsFirst, acceptsRemovals, before }: DayPlan): string {
  const flags = Object.entries({ ...profile, kills, failsFirst, acceptsRemovals, before });
  const said = flags.map(([key, value]) =>
    value === true ? key : value === false || value === 0 ? '' : `${key} ${JSON.stringify(value)}`,
  );
  return [[...moods].map(([namespace, mood]) => `${namespace} ${mood}`).join(', '), ...said.filter(Boolean)].join('; ');
}
