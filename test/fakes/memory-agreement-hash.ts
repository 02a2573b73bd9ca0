import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { AgreementHash, HashChange, HashEntry, HashWriter } from '../../src/stores/agreement-hash.ts';
import { changedItem, type HashItem, mayWrite } from '../../src/stores/hash-item.ts';

/** Entries a batch, small enough that readers meet several. */
const BATCH_ENTRIES = 3;

/** An {@link AgreementHash} in memory, held to the same contract as the real ones. */
export class MemoryAgreementHash implements AgreementHash {
  changesPerCall = 1000;
  readonly #namespaces = new Map<string, Map<string, HashItem>>();

  /** As it stands now; later changes are its own. */
  copy(): MemoryAgreementHash {
    const copy = new MemoryAgreementHash();
    for (const [namespace, items] of this.#namespaces) copy.#namespaces.set(namespace, new Map(items));
    return copy;
  }

  async *readRange(
    namespace: string,
    after: string | null,
    through: string | null,
  ): AsyncIterable<readonly HashEntry[]> {
    const entries = [...this.#items(namespace)]
      .filter(([, item]) => item.removed_on === null)
      .map(([lex_id, { good, rejected }]) => ({ lex_id, good, rejected }))
      .filter(({ lex_id }) => after === null || compareBytes(lex_id, after) > 0)
      .filter(({ lex_id }) => through === null || compareBytes(lex_id, through) <= 0)
      .sort((a, b) => compareBytes(a.lex_id, b.lex_id));
    for (let i = 0; i < entries.length; i += BATCH_ENTRIES) yield entries.slice(i, i + BATCH_ENTRIES);
  }

  async apply(
    namespace: string,
    changes: readonly HashChange[],
    writer: HashWriter,
  ): Promise<{ readonly applied: number; readonly refused: number }> {
    const items = this.#items(namespace);
    let applied = 0;
    for (const change of changes) {
      const old = items.get(change.lex_id) ?? null;
      if (!mayWrite(old, writer)) continue;
      applied += 1;
      const item = changedItem(old, change, writer);
      if (item !== null) items.set(change.lex_id, item);
    }
    return { applied, refused: changes.length - applied };
  }

  async sweepTombstones(
    namespace: string,
    before: string,
    writer: HashWriter,
  ): Promise<{ readonly deleted: number; readonly more: boolean }> {
    const isOld = (item: HashItem) => item.removed_on !== null && item.removed_on < before;
    return this.#deleteSome(namespace, (item) => isOld(item) && mayWrite(item, writer));
  }

  async clearSome(namespace: string, writer: HashWriter): Promise<{ readonly more: boolean }> {
    const { more } = this.#deleteSome(namespace, (item) => mayWrite(item, writer));
    return { more };
  }

  #deleteSome(namespace: string, isDoomed: (item: HashItem) => boolean): { deleted: number; more: boolean } {
    const items = this.#items(namespace);
    const doomed = [...items].filter(([, item]) => isDoomed(item)).map(([lexId]) => lexId);
    const now = doomed.slice(0, this.changesPerCall);
    for (const lexId of now) items.delete(lexId);
    return { deleted: now.length, more: doomed.length > now.length };
  }

  #items(namespace: string): Map<string, HashItem> {
    const items = this.#namespaces.get(namespace) ?? new Map<string, HashItem>();
    this.#namespaces.set(namespace, items);
    return items;
  }
}
