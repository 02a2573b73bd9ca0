import { hash } from 'node:crypto';
import type { EnrichmentMessage } from '../../agreements/look-up-items.ts';
import type { DeadLetter, EnrichmentQueue, ReceivedMessage } from '../look-ups.ts';
import type { Environment, Table } from './environment.ts';

interface QueuedMessage {
  readonly message: EnrichmentMessage;
  /** Milliseconds since 1970 from which on it may be received. */
  readonly visible_at_ms: number;
  readonly receive_count: number;
}

interface BuriedMessage {
  readonly message: EnrichmentMessage;
  readonly reason: string;
  readonly tries: number;
}

/** Dead letters of one commit: others wait for the write lock meanwhile. */
const LETTERS_PER_COMMIT = 1_000;
/** Holds numbers up to 2^53. */
const NUMBER_DIGITS = 16;

/**
 * The enrichment queue on LMDB, at least once. The same key asked for by the same document while an earlier message waits
 * (hidden or not) is dropped: a document is seen every day, and would otherwise add a message a day for as long as nobody
 * works on the queue. What is dropped is never lost, since the earlier message stays until it is acknowledged.
 */
export class LmdbEnrichmentQueue implements EnrichmentQueue {
  readonly #environment: Environment;
  readonly #now: () => number;
  /** Number of the message (with leading zeros) → message: in the order of sending. */
  readonly #messages: Table<QueuedMessage>;
  /** Digest of key and document → number of the message that waits. */
  readonly #numbers: Table<string>;
  /** Digest of key and document → dead letter: a message that dies twice is one letter. */
  readonly #dead: Table<BuriedMessage>;
  readonly #counters: Table<number>;

  constructor(environment: Environment, now: () => number = Date.now) {
    this.#environment = environment;
    this.#now = now;
    this.#messages = environment.table<QueuedMessage>('enrichment-messages', 'json');
    this.#numbers = environment.table<string>('enrichment-numbers', 'json');
    this.#dead = environment.table<BuriedMessage>('enrichment-dead', 'json');
    this.#counters = environment.table<number>('enrichment-counters', 'json');
  }

  async send(messages: readonly EnrichmentMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#environment.commit(
      () => {
        for (const message of messages) this.#sendOne(message);
      },
      { label: 'enrichment-send' },
    );
  }

  async receive(max: number, visibilitySeconds: number): Promise<readonly ReceivedMessage[]> {
    const now = this.#now();
    const hide = () =>
      this.#visibleAt(now, max).map(({ key, value }) => {
        const receiveCount = value.receive_count + 1;
        const visible_at_ms = now + visibilitySeconds * 1000;
        this.#messages.put(key, { message: value.message, visible_at_ms, receive_count: receiveCount });
        return { receipt: key, message: value.message, receiveCount };
      });
    return this.#environment.commit(hide, { label: 'enrichment-receive' });
  }

  async acknowledge(receipt: string): Promise<void> {
    await this.#environment.commit(
      () => {
        this.#forget(receipt);
      },
      { label: 'enrichment-acknowledge' },
    );
  }

  async postpone(receipt: string, seconds: number): Promise<void> {
    const visible_at_ms = this.#now() + seconds * 1000;
    await this.#environment.commit(
      () => {
        const queued = this.#messages.get(receipt);
        if (queued !== null) this.#messages.put(receipt, { ...queued, visible_at_ms });
      },
      { label: 'enrichment-postpone' },
    );
  }

  async bury({ receipt, message, receiveCount }: ReceivedMessage, reason: string): Promise<void> {
    await this.#environment.commit(
      () => {
        // Somebody else has settled it, when it was visible again meanwhile.
        if (!this.#forget(receipt)) return;
        const digest = digestOf(message);
        if (this.#dead.get(digest) === null) this.#count('dead', 1);
        this.#dead.put(digest, { message, reason, tries: receiveCount });
      },
      { label: 'enrichment-bury' },
    );
  }

  async dead(max: number): Promise<readonly DeadLetter[]> {
    return [...this.#dead.range({ limit: max })].map(({ value }) => value);
  }

  async retryDead(): Promise<number> {
    for (let sent = 0; ; ) {
      const more = await this.#environment.commit(() => this.#sendDead(), { label: 'enrichment-retry' });
      sent += more;
      if (more < LETTERS_PER_COMMIT) return sent;
    }
  }

  async depth(): Promise<number> {
    return this.#counters.get('depth') ?? 0;
  }

  async deadCount(): Promise<number> {
    return this.#counters.get('dead') ?? 0;
  }

  #sendDead(): number {
    const letters = [...this.#dead.range({ limit: LETTERS_PER_COMMIT })];
    for (const { key, value } of letters) {
      this.#dead.remove(key);
      this.#count('dead', -1);
      this.#sendOne(value.message);
    }
    return letters.length;
  }

  /** @returns whether the message was there */
  #forget(receipt: string): boolean {
    const queued = this.#messages.get(receipt);
    if (queued === null) return false;
    this.#messages.remove(receipt);
    this.#numbers.remove(digestOf(queued.message));
    this.#count('depth', -1);
    return true;
  }

  #sendOne(message: EnrichmentMessage): void {
    const digest = digestOf(message);
    if (this.#numbers.get(digest) !== null) return;
    const number = String(this.#count('sent', 1)).padStart(NUMBER_DIGITS, '0');
    this.#numbers.put(digest, number);
    this.#messages.put(number, { message, visible_at_ms: 0, receive_count: 0 });
    this.#count('depth', 1);
  }

  #visibleAt(now: number, max: number): { key: string; value: QueuedMessage }[] {
    const visible = this.#messages.range();
    return Iterator.from(visible)
      .filter(({ value }) => value.visible_at_ms <= now)
      .take(max)
      .toArray();
  }

  #count(counter: 'sent' | 'depth' | 'dead', by: 1 | -1): number {
    const count = (this.#counters.get(counter) ?? 0) + by;
    this.#counters.put(counter, count);
    return count;
  }
}

/** A digest, because names of entities may be longer than a key of the store. */
function digestOf({ entity_key, namespace, lex_id }: EnrichmentMessage): string {
  return hash('sha256', JSON.stringify([entity_key, namespace, lex_id]), 'hex');
}
