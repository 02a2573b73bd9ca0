/**
 * State `CreateBatchesForDeltaDocs`.
 * Packs the page objects of each namespace's last iteration into slices, by their keys and sizes alone, and deals the
 * slices round-robin into batches. Works in turns; a turn ends between two slices, so the plan does not depend on where
 * turns end, and running it again writes the same plan.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { CreateDeltaBatchesInput, CreateDeltaBatchesOutput } from '../job/contracts.ts';
import type { ObjectInfo, ObjectStore } from '../stores/object-store.ts';
import {
  type BatchInfo,
  batchInfoKey,
  CHUNK_SLICES,
  chunkKey,
  type PlannedSlice,
  planFolder,
  readChunk,
} from './slices/delta-plan.ts';

/** A slice is about this big: some 400 documents, seconds of work. */
export const SLICE_BYTES = 1024 * 1024;
/** A slice reads at most this many objects, so that a plan of thousands of nearly empty pages has short lines. */
export const SLICE_OBJECTS = 250;

export interface CreateDeltaBatchesDeps {
  readonly delta: Pick<ObjectStore, 'list'>;
  readonly plans: Pick<ObjectStore, 'get' | 'put'>;
  /** True when the turn should end. Asked after every slice. */
  readonly shouldStop: () => boolean;
  /** Default {@link SLICE_BYTES}. */
  readonly sliceBytes?: number;
}

/** Where a turn ended: namespace `namespace_index` is done up to `after`, and so many slices stand in the plan. */
interface Place {
  readonly namespace_index: number;
  readonly after: string | null;
  readonly slices: number;
}

/** @throws PermanentError `PLAN_INVALID` */
export async function createDeltaBatches(
  input: CreateDeltaBatchesInput,
  deps: CreateDeltaBatchesDeps,
): Promise<CreateDeltaBatchesOutput> {
  const plan = planFolder(input.job_id);
  const start = placeOf(input.cursor);
  const writer = new PlanWriter(plan, input.max_parallel_executions, start.slices, deps.plans);
  for await (const { namespace, namespace_index, objects } of slicesOf(input, start, deps)) {
    await writer.add(namespace, objects);
    if (!deps.shouldStop()) continue;
    await writer.flush();
    const cursor = { namespace_index, after: objects.at(-1)?.key ?? null, slices: writer.slices };
    return { plan, batch_index: [], slices: writer.slices, cursor };
  }
  await writer.finish();
  const batches = Math.min(writer.slices, input.max_parallel_executions);
  return { plan, batch_index: Array.from({ length: batches }, (_, b) => b), slices: writer.slices, cursor: null };
}

function placeOf(cursor: CreateDeltaBatchesInput['cursor']): Place {
  return {
    namespace_index: Number(cursor?.['namespace_index'] ?? 0),
    after: typeof cursor?.['after'] === 'string' ? cursor['after'] : null,
    slices: Number(cursor?.['slices'] ?? 0),
  };
}

async function* slicesOf(input: CreateDeltaBatchesInput, start: Place, deps: CreateDeltaBatchesDeps) {
  for (const [namespace_index, { namespace, iteration }] of input.namespaces.entries()) {
    if (namespace_index < start.namespace_index) continue;
    const folder = `${input.business_date}/${input.attempt}/${iteration}/${namespace}`;
    const after = namespace_index === start.namespace_index ? start.after : null;
    for await (const objects of packObjects(listAfter(deps.delta, folder, after), deps.sliceBytes ?? SLICE_BYTES)) {
      yield { namespace, namespace_index, objects };
    }
  }
}

/** Listing again and passing over what is done: a key costs a thousandth of a request. */
async function* listAfter(
  delta: Pick<ObjectStore, 'list'>,
  folder: string,
  after: string | null,
): AsyncIterable<ObjectInfo> {
  for await (const object of delta.list(folder)) {
    if (after === null || compareBytes(object.key, after) > 0) yield object;
  }
}

/**
 * Packs whole objects in key order. An object above `sliceBytes` is a slice alone; removals never share one with pages,
 * because their ids are spread over the whole namespace.
 */
export async function* packObjects(
  objects: AsyncIterable<ObjectInfo>,
  sliceBytes: number,
): AsyncIterable<readonly ObjectInfo[]> {
  let slice: ObjectInfo[] = [];
  let bytes = 0;
  for await (const object of objects) {
    const first = slice[0];
    const isFull = bytes + object.size > sliceBytes || slice.length === SLICE_OBJECTS;
    if (first !== undefined && (isFull || isRemovals(first.key) !== isRemovals(object.key))) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push({ key: object.key, size: object.size, etag: object.etag });
    bytes += object.size;
  }
  if (slice.length > 0) yield slice;
}

function isRemovals(key: string): boolean {
  return key.slice(key.lastIndexOf('/') + 1).startsWith('removals');
}

/** Deals slices to batches and writes a chunk as soon as it is full. */
class PlanWriter {
  /** Slices dealt so far, over all batches. */
  slices: number;
  readonly #plan: string;
  readonly #batches: number;
  readonly #plans: Pick<ObjectStore, 'get' | 'put'>;
  /** The unfinished chunk of each batch: its lines. */
  readonly #open = new Map<number, string[]>();

  constructor(plan: string, batches: number, slices: number, plans: Pick<ObjectStore, 'get' | 'put'>) {
    this.#plan = plan;
    this.#batches = batches;
    this.slices = slices;
    this.#plans = plans;
  }

  async add(namespace: string, objects: readonly ObjectInfo[]): Promise<void> {
    const batch = this.slices % this.#batches;
    const slice = Math.floor(this.slices / this.#batches);
    const lines = await this.#chunkOf(batch, slice);
    lines.push(JSON.stringify({ slice, namespace, objects } satisfies PlannedSlice));
    this.slices += 1;
    if (lines.length === CHUNK_SLICES) {
      await this.#write(batch, Math.floor(slice / CHUNK_SLICES), lines);
      this.#open.delete(batch);
    }
  }

  /** Writes the unfinished chunks; the next turn reads them again. */
  async flush(): Promise<void> {
    for (const [batch, lines] of this.#open) {
      const last = this.#slicesOf(batch) - 1;
      await this.#write(batch, Math.floor(last / CHUNK_SLICES), lines);
    }
  }

  async finish(): Promise<void> {
    await this.flush();
    for (let batch = 0; batch < Math.min(this.#batches, this.slices); batch += 1) {
      const info: BatchInfo = { format: 1, slices: this.#slicesOf(batch) };
      await this.#plans.put(batchInfoKey(this.#plan, batch), Buffer.from(`${JSON.stringify(info)}\n`));
    }
  }

  /** Lines of the chunk that `slice` goes into: what an earlier turn, and nothing beyond it, has written there. */
  async #chunkOf(batch: number, slice: number): Promise<string[]> {
    const open = this.#open.get(batch);
    if (open !== undefined) return open;
    const chunk = Math.floor(slice / CHUNK_SLICES);
    const isBegun = slice % CHUNK_SLICES > 0;
    const written = isBegun ? await readChunk(this.#plans, this.#plan, batch, chunk) : [];
    const lines = written.filter((line) => line.slice < slice).map((line) => JSON.stringify(line));
    this.#open.set(batch, lines);
    return lines;
  }

  #slicesOf(batch: number): number {
    return Math.floor((this.slices - batch + this.#batches - 1) / this.#batches);
  }

  async #write(batch: number, chunk: number, lines: readonly string[]): Promise<void> {
    await this.#plans.put(chunkKey(this.#plan, batch, chunk), Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }
}
