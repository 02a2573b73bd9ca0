/**
 * `lexdelta hashes rebuild`: restores AgreementHash from a published table. `good` comes from the lineage of the rows,
 * `rejected` from the rejected entries; raw hashes are not known there, so the next run parses every document once.
 * The caller holds the lock. Safe to run again.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { Fingerprint } from '../agreements/fingerprint.ts';
import type { TableRow } from '../publish/published.ts';
import { openPublishedDay, readRejected, readTable } from '../publish/read-published.ts';
import type { AgreementHash, HashChange, HashWriter } from '../stores/agreement-hash.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';

/** Changes of one call: nobody counts the minutes. */
const MAX_CHANGES = 1000;

export interface RebuildHashesInput {
  /** Manifest key. */
  readonly manifest: string;
  readonly fence: number;
  /** Namespaces to clear even where the table has nothing of them. */
  readonly namespaces: readonly string[];
}

export interface RebuildHashesOutput {
  /** Documents restored, by namespace, ascending. */
  readonly documents: Readonly<Record<string, { readonly good: number; readonly rejected: number }>>;
}

export interface RebuildHashesDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open'>;
  readonly hashes: Pick<AgreementHash, 'apply' | 'clearSome'>;
}

/** @throws PermanentError `STORE_CORRUPT`, `STORE_KEY_INVALID` */
export async function rebuildHashes(input: RebuildHashesInput, deps: RebuildHashesDeps): Promise<RebuildHashesOutput> {
  const day = await openPublishedDay(deps.a3, input.manifest);
  const writer: HashWriter = { fence: input.fence, business_date: day.manifest.business_date };
  const rebuild = new Rebuild(deps.hashes, writer);
  const queried = day.manifest.query.map(({ namespace }) => namespace);
  for (const namespace of new Set([...input.namespaces, ...queried])) await rebuild.clear(namespace);
  let last: TableRow | null = null;
  for await (const row of readTable(deps.a3, day)) {
    // A document's rows stand together and have the same lineage.
    if (last?.lex_id !== row.lex_id || last.namespace !== row.namespace) {
      await rebuild.add(row.namespace, { op: 'good', lex_id: row.lex_id, fingerprint: goodOf(row) });
    }
    last = row;
  }
  // After the rows: `rejected` is put beside `good`, which would clear it.
  for await (const { namespace, lex_id, fingerprint } of readRejected(deps.a3, day)) {
    if (lex_id === null || fingerprint === null) continue;
    await rebuild.add(namespace, { op: 'rejected', lex_id, fingerprint: { ...fingerprint, raw_hash: null } });
  }
  return { documents: await rebuild.finish() };
}

function goodOf({ lineage: { content_hash, hash_scheme, mapping_version } }: TableRow): Fingerprint {
  return { raw_hash: null, content_hash, hash_scheme, mapping_version };
}

class Rebuild {
  readonly #hashes: RebuildHashesDeps['hashes'];
  readonly #writer: HashWriter;
  readonly #documents = new Map<string, { good: number; rejected: number }>();
  #namespace = '';
  #changes: HashChange[] = [];

  constructor(hashes: RebuildHashesDeps['hashes'], writer: HashWriter) {
    this.#hashes = hashes;
    this.#writer = writer;
  }

  async clear(namespace: string): Promise<void> {
    this.#documents.set(namespace, { good: 0, rejected: 0 });
    for (let more = true; more; ) ({ more } = await this.#hashes.clearSome(namespace, this.#writer));
  }

  async add(namespace: string, change: HashChange & { readonly op: 'good' | 'rejected' }): Promise<void> {
    if (namespace !== this.#namespace || this.#changes.length === MAX_CHANGES) await this.#flush();
    if (!this.#documents.has(namespace)) await this.clear(namespace);
    this.#namespace = namespace;
    this.#changes.push(change);
    const counts = this.#documents.get(namespace);
    if (counts !== undefined) counts[change.op] += 1;
  }

  async finish(): Promise<RebuildHashesOutput['documents']> {
    await this.#flush();
    return Object.fromEntries([...this.#documents].sort(([a], [b]) => compareBytes(a, b)));
  }

  async #flush(): Promise<void> {
    if (this.#changes.length > 0) await this.#hashes.apply(this.#namespace, this.#changes, this.#writer);
    this.#changes = [];
  }
}
