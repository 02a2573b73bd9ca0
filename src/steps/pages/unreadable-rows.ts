/** Rows that are no documents, held until the next readable id tells whose they are. */
import { compareBytes } from '../../agreements/byte-order.ts';
import { looksLikeId, type ReadResult } from '../../agreements/extract-id.ts';
import { unreadableLine } from './page-lines.ts';
import type { UnreadableLine } from './page-object.ts';

export class UnreadableRows {
  #held: { readonly line: UnreadableLine; readonly row: Buffer }[] = [];

  get count(): number {
    return this.#held.length;
  }

  /** Holds a row that follows the document `lastId`. An id that does not ascend is not believed. */
  hold(
    row: Buffer,
    { id, rule, message }: Extract<ReadResult, { ok: false }>,
    lastId: string | null,
    idField: string,
  ): void {
    const before = this.#held.findLast(({ line }) => line.lex_id !== null)?.line.lex_id ?? lastId;
    const ascends = (text: string) => before === null || compareBytes(text, before) > 0;
    const lex_id = id !== null && ascends(id) ? id : null;
    const looksLike = id === null ? looksLikeId(row, idField) : null;
    const guessed = looksLike !== null && ascends(looksLike) ? { looks_like: looksLike } : {};
    const place = { op: 'unreadable', lex_id, ...guessed, after_id: lastId } as const;
    this.#held.push({ line: { ...place, rule, message, raw: '', raw_encoding: 'utf-8' }, row });
  }

  drop(): void {
    this.#held = [];
  }

  /** The lines of the rows held, which stand before `nextId` (`null`: nothing is known to follow). None is held then. */
  take(nextId: string | null): readonly Buffer[] {
    const lines = this.#held.map(({ line, row }) => {
      const isBefore = (text: string) => nextId === null || compareBytes(text, nextId) < 0;
      const { lex_id, looks_like, ...others } = line;
      const fitting = lex_id !== null && isBefore(lex_id) ? lex_id : null;
      const guessed = looks_like !== undefined && isBefore(looks_like) ? { looks_like } : {};
      return unreadableLine({ ...others, lex_id: fitting, ...guessed }, row);
    });
    this.#held = [];
    return lines;
  }
}
