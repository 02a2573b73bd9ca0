/**
 * Which documents somebody means by a lex id or an agreement identifier (A3.3), over the published days. A lex id leads to
 * one shard a day; an A3.3 is searched for in the whole newest table, in all change logs, and in what is rejected, on older
 * days only while nothing is found.
 */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { comparePlaces } from '../place.ts';
import type {
  ChangeLine,
  Place,
  PublishedFile,
  RejectedEntryWithText,
  RejectedText,
  Shard,
  TableRow,
} from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { findDeletedTexts } from '../retention/deleted-texts.ts';
import { DocumentFiles } from './document-files.ts';
import { mapInParallel } from './map-in-parallel.ts';
import type { HistoryDay } from './published-days.ts';
import { searchLines } from './search-lines.ts';

/** `raw`: the text of a rejected document names it, in whatever member. */
export type FoundBy = 'lex id' | 'A3.3' | 'raw';

export interface FoundDocument extends Place {
  readonly found_by: FoundBy;
}

type Reads = Pick<JobDailyA3Data, 'get' | 'list' | 'open'>;

const PARALLEL_FILES = 4;

/**
 * The documents, ascending; empty: no published day knows one.
 * @param days the newest first
 * @param text a lex id, `namespace/lex id`, an A3.3, or `namespace/A3.3`
 * @param namespace `null`: any
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function findAgreement(
  a3: Reads,
  days: readonly HistoryDay[],
  text: string,
  namespace: string | null,
): Promise<readonly FoundDocument[]> {
  const places = placesMeant(days, text, namespace);
  const known = await mapInParallel(places, PARALLEL_FILES, (place) => isKnown(a3, days, place));
  const byId = places.filter((_, i) => known[i]);
  if (byId.length > 0) return byId.map((place) => ({ ...place, found_by: 'lex id' }));
  const byA33 = await findByA33(a3, days, text, namespace);
  if (byA33.length > 0) return byA33;
  for (const place of prefixedPlaces(days, text, namespace)) {
    const found = await findByA33(a3, days, place.lex_id, place.namespace);
    if (found.length > 0) return found;
  }
  return [];
}

/** Every namespace that a published day speaks of, ascending. */
export function namespacesOf(days: readonly Pick<PublishedDay, 'manifest'>[]): readonly string[] {
  const names = days.flatMap(({ manifest }) => [
    ...Object.keys(manifest.mapping_versions),
    ...(manifest.carried_over ?? []).map(({ namespace }) => namespace),
    ...manifest.shards.flatMap(({ through }) => through?.namespace ?? []),
  ]);
  return [...new Set(names)].sort();
}

/** Places that the text may name, ascending. */
export function placesMeant(days: readonly HistoryDay[], text: string, namespace: string | null): readonly Place[] {
  const names = namesAllowed(days, namespace);
  const places = names.map((name) => ({ namespace: name, lex_id: text }));
  return [...places, ...prefixedPlaces(days, text, namespace)].sort(comparePlaces);
}

/** What the text says as `namespace/…`. */
function prefixedPlaces(days: readonly HistoryDay[], text: string, namespace: string | null): readonly Place[] {
  const names = namesAllowed(days, namespace);
  const prefixed = names.filter((name) => text.startsWith(`${name}/`) && text.length > name.length + 1);
  return prefixed.map((name) => ({ namespace: name, lex_id: text.slice(name.length + 1) }));
}

function namesAllowed(days: readonly HistoryDay[], namespace: string | null): readonly string[] {
  return namespacesOf(days).filter((name) => namespace === null || name === namespace);
}

/** A document that is in the newest table no more has left it with a line in a day's change log. */
async function isKnown(a3: Reads, days: readonly HistoryDay[], place: Place): Promise<boolean> {
  const files = new DocumentFiles(a3, place);
  for (const [i, day] of days.entries()) {
    const isWhole = i === 0 || days[i - 1]!.base !== 'known';
    if ((await files.changes(day)).length > 0 || (isWhole && (await files.rows(day)).length > 0)) return true;
    const { rejected, unreadable } = await files.rejects(day);
    if (rejected !== null || unreadable.length > 0) return true;
  }
  return false;
}

async function findByA33(
  a3: Reads,
  days: readonly HistoryDay[],
  text: string,
  namespace: string | null,
): Promise<readonly FoundDocument[]> {
  const finder = new IdentifierFinder(a3, text, namespace);
  for (const [i, day] of days.entries()) {
    if (i === 0 || days[i - 1]!.base !== 'known') await finder.searchTable(day);
    // An agreement may have moved from one document to another, so these are searched whatever the table has.
    await finder.searchChanges(day);
  }
  for (const day of days) {
    await finder.searchRejected(day);
    if (finder.found.length > 0) break;
  }
  return finder.found;
}

/** With its text where the table was published before texts had parts of their own. */
type EntryOfAnyTable = Omit<RejectedEntryWithText, 'raw'> & { readonly raw?: string };

class IdentifierFinder {
  readonly #a3: Reads;
  readonly #text: string;
  readonly #namespace: string | null;
  readonly #found = new Map<string, FoundDocument>();
  /** SHA-256 of contents that were searched. */
  readonly #searched = new Set<string>();

  constructor(a3: Reads, text: string, namespace: string | null) {
    this.#a3 = a3;
    this.#text = text;
    this.#namespace = namespace;
  }

  /** Ascending. What only the text of a rejected document names counts when nothing else was found. */
  get found(): readonly FoundDocument[] {
    const all = [...this.#found.values()].sort(comparePlaces);
    const by = (how: FoundBy) => all.filter((one) => one.found_by === how);
    return [by('lex id'), by('A3.3')].find((found) => found.length > 0) ?? all;
  }

  async searchTable(day: HistoryDay): Promise<void> {
    await this.#search<TableRow>(
      day,
      (shard) => shard.table,
      [this.#member, this.#idMember],
      (row) => (row['A3.3'] === this.#text ? 'A3.3' : this.#byId(row)),
    );
  }

  /** A row whose key is another has a line with each key. */
  async searchChanges(day: HistoryDay): Promise<void> {
    await this.#search<ChangeLine>(
      day,
      (shard) => shard.changes,
      [this.#member],
      (line) => (line['A3.3'] === this.#text ? 'A3.3' : null),
    );
  }

  async searchRejected(day: HistoryDay): Promise<void> {
    const quoted = JSON.stringify(this.#text);
    const inRaw = JSON.stringify(quoted).slice(1, -1);
    const finding = `"agreement_id":${quoted}`;
    const isInText = ({ kind, raw = '' }: Pick<RejectedText, 'kind'> & { readonly raw?: string }) =>
      kind === 'document' && raw.includes(quoted);
    await this.#search<EntryOfAnyTable>(
      day,
      (shard) => shard.rejected,
      [finding, inRaw, this.#idMember],
      (entry) => {
        if (this.#byId(entry) !== null) return 'lex id';
        if (entry.findings.some(({ agreement_id }) => agreement_id === this.#text)) return 'A3.3';
        return isInText(entry) ? 'raw' : null;
      },
    );
    const deleted = await findDeletedTexts(this.#a3, day);
    await this.#search<RejectedText>(
      day,
      ({ texts }) => (texts == null || deleted?.paths.has(texts.path) ? null : texts),
      [inRaw],
      (text) => (isInText(text) ? 'raw' : null),
    );
  }

  get #member(): string {
    return `"A3.3":${JSON.stringify(this.#text)}`;
  }

  get #idMember(): string {
    return `"lex_id":${JSON.stringify(this.#text)}`;
  }

  /** Of a namespace that no run of these days has named: its rows still stand, and nothing but they speak of it. */
  #byId({ lex_id }: { readonly lex_id: string | null }): FoundBy | null {
    return lex_id === this.#text ? 'lex id' : null;
  }

  async #search<T extends { readonly namespace: string; readonly lex_id: string | null }>(
    { folder, manifest }: HistoryDay,
    fileOf: (shard: Shard) => PublishedFile | null,
    texts: readonly string[],
    foundBy: (line: T) => FoundBy | null,
  ): Promise<void> {
    const all = manifest.shards.flatMap((shard) => fileOf(shard) ?? []);
    const files = all.filter((file) => !this.#searched.has(file.content_sha256));
    for (const { content_sha256 } of files) this.#searched.add(content_sha256);
    const found = await mapInParallel(files, PARALLEL_FILES, (file) =>
      searchLines<T, FoundDocument>(this.#a3, folder, file, {
        texts,
        isMeant: (line) => line.lex_id !== null && this.#isIn(line.namespace) && foundBy(line) !== null,
        keep: (line) => ({ namespace: line.namespace, lex_id: line.lex_id ?? '', found_by: foundBy(line) ?? 'raw' }),
      }),
    );
    for (const one of found.flat()) {
      const key = JSON.stringify([one.namespace, one.lex_id]);
      if (this.#found.get(key)?.found_by !== 'A3.3') this.#found.set(key, one);
    }
  }

  #isIn(namespace: string): boolean {
    return this.#namespace === null || this.#namespace === namespace;
  }
}
