/**
 * The table day by day, as lex.md and DESIGN sections 3, 4 and 7 say it must be. Where a document came, went or changed
 * while it was read, several outcomes are right: the book then holds all of them, and learns from what the product did.
 */
import { type Judgement, judge } from './judge.ts';
import type { LookUps } from './look-ups.ts';
import { type Row, rowLine } from './row.ts';
import type { Namespace } from './shapes.ts';

/** What stands for one document: its rows (as lines without a date), and whether it is rejected now. */
export interface Held {
  readonly rows: readonly string[];
  readonly rejected: boolean;
}

/** One way in which a document may have been met in a read. */
export type Sight =
  | { readonly is: 'document'; readonly text: string }
  /** Two lines with its id and different bytes. */
  | { readonly is: 'doubled' }
  /** Its line could not be parsed: nothing is known of it, and nothing of it may go. */
  | { readonly is: 'unreadable' }
  | { readonly is: 'absent' };

/** What one namespace showed during one day's read. */
export interface Reading {
  /** Every id that was listed at some moment of the read, with each of its states; others were absent throughout. */
  readonly sights: ReadonlyMap<string, readonly Sight[]>;
  /** Lines without an id stood in the listing: absence near them proves nothing. */
  readonly hasUnreadable: boolean;
}

export interface Expected {
  readonly namespace: Namespace;
  readonly id: string;
  /** Each right outcome; one, unless the document moved during the read. */
  readonly outcomes: readonly Held[];
}

const NOTHING: Held = { rows: [], rejected: false };
/** `max_removed_percentage`'s default with room on both sides: what it is a percentage of is not said to the last unit. */
const SURELY_REMOVED = 0.042;
const SURELY_HELD_BACK = 0.065;

export class Book {
  private readonly held = new Map<Namespace, Map<string, readonly Held[]>>();
  private readonly judgements = new Map<string, Judgement>();
  private readonly lookUps: LookUps;

  constructor(lookUps: LookUps) {
    this.lookUps = lookUps;
  }

  judge(namespace: Namespace, text: string): Judgement {
    const key = `${namespace} ${text}`;
    const judgement = this.judgements.get(key) ?? judge(namespace, text, this.lookUps);
    this.judgements.set(key, judgement);
    return judgement;
  }

  /**
   * Every document that was or is known, in no order.
   * @param acceptsRemovals an operator has accepted what would be held back
   */
  expect(namespace: Namespace, reading: Reading | 'not read', acceptsRemovals = false): Expected[] {
    const before = this.held.get(namespace) ?? new Map<string, readonly Held[]>();
    if (reading === 'not read') return [...before].map(([id, outcomes]) => ({ namespace, id, outcomes }));
    const removal = this.removalOf(before, reading, acceptsRemovals);
    const ids = new Set([...before.keys(), ...reading.sights.keys()]);
    return [...ids].map((id) => {
      const sights = reading.sights.get(id) ?? [{ is: 'absent' } as const];
      const moved = sights.length > 1;
      const outcomes = (before.get(id) ?? [NOTHING]).flatMap((prior) =>
        sights.flatMap((sight) => this.outcomesOf(namespace, prior, sight, moved ? 'either' : removal)),
      );
      return { namespace, id, outcomes: distinct(outcomes) };
    });
  }

  /** Keeps what the product was seen to hold, as what the next day starts from. */
  settle(namespace: Namespace, outcomes: ReadonlyMap<string, readonly Held[]>): void {
    const kept = [...outcomes].filter(([, held]) => held.some((one) => one.rejected || one.rows.length > 0));
    this.held.set(namespace, new Map(kept));
  }

  private outcomesOf(namespace: Namespace, prior: Held, sight: Sight, removal: Removal): Held[] {
    switch (sight.is) {
      case 'unreadable':
        return [prior];
      case 'doubled':
        return [{ rows: prior.rows, rejected: true }];
      case 'absent':
        return { removed: [NOTHING], 'held back': [prior], either: [NOTHING, prior] }[removal];
      case 'document': {
        const judgement = this.judge(namespace, sight.text);
        if (!judgement.valid) return [{ rows: prior.rows, rejected: true }];
        return [{ rows: judgement.rows.map(rowLine), rejected: false }];
      }
    }
  }

  /** More than `max_removed_percentage` of a namespace holds all its removals back. */
  private removalOf(before: ReadonlyMap<string, readonly Held[]>, reading: Reading, acceptsRemovals: boolean): Removal {
    if (reading.hasUnreadable) return 'either';
    if (acceptsRemovals) return 'removed';
    const isGone = (id: string, every: boolean): boolean => {
      const sights = reading.sights.get(id);
      if (sights === undefined) return true;
      return every ? false : sights.some((sight) => sight.is === 'absent');
    };
    const surely = [...before].filter(([id, held]) => isGone(id, true) && held.every(isKnown)).length;
    const perhaps = [...before].filter(([id, held]) => isGone(id, false) && held.some(isKnown)).length;
    const known = Math.max(1, before.size);
    if (perhaps / Math.min(known, Math.max(1, reading.sights.size)) <= SURELY_REMOVED) return 'removed';
    if (surely / Math.max(known, reading.sights.size) >= SURELY_HELD_BACK) return 'held back';
    return 'either';
  }
}

type Removal = 'removed' | 'held back' | 'either';

function isKnown(held: Held): boolean {
  return held.rejected || held.rows.length > 0;
}

/** The rows of a day: A3.1 is the date of the table, in stale rows too. */
export function dated(line: string, date: string): string {
  return rowLine({ ...(JSON.parse(line) as Row), 'A3.1': date });
}

function distinct(outcomes: readonly Held[]): Held[] {
  return [...new Map(outcomes.map((held) => [JSON.stringify(held), held])).values()];
}
