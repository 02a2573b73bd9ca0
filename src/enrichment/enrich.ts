/**
 * The enrichment worker: takes messages from the queue, asks who the entities are, fills in the rows of Entity, and
 * acknowledges after that. A crash loses nothing: what was not acknowledged comes back when its time is over, and filling in
 * again changes nothing. Several workers may work at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { LexdeltaError } from '../errors.ts';
import { inBatches } from '../stores/in-batches.ts';
import type { EnrichmentQueue, EntityTable, ReceivedMessage } from '../stores/look-ups.ts';
import { type EntityStores, enrichBatch, type Outcome } from './enrich-batch.ts';
import type { EntityAuthority, EntityQuestion } from './entity-authority.ts';
import { RunningTally, type Tally } from './tally.ts';

export interface EnrichOptions {
  /** Questions under way at once. */
  readonly parallel: number;
  /** A message is given up when it has failed so often; on AWS the queue gives it up after five, whatever this says. */
  readonly maxTries: number;
  /** Goes on until `signal`; else until nothing waits that may be received now. */
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: (tally: Tally) => void;
  /** Waits, or throws when `signal` is aborted meanwhile. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface EnrichResult extends Tally {
  /** Why it ended before the queue was empty; `null`: it did not. */
  readonly stopped: LexdeltaError | null;
}

/** Messages of a batch a question under way: the slowest batch (3 tries of 30 s and their waits) ends before they come back. */
const MESSAGES_PER_SLOT = 4;
const VISIBILITY_SECONDS = 900;
/** So many failures and not one answer: it is not the questions. */
const MAX_FAILURES_IN_A_ROW = 10;
/** First wait of a message that failed; doubles with each try. */
const FIRST_POSTPONE_SECONDS = 60;
const MAX_POSTPONE_SECONDS = 3_600;
/** Between two looks at an empty queue. */
const IDLE_MS = 5_000;
/** After too many failures, when following. */
const PAUSE_MS = 60_000;

/** @throws what concerns every question, after the messages at hand were given back */
export async function enrichFromQueue(
  queue: EnrichmentQueue,
  authority: EntityAuthority,
  stores: EntityStores,
  options: EnrichOptions,
): Promise<EnrichResult> {
  const { parallel, follow, signal } = options;
  const sleep = options.sleep ?? realSleep;
  const worker = new QueueWorker(queue, authority, stores, options);
  let size = 1;
  while (signal?.aborted !== true) {
    const received = await queue.receive(size, VISIBILITY_SECONDS);
    if (received.length === 0 && !follow) break;
    if (received.length === 0) await sleep(IDLE_MS, signal).catch(() => undefined);
    else await worker.work(received);
    // Begins small, also after a failure: with a service that is down, few messages lose a try.
    size = worker.count.failuresInARow > 0 ? 1 : Math.min(2 * size, parallel * MESSAGES_PER_SLOT);
    if (worker.count.failuresInARow < MAX_FAILURES_IN_A_ROW) continue;
    if (!follow) return { ...worker.count.tally, stopped: worker.count.lastError };
    worker.count.failuresInARow = 0;
    await sleep(PAUSE_MS, signal).catch(() => undefined);
  }
  return { ...worker.count.tally, stopped: null };
}

/**
 * Asks about every entity that is pending, whether or not a message waits for it: those that nobody knew when they were
 * asked about have none any more.
 */
export async function enrichPending(
  entities: Pick<EntityTable, 'list'>,
  authority: EntityAuthority,
  stores: EntityStores,
  options: Pick<EnrichOptions, 'parallel' | 'signal' | 'onProgress'>,
): Promise<EnrichResult> {
  const count = new RunningTally(options.onProgress);
  const size = options.parallel * MESSAGES_PER_SLOT;
  for await (const questions of inBatches(pendingQuestions(entities), size)) {
    if (options.signal?.aborted === true) break;
    const outcomes = await enrichBatch(questions, authority, stores, batchOptions(options, count)).catch(
      unlessAborted(options.signal),
    );
    for (const outcome of outcomes.values()) count.add(outcome, outcome.kind === 'refused');
    count.tell();
    if (count.failuresInARow >= MAX_FAILURES_IN_A_ROW) return { ...count.tally, stopped: count.lastError };
  }
  return { ...count.tally, stopped: null };
}

class QueueWorker {
  readonly count: RunningTally;
  readonly #queue: EnrichmentQueue;
  readonly #authority: EntityAuthority;
  readonly #stores: EntityStores;
  readonly #options: EnrichOptions;

  constructor(queue: EnrichmentQueue, authority: EntityAuthority, stores: EntityStores, options: EnrichOptions) {
    this.count = new RunningTally(options.onProgress);
    this.#queue = queue;
    this.#authority = authority;
    this.#stores = stores;
    this.#options = options;
  }

  /** Every message is settled, or given back, when it resolves or throws. */
  async work(received: readonly ReceivedMessage[]): Promise<void> {
    this.count.addMessages(received.length);
    const groups = await this.#groupsOf(received);
    let outcomes: ReadonlyMap<EntityQuestion, Outcome>;
    try {
      outcomes = await enrichBatch(
        [...groups.keys()],
        this.#authority,
        this.#stores,
        batchOptions(this.#options, this.count),
      );
    } catch (error) {
      await Promise.allSettled([...groups.values()].flat().map(({ receipt }) => this.#queue.postpone(receipt, 0)));
      if (this.#options.signal?.aborted === true) return;
      throw error;
    }
    for (const [question, messages] of groups) await this.#settle(messages, outcomes.get(question) ?? null);
    this.count.tell();
  }

  /** Messages about the same entity are one question. Those that were received too often are given up unasked. */
  async #groupsOf(
    received: readonly ReceivedMessage[],
  ): Promise<ReadonlyMap<EntityQuestion, readonly ReceivedMessage[]>> {
    const groups = new Map<string, { readonly question: EntityQuestion; readonly messages: ReceivedMessage[] }>();
    for (const each of received) {
      const { entity_key, text } = each.message;
      if (each.receiveCount > this.#options.maxTries) {
        await this.#queue.bury(each, 'Received too often: whoever worked on it each time died, or was stopped.');
        this.count.addDead();
        continue;
      }
      const group = groups.get(entity_key);
      if (group === undefined) groups.set(entity_key, { question: { entity_key, text }, messages: [each] });
      else group.messages.push(each);
    }
    return new Map([...groups.values()].map(({ question, messages }) => [question, messages]));
  }

  /** @param outcome `null`: it was not asked */
  async #settle(messages: readonly ReceivedMessage[], outcome: Outcome | null): Promise<void> {
    if (outcome === null) {
      await Promise.all(messages.map(({ receipt }) => this.#queue.postpone(receipt, 0)));
      return;
    }
    const isGivenUp = (each: ReceivedMessage) =>
      outcome.kind === 'refused' || each.receiveCount >= this.#options.maxTries;
    this.count.add(outcome, messages.every(isGivenUp));
    await Promise.all(
      messages.map((each) => {
        if (outcome.kind !== 'failed' && outcome.kind !== 'refused') return this.#queue.acknowledge(each.receipt);
        if (isGivenUp(each)) return this.#queue.bury(each, outcome.error.what);
        return this.#queue.postpone(each.receipt, postponeSeconds(each.receiveCount, outcome.error));
      }),
    );
  }
}

function batchOptions(
  { parallel, signal }: Pick<EnrichOptions, 'parallel' | 'signal'>,
  { failuresInARow }: RunningTally,
) {
  return { parallel, signal, maxFailures: MAX_FAILURES_IN_A_ROW - failuresInARow };
}

function postponeSeconds(tries: number, { details }: LexdeltaError): number {
  const askedMs = details['retry_after_ms'];
  const askedSeconds = typeof askedMs === 'number' ? Math.ceil(askedMs / 1000) : 0;
  const backOffSeconds = FIRST_POSTPONE_SECONDS * 2 ** (tries - 1);
  return Math.min(MAX_POSTPONE_SECONDS, Math.max(askedSeconds, backOffSeconds));
}

async function* pendingQuestions(entities: Pick<EntityTable, 'list'>): AsyncGenerator<EntityQuestion> {
  for await (const { entity_key, entity_id } of entities.list({ status: 'pending' }))
    yield { entity_key, text: entity_id };
}

function unlessAborted(signal: AbortSignal | undefined) {
  return (error: unknown): ReadonlyMap<EntityQuestion, Outcome> => {
    if (signal?.aborted === true) return new Map();
    throw error;
  };
}

async function realSleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}
