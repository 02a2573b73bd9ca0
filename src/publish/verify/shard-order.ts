/** The order of a shard: rows, rejections and changes ascend, each key once, within the shard's range; marks name documents. */
import { MANIFEST_PATH } from '../checksums.ts';
import { comparePlaces, isWithin } from '../place.ts';
import type { Place, Shard } from '../published.ts';
import { compareKeys, type RowKey } from '../table-row.ts';
import type { Claim, Faults } from './faults.ts';
import type { Line } from './read-lines.ts';
import type { DocumentOfDay } from './verify-document.ts';

export class ShardOrder {
  readonly #shard: Shard;
  readonly #faults: Faults;
  #last: Place | null = null;
  #mark = 0;

  constructor(shard: Shard, faults: Faults) {
    this.#shard = shard;
    this.#faults = faults;
  }

  add({ place, rows, rejected, changes }: DocumentOfDay): void {
    const { table, rejected: entries, changes: logged } = this.#shard;
    this.#place(place, 'rows', table.path, rows[0]);
    this.#place(place, 'rejected', entries.path, rejected[0]);
    this.#place(place, 'changes', logged.path, changes[0]);
    this.#keys(rows, 'rows', table.path);
    this.#keys(changes, 'changes', logged.path);
    const isThere = rows.length + rejected.length > 0;
    // Twice where the unreadable rows behind the document reach the next number.
    while (isThere && isAt(this.#shard.marks[this.#mark], place)) this.#mark += 1;
    if (this.#last === null || comparePlaces(place, this.#last) > 0) this.#last = place;
  }

  end(): void {
    const { marks, number } = this.#shard;
    if (this.#mark === marks.length) return;
    const what = `has a mark in shard ${number} (number ${this.#mark + 1} of ${marks.length}) that names no document of it, or not in order`;
    this.#faults.add('manifest', MANIFEST_PATH, null, what);
  }

  #place(place: Place, claim: Claim, path: string, line: Line<unknown> | undefined): void {
    if (line === undefined) return;
    const name = `\`${place.lex_id}\` in \`${place.namespace}\``;
    if (!isWithin(place, this.#shard)) {
      const { after, through } = this.#shard;
      const range = `above ${shown(after)} and up to ${shown(through)}`;
      this.#faults.add(claim, path, line.number, `is of ${name} where shard ${this.#shard.number} is ${range}`);
    }
    if (this.#last !== null && comparePlaces(place, this.#last) <= 0) {
      this.#faults.add(claim, path, line.number, `is of ${name}, which comes before ${shown(this.#last)} above it`);
    }
  }

  #keys(lines: readonly Line<RowKey>[], claim: Claim, path: string): void {
    for (let i = 1; i < lines.length; i += 1) {
      const order = compareKeys(lines[i - 1]!.value, lines[i]!.value);
      if (order < 0) continue;
      const what =
        order === 0 ? 'has the key of the line before it' : 'has a key that comes before that of the line before it';
      this.#faults.add(claim, path, lines[i]!.number, what);
    }
  }
}

function isAt(mark: Place | undefined, place: Place): boolean {
  return mark !== undefined && mark.lex_id === place.lex_id && mark.namespace === place.namespace;
}

function shown(place: Place | null): string {
  return place === null ? 'no bound' : `\`${place.lex_id}\` in \`${place.namespace}\``;
}
