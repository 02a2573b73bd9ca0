/** Two business days of some 40 documents that meet every outcome, for the crash test. */
import { entityItem, lawItem } from '../../../src/agreements/make-look-up-items.ts';
import type { WorkLimits } from '../../../src/runtime/runtime-config.ts';
import { documentId, documentLine, LexBooks } from './lex-books.ts';

/** Parts so small that few documents make many slices, shards, lists and turns. */
export const SMALL_PARTS: WorkLimits = {
  sliceBytes: 6_000,
  limits: { targetLines: 20, mergeBelow: 6, markEvery: 4 },
  listEntries: 3,
  turnMs: 0,
};

/** 41 rows: 37 valid, three rejected (one for an entity that nobody knows), one unreadable. */
export function dayOne(): LexBooks {
  const books = new LexBooks().putMany('mac', 1, 14).putMany('docman', 1, 10).putMany('pwm', 1, 8).putMany('cct', 1, 9);
  return books
    .put('mac', 5, { isRejected: true })
    .put('docman', 3, { counterparty: 'Nobody Knows Ltd.' })
    .put('pwm', 4, { isRejected: true })
    .putLine('cct', documentId('cct', 5), documentLine('cct', 5).slice(0, 40));
}

/** Changed, touched, removed, new, healed, newly rejected (its rows turn stale), standing, and readable at last. */
export function dayTwo(): LexBooks {
  return dayOne()
    .put('mac', 2, { law: 'Nevada' })
    .put('mac', 3, { seen: 99 })
    .put('mac', 5)
    .put('mac', 6, { isRejected: true })
    .remove('mac', 9)
    .put('mac', 15)
    .put('docman', 2, { seen: 99 })
    .put('docman', 7, { law: 'New York' })
    .remove('docman', 10)
    .put('pwm', 5, { counterparty: 'C-8' })
    .put('pwm', 9)
    .put('cct', 5)
    .put('cct', 8, { law: 'Nevada' });
}

/** Look-ups that change between the days: documents of several shards, one of which heals, are transformed again. */
export const DAY_TWO_LOOK_UPS = {
  entities: [entityItem('Nobody Knows Ltd.', ['CP'], { 'CP.4': 'Nobody Knows Limited' })],
  laws: [lawItem('US-NY', 'State of New York')],
};

/** Unchanged documents, a valid and a rejected one, that day two transforms again all the same. */
export const DAY_TWO_REPLAYS = [
  ['mac', 1],
  ['pwm', 4],
] as const;
