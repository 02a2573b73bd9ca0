/**
 * Named objects under keys like `2021-10-20/1/1/mac/000000000.ndjson`. JobDailyDelta and jobdailybatchprocessing are
 * object stores; JobDailyA3Data has an interface of its own because its objects are written once.
 * A key is relative: parts joined by `/`, no part empty, `.`, `..` or beginning with `.`, at most 1,024 bytes
 * (`STORE_KEY_INVALID` otherwise).
 */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the object is written again. Opaque. */
  readonly etag: string;
}

export interface ObjectStore {
  /** Writes the whole object, replacing one that is there. Readers see the old one or the new one, never a mixture. */
  put(key: string, body: Uint8Array): Promise<void>;
  /**
   * The object, or `null` when there is none.
   * @throws PermanentError `DELTA_CHANGED` when `ifMatch` is given and the object is not (or no longer) that one
   */
  get(key: string, options?: { readonly ifMatch?: string }): Promise<Buffer | null>;
  /** Objects inside `folder` at any depth, ascending by the bytes of their keys. `a/b` holds `a/b/c`, never its sibling `a/bc`. */
  list(folder: string): AsyncIterable<ObjectInfo>;
  /**
   * Deletes up to 1,000 objects inside `folder`. Safe to run again.
   * @returns how many were deleted, and whether more are left
   */
  deleteSome(folder: string): Promise<{ readonly deleted: number; readonly more: boolean }>;
}

/** Page objects, removals and reprocess lists of a run; deleted when it has succeeded. */
export type JobDailyDelta = ObjectStore;
/** The plans: what is transformed by whom. */
export type JobDailyBatchProcessing = ObjectStore;
