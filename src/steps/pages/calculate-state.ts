/** Where `CalculateAndUpdateQueriedDocsInNamespace` stands between two turns: flat, small, and opaque to the machine. */
import type { CalculateCursor } from '../../job/contracts.ts';
import { emptyCounts } from './outcome-counts.ts';

type Flat = Record<string, string | number | boolean | null>;

const START = {
  is_joined: false as boolean,
  /** Page to look at next. */
  next_page: 0,
  /** Last id covered; `null` before the first (−∞) and behind the end (+∞), as the two flags tell. */
  covered: null as string | null,
  has_begun: false as boolean,
  is_at_end: false as boolean,
  /**
   * Page object that ends at `covered`. Its counts are not in the sums yet: the next page may still change them. `null`:
   * a gap ends there.
   */
  owner_page: null as number | null,
  owner_kind: null as 'page' | 'repair' | null,
  // Sums over the page objects before the owner
  ...emptyCounts(),
  known: 0,
  candidates: 0,
  // What went wrong so far
  failed_pages: 0,
  gaps: 0,
  repaired_joints: 0,
  failed_repairs_in_a_row: 0,
  /** Lex broke the order that all proofs rest on. */
  is_out_of_order: false as boolean,
  /** A row may hold others that were read by nobody. */
  may_hide_rows: false as boolean,
  cause: null as string | null,
  // Removals
  /** Candidate to go on behind: the page object and the id. */
  confirm_page: 0,
  confirm_kind: 'repair' as 'repair' | 'page',
  confirm_after: null as string | null,
  removed: 0,
  held: 0,
  /** More would be removed than is allowed: nothing is, and nothing more is asked for. */
  is_held_back: false as boolean,
  removal_parts: 0,
  /** Of these the first ones that still say `remove` since all is held back. */
  parts_to_hold: 0,
};

export type CalculateState = typeof START;

export function startState(): CalculateState {
  return { ...START };
}

export function stateOf(cursor: CalculateCursor | null): CalculateState {
  return { ...START, ...(cursor as Partial<CalculateState> | null) };
}

/** Every document that was there throughout was read: pages that fit tile all ids, as long as Lex keeps its order and tells its rows apart. */
export function isProven(state: CalculateState): boolean {
  return state.gaps === 0 && !state.is_out_of_order && !state.may_hide_rows;
}

export function cursorOf(state: CalculateState): CalculateCursor {
  return state satisfies Flat;
}
