import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { AliasItem, EnrichmentMessage, EntityItem, LawItem } from '../../src/agreements/look-up-items.ts';
import type {
  DeadLetter,
  EnrichmentQueue,
  EntityPage,
  EntityTable,
  GoverningLawTable,
  ReceivedMessage,
} from '../../src/stores/look-ups.ts';

/** An {@link EntityTable} in memory, held to the same contract as the real ones. */
export class MemoryEntityTable implements EntityTable {
  readonly #items = new Map<string, EntityItem | AliasItem>();

  async get(key: string): Promise<EntityItem | AliasItem | null> {
    return this.#items.get(key) ?? null;
  }

  async putIfAbsent(item: EntityItem): Promise<boolean> {
    if (this.#items.has(item.entity_key)) return false;
    this.#items.set(item.entity_key, item);
    return true;
  }

  async replace(item: EntityItem | AliasItem, version: string | null): Promise<boolean> {
    const current = this.#items.get(item.entity_key)?.version ?? null;
    if (current === version) this.#items.set(item.entity_key, item);
    return current === version || current === item.version;
  }

  async putAll(items: Iterable<EntityItem | AliasItem>): Promise<void> {
    for (const item of items) this.#items.set(item.entity_key, item);
  }

  async *list(
    options: { readonly prefix?: string; readonly status?: 'active' | 'pending' } = {},
  ): AsyncIterable<EntityItem | AliasItem> {
    for (const [key, item] of [...this.#items].sort(([a], [b]) => compareBytes(a, b))) {
      if (!key.startsWith(options.prefix ?? '')) continue;
      if (options.status !== undefined && !(item.kind === 'entity' && item.status === options.status)) continue;
      yield item;
    }
  }

  /** Two items a page. */
  async readPage(after: string | null): Promise<EntityPage> {
    const keys = [...this.#items.keys()]
      .sort(compareBytes)
      .filter((key) => after === null || compareBytes(key, after) > 0);
    const some = keys.slice(0, 2);
    return { items: some.map((key) => this.#items.get(key)!), next: keys.length > 2 ? some.at(-1)! : null };
  }
}

/** A {@link GoverningLawTable} in memory, held to the same contract as the real ones. */
export class MemoryGoverningLawTable implements GoverningLawTable {
  readonly #items = new Map<string, LawItem>();

  async get(key: string): Promise<LawItem | null> {
    return this.#items.get(key) ?? null;
  }

  async putAll(items: Iterable<LawItem>): Promise<void> {
    for (const item of items) this.#items.set(item.law_key, item);
  }

  async *list(options: { readonly prefix?: string } = {}): AsyncIterable<LawItem> {
    for (const [key, item] of [...this.#items].sort(([a], [b]) => compareBytes(a, b))) {
      if (key.startsWith(options.prefix ?? '')) yield item;
    }
  }
}

/** An {@link EnrichmentQueue} in memory, held to the same contract as the real ones. */
export class MemoryEnrichmentQueue implements EnrichmentQueue {
  readonly #waiting = new Map<string, { message: EnrichmentMessage; visibleAtMs: number; receiveCount: number }>();
  readonly #dead: DeadLetter[] = [];
  readonly #now: () => number;
  #sent = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Messages that would be received now. */
  get visible(): number {
    return [...this.#waiting.values()].filter(({ visibleAtMs }) => visibleAtMs <= this.#now()).length;
  }

  async send(messages: readonly EnrichmentMessage[]): Promise<void> {
    for (const message of messages) {
      this.#sent += 1;
      this.#waiting.set(String(this.#sent), { message, visibleAtMs: 0, receiveCount: 0 });
    }
  }

  async receive(max: number, visibilitySeconds: number): Promise<readonly ReceivedMessage[]> {
    const visible = [...this.#waiting].filter(([, { visibleAtMs }]) => visibleAtMs <= this.#now()).slice(0, max);
    return visible.map(([receipt, entry]) => {
      entry.visibleAtMs = this.#now() + visibilitySeconds * 1000;
      entry.receiveCount += 1;
      return { receipt, message: entry.message, receiveCount: entry.receiveCount };
    });
  }

  async acknowledge(receipt: string): Promise<void> {
    this.#waiting.delete(receipt);
  }

  async postpone(receipt: string, seconds: number): Promise<void> {
    const entry = this.#waiting.get(receipt);
    if (entry !== undefined) entry.visibleAtMs = this.#now() + seconds * 1000;
  }

  async bury({ receipt, message, receiveCount }: ReceivedMessage, reason: string): Promise<void> {
    if (this.#waiting.delete(receipt)) this.#dead.push({ message, reason, tries: receiveCount });
  }

  async dead(max: number): Promise<readonly DeadLetter[]> {
    return this.#dead.slice(0, max);
  }

  async retryDead(): Promise<number> {
    const messages = this.#dead.splice(0).flatMap(({ message }) => message ?? []);
    await this.send(messages);
    return messages.length;
  }

  async depth(): Promise<number> {
    return this.#waiting.size;
  }

  async deadCount(): Promise<number> {
    return this.#dead.length;
  }
}
