/** What happens to the world between two days, and while it is read. */
import type { Namespace } from '../model/shapes.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/**
 * `stormy`: like `moving`, and whole rows of neighbours at once. `unread`: the run's input leaves the namespace out.
 * `quiet`: stands still while it is read. `moving`: documents come, go and change between two pages. `emptied`: far more
 * than 5 % of the documents are gone. `broken`: lines that cannot be read, ids that stand twice.
 */
export type Mood = 'quiet' | 'moving' | 'stormy' | 'emptied' | 'broken' | 'unread';

const CHANGED_SHARE = 0.12;
/** With what a moving day removes, below the 5 % that hold removals back. */
const REMOVED_SHARE = 0.015;
const EMPTIED_SHARE = 0.14;
const MOVE_REMOVED_SHARE = 0.02;

/** Between two days. @param mustBeJson a JSON answer cannot hold lines that are no JSON */
export function passNight(world: World, namespace: Namespace, mood: Mood, mustBeJson: boolean, random: Random): void {
  const shelf = world.shelf(namespace);
  for (const id of world.missing(namespace, mustBeJson)) world.restore(namespace, id);
  const ids = random.shuffle(shelf.ids());
  const take = (share: number, least: number): string[] =>
    ids.splice(0, Math.max(least, Math.floor(ids.length * share)));
  for (const id of take(CHANGED_SHARE, 3)) changeSomehow(world, namespace, id, random);
  for (let i = random.int(0, 3); i > 0; i--) world.add(namespace, world.newId(namespace), random.chance(0.2));
  for (const id of take(mood === 'emptied' ? EMPTIED_SHARE : REMOVED_SHARE, 0)) world.remove(namespace, id);
  if (mood === 'broken') {
    for (const id of take(0.03, 1)) world.breakLine(namespace, id, mustBeJson);
    for (const id of take(0.03, 1)) world.double(namespace, id, true);
    for (const id of take(0.03, 1)) world.double(namespace, id, false);
  }
}

function changeSomehow(world: World, namespace: Namespace, id: string, random: Random): void {
  const kind = random.int(0, 4);
  if (kind === 0) world.saveAgain(namespace, id);
  else if (kind === 1) world.revert(namespace, id);
  else world.change(namespace, id, kind === 2);
}

/** How much of a namespace moves while it is read. */
interface Unrest {
  moves: number;
  removals: number;
  /** Neighbours that come or go at once, at most. */
  readonly bulk: number;
  readonly chance: number;
}

function unrestOf(mood: Mood, documents: number): Unrest | null {
  if (mood === 'moving')
    return { moves: 6, removals: Math.floor(documents * MOVE_REMOVED_SHARE), bulk: 1, chance: 0.4 };
  if (mood === 'stormy') return { moves: 25, removals: Math.floor(documents * 0.4), bulk: 15, chance: 0.6 };
  return null;
}

/** Called before each page. */
export type Mover = (namespace: string, offset: number, limit: number) => void;

/** Now and then something moves before a page is read, mostly at the joint that is about to be read. */
export function createMover(world: World, moods: ReadonlyMap<Namespace, Mood>, random: Random): Mover {
  const left = new Map<string, Unrest | null>();
  return (name, offset, limit) => {
    const namespace = name as Namespace;
    const shelf = world.shelf(namespace);
    const count = shelf.ids().length;
    if (!left.has(name)) left.set(name, unrestOf(moods.get(namespace) ?? 'quiet', count));
    const unrest = left.get(name) ?? null;
    if (unrest === null || unrest.moves <= 0 || count === 0 || !random.chance(unrest.chance)) return;
    const joint = offset + random.pick([-2, -1, 0, 0, 1, limit - 1, limit]);
    move(world, namespace, random.chance(0.8) ? joint : random.int(0, count - 1), unrest, random);
  };
}

function move(world: World, namespace: Namespace, at: number, unrest: Unrest, random: Random): void {
  const shelf = world.shelf(namespace);
  const first = shelf.idAt(at);
  if (first === null) return;
  unrest.moves--;
  const size = random.chance(0.5) ? 1 : random.int(1, unrest.bulk);
  const kind = random.int(0, 3);
  if (kind === 0 && unrest.removals >= size) {
    unrest.removals -= size;
    const ids = shelf.ids();
    for (const id of ids.slice(ids.indexOf(first)).slice(0, size)) world.remove(namespace, id);
  } else if (kind === 1) {
    world.change(namespace, first, random.chance(0.2));
  } else {
    let id: string | null = first;
    for (let i = 0; i < size && id !== null; i++) {
      id = world.idAfter(namespace, id);
      if (id !== null) world.add(namespace, id, random.chance(0.1));
    }
  }
}
