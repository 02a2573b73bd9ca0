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

/** Where the golden copy of a job lies: one, or none. */
export interface GleifStore {
  /** A folder of this machine for what an import works with. */
  readonly workFolder: string;
  /**
   * Puts a golden copy in the place of the last one, as a whole; when `records` throw, or the writer dies, the last one stays.
   * @param records ascending by `gleifBucket` (`gleif-format.ts`), each LEI once
   */
  replace(records: AsyncIterable<GleifRecord>): Promise<void>;
  /** @returns `null`: none was imported. @throws PermanentError `STORE_CORRUPT` */
  open(): Promise<GleifReference | null>;
}
