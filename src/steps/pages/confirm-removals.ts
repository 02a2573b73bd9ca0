/**
 * Decides which known documents that Lex did not list are removed and which removals are held back, and writes both, sorted, to
 * `removals.ndjson`. In turns: a turn leaves a part behind and goes on after its last candidate.
 */

import { compareBytes } from '../../agreements/byte-order.ts';
import type { HeldReason } from '../../job/contracts.ts';
import type { LexSource } from '../../lex/lex-source.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import type { CalculateState } from './calculate-state.ts';
import { deltaKey } from './delta-keys.ts';
import type { PageInventory } from './page-inventory.ts';
import { textLine } from './page-lines.ts';
import type { HeldLine, RemoveLine } from './page-object.ts';
import { NO_SUMMARY, PageObjectWriter } from './page-object-writer.ts';
import { isLexError } from './query-page.ts';
import {
  linesOf,
  loadObject,
  objectsOf,
  type PageFolder,
  type StoredPage,
  saveObject,
  voidObject,
} from './stored-page.ts';

/** Documents that Lex is asked for at once. */
const PARALLEL_REQUESTS = 8;
/** After so many in a row that Lex did not answer for, the others are not asked for. */
const MAX_UNANSWERED_IN_A_ROW = 24;

export interface RemovalDeps {
  readonly lex: Pick<LexSource, 'getDocument'>;
  readonly delta: Pick<ObjectStore, 'get' | 'put'>;
  readonly now: () => Date;
  readonly maxPartBytes?: number;
}

export interface RemovalRules {
  /** No gap in the namespace: where Lex has no get-by-id, absence is proof then. */
  readonly isComplete: boolean;
  /** Above this share of the known documents all removals are held back; `Infinity` where an operator accepts them. */
  readonly maxShare: number;
}

type Answer = 'gone' | 'there' | Exclude<HeldReason, 'too_many'>;

export class RemovalConfirmation {
  readonly #state: CalculateState;
  readonly #inventory: PageInventory;
  readonly #place: PageFolder;
  readonly #rules: RemovalRules;
  readonly #deps: RemovalDeps;
  readonly #writer: PageObjectWriter;
  #unansweredInARow = 0;

  /** Changes `state` as it goes. */
  constructor(
    state: CalculateState,
    inventory: PageInventory,
    place: PageFolder,
    rules: RemovalRules,
    deps: RemovalDeps,
  ) {
    this.#state = state;
    this.#inventory = inventory;
    this.#place = place;
    this.#rules = rules;
    this.#deps = deps;
    const { folder, namespace } = place;
    const at = { folder, namespace, name: { kind: 'removals', page: 0, part: 0 } as const, readAt: this.#now() };
    this.#writer = new PageObjectWriter(deps.delta, at, {
      parts: state.removal_parts,
      maxPartBytes: deps.maxPartBytes,
    });
  }

  /** @returns `null`: the turn has ended before all candidates were decided on; else the removals, and those held back */
  async run(shouldStop: () => boolean): Promise<{ readonly removed: number; readonly held: number } | null> {
    const state = this.#state;
    await this.#holdWritten();
    let isFirst = true;
    let isTooMany = false;
    for await (const ids of this.#candidates()) {
      if (isTooMany || (!isFirst && shouldStop())) return this.#pause(isTooMany);
      isFirst = false;
      if (state.is_held_back) for (const id of ids) this.#hold(id, 'too_many');
      else await this.#confirm(ids);
      // As a share: it is rounded as the bound is, which no product with it would be.
      isTooMany = state.removed > 0 && state.removed / state.known > this.#rules.maxShare;
      if (this.#writer.isFull) await this.#writer.flush();
    }
    return isTooMany ? this.#pause(true) : this.#finish();
  }

  /**
   * Ends the turn. That all is held back goes into the cursor before anything is rewritten for it: a turn that is cut off and
   * done again decides nothing else.
   */
  async #pause(isTooMany: boolean): Promise<null> {
    const state = this.#state;
    await this.#writer.flush();
    state.removal_parts = this.#writer.parts;
    if (!isTooMany) return null;
    state.is_held_back = true;
    state.parts_to_hold = this.#writer.parts;
    state.held += state.removed;
    state.removed = 0;
    return null;
  }

  /** What was to be removed before the bound was passed is held back, too. */
  async #holdWritten(): Promise<void> {
    const state = this.#state;
    for (let part = 1; part <= state.parts_to_hold; part += 1) {
      const stored = await loadObject(this.#place, { kind: 'removals', page: 0, part });
      if (stored !== null) await saveObject(this.#place, { ...stored, lines: asHeld(this.#place, stored) });
    }
    state.parts_to_hold = 0;
  }

  async #finish(): Promise<{ readonly removed: number; readonly held: number }> {
    const { removed, held } = this.#state;
    const isEmpty = removed + held === 0;
    if (!isEmpty) await this.#writer.finish({ ...NO_SUMMARY, kind: 'removals' });
    await this.#voidFrom(isEmpty ? 0 : this.#writer.parts + 1);
    return { removed, held };
  }

  /** Objects of an earlier call, from this part number on. */
  async #voidFrom(first: number): Promise<void> {
    for (const { part } of this.#inventory.all('removals', 0)) if (part >= first) await this.#void(part);
  }

  async #void(part: number): Promise<void> {
    await voidObject(this.#place, { kind: 'removals', page: 0, part }, this.#now());
  }

  async #confirm(ids: readonly string[]): Promise<void> {
    const state = this.#state;
    const answers = await Promise.all(ids.map((id) => this.#ask(id)));
    for (const [i, answer] of answers.entries()) {
      const id = ids[i] as string;
      if (answer === 'not_proven' || answer === 'unanswered') this.#hold(id, answer);
      if (answer !== 'gone') continue;
      state.removed += 1;
      this.#writer.add(textLine({ op: 'remove', lex_id: id } satisfies RemoveLine));
    }
  }

  #hold(id: string, reason: HeldReason): void {
    this.#state.held += 1;
    this.#writer.add(heldLine(id, reason));
  }

  async #ask(id: string): Promise<Answer> {
    if (this.#unansweredInARow >= MAX_UNANSWERED_IN_A_ROW) return 'unanswered';
    try {
      const document = await this.#deps.lex.getDocument(this.#place.namespace, id);
      this.#unansweredInARow = 0;
      if (document === undefined) return this.#rules.isComplete ? 'gone' : 'not_proven';
      return document === null ? 'gone' : 'there';
    } catch (error) {
      // Not knowing removes nothing: the next run finds the candidate again.
      if (!isLexError(error)) throw error;
      this.#unansweredInARow += 1;
      return 'unanswered';
    }
  }

  /** The candidates ascending, some at a time, from where the turn before has stopped. */
  async *#candidates(): AsyncIterable<readonly string[]> {
    const state = this.#state;
    for (let page = state.confirm_page; page <= this.#inventory.lastPage + 1; page += 1) {
      for (const kind of ['repair', 'page'] as const) {
        if (page === state.confirm_page && state.confirm_kind === 'page' && kind === 'repair') continue;
        const isResumed = page === state.confirm_page && kind === state.confirm_kind;
        const after = isResumed ? state.confirm_after : null;
        for await (const ids of this.#candidatesOf(kind, page, after)) {
          yield ids;
          // Reached when the ids are done with: nothing of a turn that is cut off is passed over.
          state.confirm_page = page;
          state.confirm_kind = kind;
          state.confirm_after = ids.at(-1) ?? null;
        }
      }
    }
  }

  async *#candidatesOf(kind: 'repair' | 'page', page: number, after: string | null): AsyncIterable<readonly string[]> {
    const stored = await loadObject(this.#place, { kind, page, part: 0 });
    // A failed or void object has none; beside an unreadable row none counts.
    if (stored === null || stored.header.candidates === 0) return;
    let ids: string[] = [];
    for await (const { name, lines } of objectsOf(this.#place, stored)) {
      for (const { head } of linesOf(lines, deltaKey(this.#place.folder, name))) {
        if (head.op !== 'candidate' || (after !== null && compareBytes(head.lex_id, after) <= 0)) continue;
        ids.push(head.lex_id);
        if (ids.length < PARALLEL_REQUESTS) continue;
        yield ids;
        ids = [];
      }
    }
    if (ids.length > 0) yield ids;
  }

  #now(): string {
    return this.#deps.now().toISOString();
  }
}

function heldLine(lex_id: string, reason: HeldReason): Buffer {
  return textLine({ op: 'held', lex_id, reason } satisfies HeldLine);
}

/** The lines of a part, none of which removes any more. */
function asHeld({ folder }: PageFolder, { name, lines }: StoredPage): Buffer {
  const held = [...linesOf(lines, deltaKey(folder, name))].flatMap(({ bytes, head }) => {
    return [head.op === 'remove' ? heldLine(head.lex_id, 'too_many') : bytes, Buffer.from('\n')];
  });
  return Buffer.concat(held);
}
