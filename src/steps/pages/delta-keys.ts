/** The keys of JobDailyDelta, made and read back in one place; the shapes are told in `page-object.ts`. */
import type { AttemptId } from '../../job/contracts.ts';

/** Everything that one attempt leaves in JobDailyDelta. */
export function attemptFolder({ business_date, attempt }: AttemptId): string {
  return `${business_date}/${attempt}`;
}

/** Page objects and removals of one namespace and iteration. */
export function namespaceFolder(attempt: AttemptId, iteration: number, namespace: string): string {
  return `${attemptFolder(attempt)}/${iteration}/${namespace}`;
}

export function reprocessKey(attempt: AttemptId, namespace: string): string {
  return `${attemptFolder(attempt)}/reprocess/${namespace}.ndjson`;
}

/** An object that may have parts: a page, the repair before a page, or the removals. */
export type DeltaKind = 'page' | 'repair' | 'removals';

export interface DeltaName {
  readonly kind: DeltaKind;
  /** 0 for removals. */
  readonly page: number;
  /** 0: the object with the header; parts count from 1. */
  readonly part: number;
}

export function deltaKey(folder: string, { kind, page, part }: DeltaName): string {
  const stem = kind === 'removals' ? ['removals'] : [String(page).padStart(9, '0')];
  if (kind === 'repair') stem.push('repair');
  if (part > 0) stem.push(String(part).padStart(3, '0'));
  return `${folder}/${stem.join('-')}.ndjson`;
}

/** @returns `null` for the key of something else */
export function parseDeltaKey(key: string): DeltaName | null {
  const match = /\/(?:(\d{9,})(-repair)?|removals)(?:-(\d{3,}))?\.ndjson$/.exec(key);
  if (match === null) return null;
  const [, page, repair, part] = match;
  const kind = page === undefined ? 'removals' : repair === undefined ? 'page' : 'repair';
  return { kind, page: Number(page ?? 0), part: Number(part ?? 0) };
}
