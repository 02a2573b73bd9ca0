/**
 * The plan of what is transformed by whom, in jobdailybatchprocessing below `execution_input/<execution name>/`:
 *   `batch-<bbb>/info.json`             a batch's {@link BatchInfo}
 *   `batch-<bbb>/chunk-<nnnnnn>.ndjson` its slices, {@link CHUNK_SLICES} a chunk, one {@link PlannedSlice} a line
 * Slices are numbered from 0 within their batch: slice s stands in chunk floor(s / 1,000).
 */
import { PermanentError } from '../../errors.ts';
import { MAX_LEAF_SLICES } from '../../job/limits.ts';
import type { ObjectInfo, ObjectStore } from '../../stores/object-store.ts';

/** Slices a chunk: as many as a leaf has, so that the parts of a batch end where chunks end. */
export const CHUNK_SLICES = MAX_LEAF_SLICES;

export interface BatchInfo {
  readonly format: 1;
  readonly slices: number;
}

/** What one TransformDocumentData reads: page objects of one namespace, read on condition of their ETags. */
export interface PlannedSlice {
  readonly slice: number;
  readonly namespace: string;
  readonly objects: readonly ObjectInfo[];
}

export function planFolder(job_id: string): string {
  return `execution_input/${job_id}`;
}

export function batchInfoKey(plan: string, batch: number): string {
  return `${batchFolder(plan, batch)}/info.json`;
}

export function chunkKey(plan: string, batch: number, chunk: number): string {
  return `${batchFolder(plan, batch)}/chunk-${String(chunk).padStart(6, '0')}.ndjson`;
}

/** @throws PermanentError `PLAN_INVALID` */
export async function readBatchInfo(
  plans: Pick<ObjectStore, 'get'>,
  plan: string,
  batch: number,
): Promise<BatchInfo | null> {
  const key = batchInfoKey(plan, batch);
  const body = await plans.get(key);
  if (body === null) return null;
  const info: unknown = parseJson(key, body.toString('utf8'));
  if (!isBatchInfo(info)) throw invalid(key, 'is not a batch of this format');
  return info;
}

/**
 * The chunk's slices, ascending; none where no chunk was written.
 * @throws PermanentError `PLAN_INVALID`
 */
export async function readChunk(
  plans: Pick<ObjectStore, 'get'>,
  plan: string,
  batch: number,
  chunk: number,
): Promise<readonly PlannedSlice[]> {
  const key = chunkKey(plan, batch, chunk);
  const body = await plans.get(key);
  if (body === null) return [];
  const slices = body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(key, line));
  if (!slices.every(isPlannedSlice)) throw invalid(key, 'holds a line that is no slice');
  return slices;
}

function batchFolder(plan: string, batch: number): string {
  return `${plan}/batch-${String(batch).padStart(3, '0')}`;
}

function parseJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(key, 'cannot be parsed');
  }
}

function invalid(key: string, fault: string): PermanentError {
  return new PermanentError('PLAN_INVALID', `The plan \`${key}\` ${fault}.`, { key });
}

function isBatchInfo(value: unknown): value is BatchInfo {
  const info = value as Partial<BatchInfo> | null;
  return info?.format === 1 && Number.isSafeInteger(info.slices);
}

function isPlannedSlice(value: unknown): value is PlannedSlice {
  const slice = value as Partial<PlannedSlice> | null;
  return Number.isSafeInteger(slice?.slice) && typeof slice?.namespace === 'string' && Array.isArray(slice.objects);
}
