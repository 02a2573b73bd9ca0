/**
 * State `TransformDocumentData`.
 * Transforms the documents of one slice and writes their results, once: when the output stands already, its counts are
 * returned and it stays as it is. Touched, removed and unreadable lines are copied, so that publication and hashes read
 * nothing but the attempt's records.
 */

import { placeholder } from '../agreements/make-look-up-items.ts';
import type { NamespaceModule } from '../agreements/namespaces/namespace-module.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import { PermanentError } from '../errors.ts';
import type { TransformDocumentDataInput, TransformDocumentDataOutput } from '../job/contracts.ts';
import { sliceOutputKey } from '../publish/attempt-files.ts';
import { readSliceHeader } from '../publish/slice-list.ts';
import { compareLines } from '../publish/slice-merge.ts';
import type { SliceLine } from '../publish/slice-output.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EnrichmentQueue, EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { PageLine } from './pages/page-object.ts';
import { CHUNK_SLICES, chunkKey, type PlannedSlice, readChunk } from './slices/delta-plan.ts';
import { encodeSlice } from './slices/encode-slice.ts';
import { type ReadLine, readPlannedSlice } from './slices/read-planned-slice.ts';
import { type PutDocument, transformPutLines, type UnknownEntity } from './slices/transform-put-lines.ts';

export interface TransformDocumentDataDeps {
  readonly delta: Pick<ObjectStore, 'get'>;
  readonly plans: Pick<ObjectStore, 'get'>;
  readonly a3: Pick<JobDailyA3Data, 'firstLine' | 'putOnce'>;
  readonly entities: Pick<EntityTable, 'get' | 'putIfAbsent'>;
  readonly laws: Pick<GoverningLawTable, 'get'>;
  readonly queue: Pick<EnrichmentQueue, 'send'>;
  /** By namespace. */
  readonly modules: ReadonlyMap<string, NamespaceModule>;
  readonly rules: RuleSet;
}

/**
 * @throws PermanentError `PLAN_INVALID`, `DELTA_CHANGED`, `STORE_CORRUPT`
 * @throws PermanentError `CONFIG_INVALID`: nobody knows the slice's namespace
 */
export async function transformDocumentData(
  input: TransformDocumentDataInput,
  deps: TransformDocumentDataDeps,
): Promise<TransformDocumentDataOutput> {
  const key = sliceOutputKey(input, input.batch, input.slice);
  if ((await deps.a3.firstLine(key)) !== null) return standingOutput(input.slice, key, deps.a3);
  const planned = await findSlice(input, deps.plans);
  const lines = await transformLines(await readPlannedSlice(planned, deps.delta), planned.namespace, deps);
  const { header, body } = encodeSlice(planned.namespace, input.batch, input.slice, lines);
  try {
    await deps.a3.putOnce(key, body);
  } catch (error) {
    // Somebody was faster, with a look-up row of another version perhaps: the first output stands.
    if (!(error instanceof PermanentError && error.code === 'PUBLISHED_CONFLICT')) throw error;
    return standingOutput(input.slice, key, deps.a3);
  }
  return { slice: input.slice, ...header.counts };
}

async function standingOutput(
  slice: number,
  key: string,
  a3: Pick<JobDailyA3Data, 'firstLine'>,
): Promise<TransformDocumentDataOutput> {
  return { slice, ...(await readSliceHeader(key, a3)).counts };
}

async function findSlice(input: TransformDocumentDataInput, plans: Pick<ObjectStore, 'get'>): Promise<PlannedSlice> {
  const chunk = Math.floor(input.slice / CHUNK_SLICES);
  const slices = await readChunk(plans, input.plan, input.batch, chunk);
  const planned = slices.find(({ slice }) => slice === input.slice);
  if (planned !== undefined) return planned;
  const key = chunkKey(input.plan, input.batch, chunk);
  throw new PermanentError('PLAN_INVALID', `Slice ${input.slice} is not in \`${key}\`.`, { key, slice: input.slice });
}

/** The results in the order of their places. */
async function transformLines(
  read: readonly ReadLine[],
  namespace: string,
  deps: TransformDocumentDataDeps,
): Promise<readonly SliceLine[]> {
  const module = deps.modules.get(namespace);
  if (module === undefined) {
    throw new PermanentError('CONFIG_INVALID', `No module is there for the namespace \`${namespace}\`.`, { namespace });
  }
  const puts = read.filter((each): each is ReadLine & PutDocument => each.line.op === 'put');
  const { lines, unknown } = await transformPutLines(puts, { ...deps, module });
  await askForEntities(unknown, namespace, deps);
  const others = read.flatMap(({ line }) => copyOf(line) ?? []);
  return [...lines, ...others].sort(compareLines);
}

/**
 * The message comes first: a placeholder without one would never be filled in, a message without one does no harm.
 * Placeholders that stand get their message again, in case the first was lost.
 */
async function askForEntities(
  unknown: readonly UnknownEntity[],
  namespace: string,
  { queue, entities }: TransformDocumentDataDeps,
): Promise<void> {
  if (unknown.length === 0) return;
  await queue.send(unknown.map((entity) => ({ ...entity, namespace })));
  for (const { entity_key, text } of unknown) await entities.putIfAbsent(placeholder(entity_key, text));
}

/** `null` for puts, which are transformed, and for candidates, on which nobody acts. */
function copyOf(line: PageLine): SliceLine | null {
  switch (line.op) {
    case 'put':
    case 'candidate':
      return null;
    case 'touch':
      return { op: 'touched', lex_id: line.lex_id, of: line.of, raw_hash: line.raw_hash };
    case 'remove':
      return { op: 'removed', lex_id: line.lex_id };
    case 'held':
      return { op: 'held', lex_id: line.lex_id, reason: line.reason };
    case 'unreadable': {
      const { lex_id, looks_like, after_id, rule, message, raw, raw_encoding } = line;
      const guessed = looks_like === undefined ? {} : { looks_like };
      return { op: 'unreadable', lex_id, ...guessed, after_id, rule, message, raw, raw_encoding };
    }
  }
}
