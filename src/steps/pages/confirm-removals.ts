/**
 * Decides which known documents that Lex did not list are removed, and writes them, sorted, to `removals.ndjson`.
 * In turns: a turn leaves a part behind and goes on after its last candidate.
 */

import { compareBytes } from '../../agreements/byte-order.ts';
import type { LexSource } from '../../lex/lex-source.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import type { CalculateState } from './calculate-state.ts';
import { deltaKey } from './delta-keys.ts';
import type { PageInventory } from './page-inventory.ts';
import { textLine } from './page-lines.ts';
import type { RemoveLine } from './page-object.ts';
import { NO_SUMMARY, PageObjectWriter } from './page-object-writer.ts';
import { isLexError } from './query-page.ts';
import { linesOf, loadObject, objectsOf, type PageFolder, voidObject } from './stored-page.ts';

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

type Answer = 'gone' | 'there' | 'not-proven' | 'unanswered';

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

  /** @returns `null`: the turn has ended before all candidates were confirmed; else the removals, and those held back */
  async run(shouldStop: () => boolean): Promise<{ readonly removed: number; readonly held: number } | null> {
    const state = this.#state;
    let isFirst = true;
    for await (const ids of this.#candidates()) {
      if (!isFirst && shouldStop()) {
        await this.#writer.flush();
        state.removal_parts = this.#writer.parts;
        return null;
      }
      isFirst = false;
      await this.#confirm(ids);
      // As a share: it is rounded as the bound is, which no product with it would be.
      if (state.removed > 0 && state.removed / state.known > this.#rules.maxShare) return this.#holdBack();
      if (this.#writer.isFull) await this.#writer.flush();
    }
    return this.#finish();
  }

  async #finish(): Promise<{ readonly removed: number; readonly held: number }> {
    const { removed, unconfirmed } = this.#state;
    if (removed > 0) await this.#writer.finish({ ...NO_SUMMARY, kind: 'removals' });
    await this.#voidFrom(removed > 0 ? this.#writer.parts + 1 : 0);
    return { removed, held: unconfirmed };
  }

  /** What was written before the bound was passed is taken back. */
  async #holdBack(): Promise<{ readonly removed: number; readonly held: number }> {
    for (let part = 1; part <= this.#writer.parts; part += 1) await this.#void(part);
    await this.#voidFrom(0);
    return { removed: 0, held: this.#state.candidates - this.#state.found };
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
      if (answer === 'unanswered') state.unconfirmed += 1;
      if (answer === 'there') state.found += 1;
      if (answer !== 'gone') continue;
      state.removed += 1;
      this.#writer.add(textLine({ op: 'remove', lex_id: ids[i] as string } satisfies RemoveLine));
    }
  }

  async #ask(id: string): Promise<Answer> {
    if (this.#unansweredInARow >= MAX_UNANSWERED_IN_A_ROW) return 'unanswered';
    try {
      const document = await this.#deps.lex.getDocument(this.#place.namespace, id);
      this.#unansweredInARow = 0;
      if (document === undefined) return this.#rules.isComplete ? 'gone' : 'not-proven';
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
