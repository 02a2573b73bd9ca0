import type { GleifEntity } from '../agreements/imports/gleif.ts';

/** An entity of the golden copy with its parents' LEIs, `null` where none is named. */
export interface GleifRecord extends GleifEntity {
  readonly directParent: string | null;
  readonly ultimateParent: string | null;
}

/** A golden copy of GLEIF that was imported. Never changes while it is open: an import makes another one. */
export interface GleifReference {
  /** Upper case. @returns `null`: not in the golden copy */
  get(lei: string): Promise<GleifRecord | null>;
  /** Entities in it. */
  readonly count: number;
  close(): Promise<void>;
}
