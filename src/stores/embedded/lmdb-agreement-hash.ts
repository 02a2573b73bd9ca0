import { PermanentError } from '../../errors.ts';
import type { AgreementHash, HashChange, HashEntry, HashWriter } from '../agreement-hash.ts';
import { changedItem, type HashItem, mayWrite } from '../hash-item.ts';
import type { Table } from './environment.ts';
import { HASH_CODEC } from './hash-codec.ts';
import type { EmbeddedEnvironment } from './open-environment.ts';

/** Entries a batch of {@link AgreementHash.readRange}. Each is a read of its own: none is open while the caller works. */
const BATCH_ENTRIES = 2_000;
/** Changes a transaction, and items that one call deletes at most: about 3 ms with the write lock held. */
const CHANGES_PER_COMMIT = 1_000;
const MAX_LEX_ID_BYTES = 1_024;
const LABEL = 'agreement-hash';

/**
 * AgreementHash on LMDB. A table a namespace, lex id → item; and a table of its tombstones, `<business date> NUL <lex id>`,
 * so that the sweep need not read every hash.
 */
export class LmdbAgreementHash implements AgreementHash {
  readonly changesPerCall = CHANGES_PER_COMMIT;
  readonly #environment: EmbeddedEnvironment;

  constructor(environment: EmbeddedEnvironment) {
    this.#environment = environment;
  }

  async *readRange(
    namespace: string,
    after: string | null,
    through: string | null,
  ): AsyncIterable<readonly HashEntry[]> {
    const items = this.#itemsOf(namespace);
    const upTo = through === null ? {} : { through };
    let last = after;
    for (;;) {
      const bounds = { ...(last === null ? {} : { after: last }), ...upTo, limit: BATCH_ENTRIES };
      const entries: HashEntry[] = [];
      let read = 0;
      for (const { key, value } of items.range(bounds)) {
        read += 1;
        last = key;
        if (value.removed_on === null) entries.push({ lex_id: key, good: value.good, rejected: value.rejected });
      }
      if (entries.length > 0) yield entries;
      if (read < BATCH_ENTRIES) return;
    }
  }

  async apply(
    namespace: string,
    changes: readonly HashChange[],
    writer: HashWriter,
  ): Promise<{ readonly applied: number; readonly refused: number }> {
    const items = this.#itemsOf(namespace);
    const tombstones = this.#tombstonesOf(namespace);
    for (const { lex_id } of changes) checkLexId(lex_id);
    let applied = 0;
    for (let start = 0; start < changes.length; start += CHANGES_PER_COMMIT) {
      const part = changes.slice(start, start + CHANGES_PER_COMMIT);
      const isLast = start + CHANGES_PER_COMMIT >= changes.length;
      // A flush covers all that was committed before it.
      const options = { durable: isLast, label: LABEL };
      applied += await this.#environment.commit(() => applyAll(items, tombstones, part, writer), options);
    }
    return { applied, refused: changes.length - applied };
  }

  async sweepTombstones(
    namespace: string,
    before: string,
    writer: HashWriter,
  ): Promise<{ readonly deleted: number; readonly more: boolean }> {
    const items = this.#itemsOf(namespace);
    const tombstones = this.#tombstonesOf(namespace);
    const old = [...tombstones.range({ before, limit: CHANGES_PER_COMMIT + 1 })].map(({ key }) => key);
    if (old.length === 0) return { deleted: 0, more: false };
    const sweep = () =>
      old.slice(0, CHANGES_PER_COMMIT).filter((key) => {
        const lexId = key.slice(key.indexOf('\0') + 1);
        const item = items.get(lexId);
        if (item === null || item.removed_on === null || !mayWrite(item, writer)) return false;
        tombstones.remove(key);
        return items.remove(lexId);
      }).length;
    const deleted = await this.#environment.commit(sweep, { label: 'agreement-hash-sweep' });
    return { deleted, more: deleted > 0 && old.length > CHANGES_PER_COMMIT };
  }

  async clearSome(namespace: string, writer: HashWriter): Promise<{ readonly more: boolean }> {
    const items = this.#itemsOf(namespace);
    const tombstones = this.#tombstonesOf(namespace);
    const clear = () => {
      const some = [...items.range({ limit: CHANGES_PER_COMMIT + 1 })];
      const doomed = some.slice(0, CHANGES_PER_COMMIT).filter(({ value }) => mayWrite(value, writer));
      for (const { key, value } of doomed) {
        if (value.removed_on !== null) tombstones.remove(tombstoneKey(value.removed_on, key));
        items.remove(key);
      }
      return { more: doomed.length > 0 && some.length > CHANGES_PER_COMMIT };
    };
    return this.#environment.commit(clear, { durable: true, label: 'agreement-hash-clear' });
  }

  #itemsOf(namespace: string): Table<HashItem> {
    return this.#environment.codecTable(`agreement-hash/${namespace}`, HASH_CODEC);
  }

  #tombstonesOf(namespace: string): Table<true> {
    return this.#environment.table<true>(`tombstones/${namespace}`, 'json');
  }
}

/** @returns how many were applied */
function applyAll(
  items: Table<HashItem>,
  tombstones: Table<true>,
  changes: readonly HashChange[],
  writer: HashWriter,
): number {
  let applied = 0;
  for (const change of changes) {
    const old = items.get(change.lex_id);
    if (!mayWrite(old, writer)) continue;
    applied += 1;
    const item = changedItem(old, change, writer);
    if (item === null || item === old) continue;
    if (old !== null && old.removed_on !== null) tombstones.remove(tombstoneKey(old.removed_on, change.lex_id));
    if (item.removed_on !== null) tombstones.put(tombstoneKey(item.removed_on, change.lex_id), true);
    items.put(change.lex_id, item);
  }
  return applied;
}

function tombstoneKey(businessDate: string, lexId: string): string {
  return `${businessDate}\0${lexId}`;
}

function checkLexId(lexId: string): void {
  if (lexId.length * 3 <= MAX_LEX_ID_BYTES || Buffer.byteLength(lexId) <= MAX_LEX_ID_BYTES) return;
  throw new PermanentError('STORE_KEY_INVALID', `A lex id is longer than ${MAX_LEX_ID_BYTES} bytes.`);
}
