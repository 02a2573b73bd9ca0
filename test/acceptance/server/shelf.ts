/** One namespace of a Lex: its lines in ascending id, and what of each id could be seen since a read began. */
import type { Sight } from '../model/book.ts';
import { compareBytes } from '../model/row.ts';

/** What stands at one id: mostly one line; two are a doubled id; an unreadable one has its place and no meaning. */
export interface Entry {
  readonly id: string;
  readonly lines: readonly Buffer[];
  readonly is: 'document' | 'unreadable';
}

export class Shelf {
  private entries: Entry[] = [];
  private sights = new Map<string, Sight[]>();
  private strangers = false;
  private flat: readonly Buffer[] | null = null;
  /** Counts changes: a snapshot's name. */
  version = 0;

  /** A new read begins: only what stands now has been there. */
  beginRead(): void {
    this.sights = new Map(this.entries.map((entry) => [entry.id, [sightOf(entry)]]));
    this.strangers = this.entries.some((entry) => entry.is === 'unreadable');
  }

  seen(): { readonly sights: ReadonlyMap<string, readonly Sight[]>; readonly hasUnreadable: boolean } {
    return { sights: this.sights, hasUnreadable: this.strangers };
  }

  ids(): string[] {
    return this.entries.map((entry) => entry.id);
  }

  get(id: string): Entry | null {
    return this.entries.find((entry) => entry.id === id) ?? null;
  }

  /** All lines in the order of their ids. */
  lines(): readonly Buffer[] {
    this.flat ??= this.entries.flatMap((entry) => entry.lines);
    return this.flat;
  }

  /** The id whose line stands at a position of the listing. */
  idAt(position: number): string | null {
    let at = 0;
    for (const entry of this.entries) {
      at += entry.lines.length;
      if (position < at) return position < 0 ? null : entry.id;
    }
    return null;
  }

  put(entry: Entry): void {
    const at = this.entries.findIndex((other) => compareBytes(other.id, entry.id) >= 0);
    const replaces = at >= 0 && this.entries[at]!.id === entry.id;
    this.entries.splice(at < 0 ? this.entries.length : at, replaces ? 1 : 0, entry);
    if (entry.is === 'unreadable') this.strangers = true;
    this.note(entry.id, sightOf(entry), replaces);
  }

  remove(id: string): void {
    const at = this.entries.findIndex((entry) => entry.id === id);
    if (at < 0) return;
    this.entries.splice(at, 1);
    this.note(id, { is: 'absent' }, true);
  }

  private note(id: string, sight: Sight, wasThere: boolean): void {
    this.flat = null;
    this.version++;
    const before = this.sights.get(id) ?? (wasThere ? [] : [{ is: 'absent' } as const]);
    this.sights.set(id, [...before, sight]);
  }
}

export function documentEntry(id: string, text: string): Entry {
  return { id, lines: [Buffer.from(text)], is: 'document' };
}

function sightOf(entry: Entry): Sight {
  if (entry.is === 'unreadable') return { is: 'unreadable' };
  const [first, ...others] = entry.lines;
  return others.some((line) => !line.equals(first!)) ? { is: 'doubled' } : { is: 'document', text: first!.toString() };
}
