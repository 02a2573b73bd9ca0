/** Rows that are no documents, held until the next readable id tells whose they are. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { ReadResult } from '../../agreements/extract-id.ts';
import { unreadableLine } from './page-lines.ts';
import type { UnreadableLine } from './page-object.ts';

export class UnreadableRows {
  #held: { readonly line: UnreadableLine; readonly row: Buffer }[] = [];

  get count(): number {
    return this.#held.length;
  }

  /** Holds a row that follows the document `lastId`. An id that does not ascend is not believed. */
  hold(row: Buffer, { id, rule, message }: Extract<ReadResult, { ok: false }>, lastId: string | null): void {
    const before = this.#held.findLast(({ line }) => line.lex_id !== null)?.line.lex_id ?? lastId;
    const lex_id = id !== null && (before === null || compareBytes(id, before) > 0) ? id : null;
    const place = { op: 'unreadable', lex_id, after_id: lastId } as const;
    this.#held.push({ line: { ...place, rule, message, raw: '', raw_encoding: 'utf-8' }, row });
  }

  drop(): void {
    this.#held = [];
  }

  /** The lines of the rows held, which stand before `nextId` (`null`: nothing is known to follow). None is held then. */
  take(nextId: string | null): readonly Buffer[] {
    const lines = this.#held.map(({ line, row }) => {
      const fits = line.lex_id !== null && (nextId === null || compareBytes(line.lex_id, nextId) < 0);
      return unreadableLine(fits ? line : { ...line, lex_id: null }, row);
    });
    this.#held = [];
    return lines;
  }
}
