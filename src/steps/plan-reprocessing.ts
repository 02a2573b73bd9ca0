/**
 * State `PlanReprocessing`.
 * Writes, per namespace of the run, which documents are transformed again though they have not changed: those that operators
 * want (`reprocess/wanted-replays.ts`), and those that used a look-up row which is another now.
 *
 * Works in turns, the base's shards one after the other; nothing is read of them when no look-up has changed. Safe to run
 * again: a list is written anew, and one that an earlier call has left has documents too many at the worst.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import { PermanentError } from '../errors.ts';
import type {
  LookUpsServed,
  PlanReprocessingInput,
  PlanReprocessingOutput,
  ReprocessCursor,
} from '../job/contracts.ts';
import { attemptOfManifest, publishedFolder } from '../publish/attempt-files.ts';
import type { PlaceRange } from '../publish/place.ts';
import type { Manifest, Place, Shard } from '../publish/published.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { type ChangedLookUps, readChangedLookUps } from './reprocess/changed-look-ups.ts';
import { OutdatedDocuments } from './reprocess/outdated-documents.ts';
import { placesWithin, readWantedReplays, type WantedReplays } from './reprocess/wanted-replays.ts';
import { ReprocessLists } from './reprocess/write-reprocess-lists.ts';

export interface PlanReprocessingDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open'>;
  readonly delta: Pick<ObjectStore, 'get' | 'put'>;
  readonly entities: Pick<EntityTable, 'get'>;
  readonly laws: Pick<GoverningLawTable, 'get'>;
  /** True when the turn should end. Asked between two shards. */
  readonly shouldStop: () => boolean;
  /** Changed look-ups above which all uses are compared. */
  readonly maxChangedKeys?: number;
}

/** @throws PermanentError `STORE_CORRUPT`: the base, a request or a note cannot be read; whatever the look-up tables throw */
export async function planReprocessing(
  input: PlanReprocessingInput,
  deps: PlanReprocessingDeps,
): Promise<PlanReprocessingOutput> {
  const base = await readBase(input.base, deps.a3);
  const { cursor } = input;
  const replays = await readWantedReplays(deps.a3, input.namespaces, base.replays_through, cursor?.replays_end ?? null);
  const changes = await readChanges(base, cursor, deps);
  const isCompared = base.look_ups === null || replays.comparison !== null;
  const turn = new Turn(input, base, replays, isCompared ? 'all' : changes.keys, deps);
  const next = await turn.run();
  const reprocess = turn.counts;
  const look_ups = cursor?.look_ups ?? changes.served;
  if (next !== null) {
    const ends = { replays_end: replays.end, notes_end: changes.end, look_ups };
    return { replays_through: 0, look_ups: null, reprocess: {}, cursor: { ...ends, ...next } };
  }
  if (!turn.isElsewhere) return { replays_through: replays.through, look_ups, reprocess, cursor: null };
  // Another run has to have those namespaces: what is served stays as the base has it, so that it looks again.
  const before = replays.comparison === null ? replays.through : Math.min(replays.through, replays.comparison - 1);
  return { replays_through: before, look_ups: base.look_ups, reprocess, cursor: null };
}

/** What is needed of the base. */
interface Base {
  readonly folder: string;
  readonly shards: readonly Shard[];
  readonly replays_through: number;
  /** `null`: not known, so every use is compared. */
  readonly look_ups: LookUpsServed | null;
}

const NOTHING_PUBLISHED: Base = { folder: '', shards: [], replays_through: 0, look_ups: { through: 0, open: [] } };
const WHOLE: PlaceRange = { after: null, through: null };

async function readBase(key: string | null, a3: Pick<JobDailyA3Data, 'get'>): Promise<Base> {
  if (key === null) return NOTHING_PUBLISHED;
  const body = await a3.get(key);
  const manifest = body === null ? null : (parse(body) as Partial<Manifest> | null);
  const { replays_through, shards, look_ups = null } = manifest ?? {};
  if (replays_through !== undefined && Number.isSafeInteger(replays_through) && Array.isArray(shards)) {
    return { folder: publishedFolder(attemptOfManifest(key)), shards, replays_through, look_ups };
  }
  throw new PermanentError('STORE_CORRUPT', `The manifest \`${key}\` cannot be read.`, { key });
}

function readChanges(
  { look_ups }: Base,
  cursor: ReprocessCursor | null,
  { a3, maxChangedKeys }: PlanReprocessingDeps,
): Promise<ChangedLookUps> {
  return readChangedLookUps(a3, look_ups ?? { through: 0, open: [] }, cursor?.notes_end ?? null, maxChangedKeys);
}

/** One call's share of the shards. */
class Turn {
  isElsewhere: boolean;
  readonly #input: PlanReprocessingInput;
  readonly #base: Base;
  readonly #replays: WantedReplays;
  readonly #outdated: OutdatedDocuments | null;
  readonly #deps: PlanReprocessingDeps;
  readonly #counts = new Map<string, number>();

  constructor(
    input: PlanReprocessingInput,
    base: Base,
    replays: WantedReplays,
    changed: ChangedLookUps['keys'],
    deps: PlanReprocessingDeps,
  ) {
    this.#input = input;
    this.#base = base;
    this.#replays = replays;
    this.#outdated = changed === 'all' || changed.size > 0 ? new OutdatedDocuments(changed, deps) : null;
    this.#deps = deps;
    this.isElsewhere = input.cursor?.is_elsewhere ?? false;
  }

  /** Documents by namespace; -1: all of it. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#input.namespaces.map((name) => [name, this.#counts.get(name) ?? 0]));
  }

  /** @returns where to go on; `null`: all is done */
  async run(): Promise<Pick<ReprocessCursor, 'shard' | 'reprocess' | 'writing' | 'is_elsewhere'> | null> {
    const { cursor } = this.#input;
    const lists = await ReprocessLists.open(
      this.#input,
      cursor?.reprocess ?? {},
      cursor?.writing ?? null,
      this.#deps.delta,
    );
    const parts = this.#parts();
    for (let shard = cursor?.shard ?? 0; shard < parts.length; shard += 1) {
      if (shard > (cursor?.shard ?? 0) && this.#deps.shouldStop()) {
        await lists.flush();
        return { shard, reprocess: lists.counts, writing: lists.writing, is_elsewhere: this.isElsewhere };
      }
      await lists.add(await this.#placesOf(parts[shard] as PlaceRange | Shard));
    }
    await lists.finish();
    for (const namespace of this.#replays.namespaces) await lists.addAll(namespace);
    for (const [namespace, count] of Object.entries(lists.counts)) this.#counts.set(namespace, count);
    return null;
  }

  /** The shards tile the whole order; where none is read, it is one part. */
  #parts(): readonly (PlaceRange | Shard)[] {
    return this.#outdated === null || this.#base.shards.length === 0 ? [WHOLE] : this.#base.shards;
  }

  /** Ascending, each once: as many as a shard has documents at the most. */
  async #placesOf(part: PlaceRange | Shard): Promise<readonly Place[]> {
    const ids = new Map<string, Set<string>>();
    const add = ({ namespace, lex_id }: Place): void => {
      const known = ids.get(namespace);
      if (known === undefined) ids.set(namespace, new Set([lex_id]));
      else known.add(lex_id);
    };
    for (const place of placesWithin(this.#replays, part)) add(place);
    if (this.#outdated !== null && 'uses' in part) {
      for await (const places of this.#outdated.findIn(this.#base.folder, part)) {
        for (const place of places) {
          if (!this.#input.namespaces.includes(place.namespace)) this.isElsewhere = true;
          else if (!this.#replays.namespaces.has(place.namespace)) add(place);
        }
      }
    }
    const names = [...ids.keys()].sort(compareBytes);
    return names.flatMap((namespace) =>
      [...(ids.get(namespace) ?? [])].sort(compareBytes).map((lex_id) => ({ namespace, lex_id })),
    );
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
