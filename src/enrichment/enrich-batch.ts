/** One batch of the enrichment worker: ask, write, and only then settle the messages. */
import type { AliasItem, EntityItem } from '../agreements/look-up-items.ts';
import { type LexdeltaError, PermanentError, TransientError } from '../errors.ts';
import { whileNoted } from '../stores/change-look-ups.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import type { EntityAuthority, EntityQuestion } from './entity-authority.ts';
import { isKnown, planFillIn, type Replacement } from './fill-in.ts';

/** All of a job's stores will do. */
export interface EntityStores {
  readonly jobDailyA3Data: Pick<JobDailyA3Data, 'firstLine' | 'putOnce'>;
  readonly entities: Pick<EntityTable, 'get' | 'replace'>;
}

/** What became of a question. */
export type Outcome =
  | { readonly kind: 'filled' | 'known' | 'unknown' }
  /** May succeed later. */
  | { readonly kind: 'failed'; readonly error: LexdeltaError }
  /** Will not, whoever asks again. */
  | { readonly kind: 'refused'; readonly error: LexdeltaError };

type Asked = Outcome | { readonly kind: 'answered'; readonly rows: readonly Replacement[] };

export interface BatchOptions {
  readonly parallel: number;
  /** Outcomes `failed` and `refused` in a row after which nothing more of the batch is asked. */
  readonly maxFailures: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks about all of them, a few at once, and puts the rows under one note. A question that was no longer asked (too many had
 * failed before it) has no outcome. Safe to run again.
 * @throws what concerns every question: PermanentError `ENTITY_SERVICE_UNAUTHORIZED`, and what the stores throw
 */
export async function enrichBatch(
  questions: readonly EntityQuestion[],
  authority: EntityAuthority,
  stores: EntityStores,
  options: BatchOptions,
): Promise<ReadonlyMap<EntityQuestion, Outcome>> {
  const asked = await askAll(questions, authority, stores, options);
  const rows = [...asked.values()].flatMap((each) => (each.kind === 'answered' ? each.rows : []));
  const keys = rows.map(({ item }) => ({ table: 'Entity', key: item.entity_key }) as const);
  const outcomes = new Map<EntityQuestion, Outcome>();
  const writeAll = async () => {
    await inParallel(asked, options.parallel, async ([question, each]) => {
      outcomes.set(question, each.kind === 'answered' ? await write(question, each.rows, stores) : each);
    });
  };
  await (keys.length === 0 ? writeAll() : whileNoted(keys, stores.jobDailyA3Data, writeAll, { work: 'enrichment' }));
  return outcomes;
}

async function askAll(
  questions: readonly EntityQuestion[],
  authority: EntityAuthority,
  { entities }: EntityStores,
  { parallel, maxFailures, signal }: BatchOptions,
): Promise<ReadonlyMap<EntityQuestion, Asked>> {
  const asked = new Map<EntityQuestion, Asked>();
  let failures = 0;
  await inParallel(questions, parallel, async (question) => {
    signal?.throwIfAborted();
    if (failures >= maxFailures) return;
    const outcome = await ask(question, authority, entities, signal);
    if (outcome.kind === 'failed' || outcome.kind === 'refused') failures += 1;
    else if (outcome.kind !== 'known') failures = 0;
    asked.set(question, outcome);
  });
  return asked;
}

async function ask(
  question: EntityQuestion,
  authority: EntityAuthority,
  entities: EntityStores['entities'],
  signal: AbortSignal | undefined,
): Promise<Asked> {
  if (isKnown(await entities.get(question.entity_key))) return { kind: 'known' };
  try {
    const answer = await authority.ask(question, signal);
    if (answer === null) return { kind: 'unknown' };
    const rows = await planFillIn(question, answer, entities);
    return rows.length === 0 ? { kind: 'known' } : { kind: 'answered', rows };
  } catch (error) {
    if (error instanceof TransientError && isOfService(error)) return { kind: 'failed', error };
    if (error instanceof PermanentError && isAboutQuestion(error)) return { kind: 'refused', error };
    throw error;
  }
}

/** One after the other: the entity before the alias that names it. */
async function write(
  question: EntityQuestion,
  rows: readonly Replacement[],
  { entities }: EntityStores,
): Promise<Outcome> {
  let current: EntityItem | AliasItem | null = null;
  for (const { item, version } of rows) {
    if (await entities.replace(item, version)) continue;
    current = await entities.get(item.entity_key);
    if (isKnown(current)) continue;
    const what = 'The row of the entity changed while it was filled in.';
    return { kind: 'failed', error: new TransientError('ENTITY_SERVICE_UNREACHABLE', what) };
  }
  return { kind: current?.entity_key === question.entity_key ? 'known' : 'filled' };
}

function isOfService({ code }: LexdeltaError): boolean {
  return code === 'ENTITY_SERVICE_UNREACHABLE' || code === 'ENTITY_SERVICE_BUSY';
}

function isAboutQuestion({ code }: LexdeltaError): boolean {
  return code === 'ENTITY_ANSWER_INVALID' || code === 'ENTITY_SERVICE_REFUSED';
}
