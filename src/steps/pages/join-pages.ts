/**
 * Walks the pages of a namespace in order, so that what is left of their objects tiles the id space: every document that
 * was there throughout the read is in exactly one of them, or in a gap that is counted.
 *
 * Safe to run again at any place: each change of an object leaves it as the next run wants to find it, and what a page
 * adds is read from its header, never remembered.
 */
import { compareBytes } from '../../agreements/byte-order.ts';
import { TransientError } from '../../errors.ts';
import type { CalculateState } from './calculate-state.ts';
import type { DeltaKind } from './delta-keys.ts';
import { OUTCOMES } from './outcome-counts.ts';
import type { PageInventory } from './page-inventory.ts';
import { makeHeader, NO_SUMMARY, type PageSummary } from './page-object-writer.ts';
import { giveUp, type Hole, type RepairContext, type RepairDeps, repairJoint } from './repair-joint.ts';
import { loadWhole, type PageFolder, type StoredPage, saveObject, voidObject } from './stored-page.ts';
import { dropDuplicate, settleDuplicate, settleParts, type TrimDeps, trimPage } from './trim-page.ts';

/** After so many holes in a row that could not be read, Lex is left alone: the others stay gaps. */
const MAX_FAILED_REPAIRS = 3;

export interface JoinDeps extends RepairDeps {
  readonly delta: PageFolder['delta'];
}

export class PageJoin {
  readonly #state: CalculateState;
  readonly #inventory: PageInventory;
  readonly #context: RepairContext;
  readonly #deps: JoinDeps;
  readonly #place: PageFolder;
  readonly #trimDeps: TrimDeps;
  #owner: StoredPage | null = null;

  /** Changes `state` as it goes. */
  constructor(state: CalculateState, inventory: PageInventory, context: RepairContext, deps: JoinDeps) {
    this.#state = state;
    this.#inventory = inventory;
    this.#context = context;
    this.#deps = deps;
    this.#place = { folder: context.folder, namespace: context.namespace, delta: deps.delta };
    this.#trimDeps = { place: this.#place, hashes: deps.hashes };
  }

  /** Goes on until all pages are joined or `shouldStop`. @returns whether all are */
  async run(shouldStop: () => boolean): Promise<boolean> {
    const state = this.#state;
    if (state.owner_page !== null && state.owner_kind !== null) {
      this.#owner = await loadWhole(this.#place, { kind: state.owner_kind, page: state.owner_page, part: 0 });
    }
    const first = state.next_page;
    while (state.next_page <= this.#inventory.lastPage) {
      if (state.next_page > first && shouldStop()) return false;
      await this.#joinPage(state.next_page);
      state.next_page += 1;
    }
    if (!state.is_at_end) await this.#closeHole(this.#inventory.lastPage + 1, null);
    this.#setOwner(null);
    state.is_joined = true;
    return true;
  }

  async #joinPage(page: number): Promise<void> {
    const state = this.#state;
    if (state.is_at_end) {
      await this.#void('repair', page);
      await this.#void('page', page);
      return;
    }
    const stored = this.#inventory.has('page', page)
      ? await loadWhole(this.#place, { kind: 'page', page, part: 0 })
      : null;
    const isRead = stored?.header.kind === 'page' && stored.header.status === 'read';
    await this.#voidOrphans('page', page, isRead ? stored.header.parts : 0);
    if (isRead && !sawNothing(stored)) {
      await this.#append(stored);
      return;
    }
    // What lies before this page, if anything, is repaired with what lies before the next one.
    await this.#void('repair', page);
    if (isRead || stored?.header.kind === 'void') return;
    if (stored === null) await this.#failBroken(page);
    state.failed_pages += 1;
    this.#noteFailure(stored);
  }

  #noteFailure(stored: StoredPage | null): void {
    const error = stored?.header.error ?? null;
    if (error === null) return;
    this.#state.cause = error;
    this.#state.is_out_of_order ||= error.startsWith('LEX_OUT_OF_ORDER');
  }

  /** A page whose parts are of another read than its header: it was begun again, and never ended. */
  async #failBroken(page: number): Promise<void> {
    if (!this.#inventory.has('page', page)) return;
    const summary: PageSummary = {
      ...NO_SUMMARY,
      kind: 'page',
      status: 'failed',
      error: 'LEX_BODY_CUT: The page was not read to its end.',
    };
    const place = { namespace: this.#context.namespace, page, parts: 0, readAt: this.#deps.now().toISOString() };
    const name = { kind: 'page', page, part: 0 } as const;
    await saveObject(this.#place, { name, header: makeHeader(summary, place), lines: Buffer.alloc(0) });
  }

  async #append(stored: StoredPage): Promise<void> {
    const { after } = stored.header;
    const { page } = stored.name;
    if (this.#isAboveCovered(after)) await this.#closeHole(page, after);
    else await this.#void('repair', page);
    const { covered, has_begun, is_at_end } = this.#state;
    if (is_at_end || this.#endsCovered(stored)) {
      await this.#void('page', page);
      return;
    }
    const isOverlap = has_begun && covered !== null && (after === null || compareBytes(after, covered) < 0);
    await this.#take(isOverlap ? await trimPage(stored, covered, this.#trimDeps) : stored);
  }

  /** The object fits now: what it covers begins where the last one ends. */
  async #take(stored: StoredPage): Promise<void> {
    const state = this.#state;
    const settled = await this.#settleDuplicate(stored);
    await settleParts(settled, this.#place);
    const { after, through, reached_end } = settled.header;
    const isEmptyRange = !reached_end && after === through && state.has_begun;
    if (isEmptyRange) return; // Nothing but its joint, which is the owner's.
    if (settled.header.may_hide_rows) this.#noteDoubt();
    this.#setOwner(settled);
    state.covered = through;
    state.is_at_end = reached_end;
    state.has_begun = true;
  }

  #noteDoubt(): void {
    this.#state.may_hide_rows = true;
    this.#state.cause ??= 'LEX_ANSWER_INVALID: A row of a JSON array is no JSON, and may hold others.';
  }

  async #settleDuplicate(stored: StoredPage): Promise<StoredPage> {
    if (stored.header.duplicate_of_joint === null) return stored;
    const owner = this.#owner;
    // A repair has read on behind its last id, so it has seen for itself whether that is listed twice.
    if (owner === null || owner.name.kind !== 'page') return dropDuplicate(stored, this.#place);
    const settled = await settleDuplicate(owner, stored, this.#trimDeps);
    this.#owner = settled.owner;
    return settled.stored;
  }

  /** Reads the ids from `covered` to `until` again, or takes what an earlier call found there. */
  async #closeHole(page: number, until: string | null): Promise<void> {
    const state = this.#state;
    const hole: Hole = { page, after: state.covered, until, position: this.#positionOfCovered() };
    const stored = (await this.#earlierRepair(hole)) ?? (await this.#repair(hole));
    if (stored !== null && stored.header.status === 'read') {
      state.repaired_joints += 1;
      state.failed_repairs_in_a_row = 0;
      await this.#take(stored);
    } else {
      state.failed_repairs_in_a_row += 1;
      this.#noteFailure(stored);
    }
    if (state.is_at_end || (until !== null && !this.#isAboveCovered(until))) return;
    state.gaps += 1;
    this.#setOwner(null);
    state.covered = until;
    state.has_begun = true;
  }

  async #earlierRepair({ page, after, until }: Hole): Promise<StoredPage | null> {
    const name = { kind: 'repair', page, part: 0 } as const;
    if (!this.#inventory.has('repair', page)) return null;
    const stored = await loadWhole(this.#place, name);
    if (stored?.header.kind !== 'repair' || stored.header.after !== after) return null;
    const { through, reached_end } = stored.header;
    const isBeyond = until !== null && (reached_end || (through !== null && compareBytes(through, until) > 0));
    return isBeyond ? null : stored;
  }

  async #repair(hole: Hole): Promise<StoredPage | null> {
    if (this.#state.failed_repairs_in_a_row >= MAX_FAILED_REPAIRS) {
      const what = `${MAX_FAILED_REPAIRS} holes in a row could not be read, so this one was not tried.`;
      await giveUp(hole, new TransientError('LEX_UNREACHABLE', what), this.#context, this.#deps);
    } else {
      await repairJoint(hole, this.#context, this.#deps);
    }
    const stored = await loadWhole(this.#place, { kind: 'repair', page: hole.page, part: 0 });
    await this.#voidOrphans('repair', hole.page, stored?.header.parts ?? 0);
    return stored;
  }

  /** Adds up the owner before: nothing changes it any more. */
  #setOwner(owner: StoredPage | null): void {
    const state = this.#state;
    const header = this.#owner?.header;
    if (header !== undefined) {
      for (const outcome of OUTCOMES) state[outcome] += header.counts[outcome];
      state.known += header.known;
      state.candidates += header.candidates;
    }
    this.#owner = owner;
    state.owner_page = owner?.name.page ?? null;
    state.owner_kind = owner === null ? null : owner.name.kind === 'repair' ? 'repair' : 'page';
  }

  /** `covered` was the last row of its page, or lay just before the page that a repair or a gap led up to. */
  #positionOfCovered(): number {
    const { owner_page, owner_kind, next_page } = this.#state;
    const page = owner_page === null ? next_page : owner_kind === 'page' ? owner_page + 1 : owner_page;
    return Math.max(0, page * this.#context.pageSize - 1);
  }

  #isAboveCovered(after: string | null): boolean {
    const { covered, has_begun } = this.#state;
    if (after === null) return false;
    return !has_begun || (covered !== null && compareBytes(after, covered) > 0);
  }

  #endsCovered({ header }: StoredPage): boolean {
    const { covered } = this.#state;
    if (header.through === null || covered === null) return false;
    const order = compareBytes(header.through, covered);
    return order < 0 || (order === 0 && header.after !== covered);
  }

  async #voidOrphans(kind: DeltaKind, page: number, parts: number): Promise<void> {
    for (const name of this.#inventory.orphans(kind, page, parts)) await this.#voidObject(name);
  }

  async #void(kind: DeltaKind, page: number): Promise<void> {
    for (const name of this.#inventory.all(kind, page)) await this.#voidObject(name);
  }

  async #voidObject(name: Parameters<typeof voidObject>[1]): Promise<void> {
    await voidObject(this.#place, name, this.#deps.now().toISOString());
  }
}

/** "Nothing at all": the listing had become shorter than the page's beginning. */
function sawNothing({ header }: StoredPage): boolean {
  return header.through === null && !header.reached_end;
}
