/**
 * Tries a mapping (a namespace's module, the rules in force) on the documents that Lex lists, beside the one that is in
 * force: what would a run publish that it does not publish now? Reads only. Holds one page of documents at a time.
 */

import { readDocument } from '../../agreements/extract-id.ts';
import type { AliasItem, EntityItem, LawItem } from '../../agreements/look-up-items.ts';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import type { RuleSet } from '../../agreements/table-a3/rules.ts';
import { mappingVersion } from '../../agreements/table-a3/rules-in-force.ts';
import { DEFAULT_RETRY_POLICY, REAL_RETRY_DEPENDENCIES, withRetries } from '../../lex/http-retry.ts';
import type { LexSource } from '../../lex/lex-source.ts';
import type { EntityTable, GoverningLawTable } from '../../stores/look-ups.ts';
import { type PutDocument, transformPutLines } from '../slices/transform-put-lines.ts';
import { type MappingTrial, TrialTally } from './trial-tally.ts';

/** Documents that are read and transformed at once. */
const PAGE_SIZE = 200;

export interface Mapping {
  readonly module: NamespaceModule;
  readonly rules: RuleSet;
}

export interface TryMappingInput {
  readonly namespace: string;
  /** What is in force; `null`: nothing is, the namespace is new. */
  readonly before: Mapping | null;
  readonly after: Mapping;
  /** Examples at the most. */
  readonly sample: number;
}

export interface TryMappingDeps {
  readonly lex: Pick<LexSource, 'readRows'>;
  readonly entities: Pick<EntityTable, 'get'>;
  readonly laws: Pick<GoverningLawTable, 'get'>;
  /** Told after every page. */
  readonly onProgress?: (documents: number) => void;
}

/**
 * Pages are read one after the other without their joints: a trial proves nothing, so a document that comes or goes
 * meanwhile may be left out or tried twice.
 * @throws as `LexSource.readRows`; whatever the look-up tables throw
 */
export async function tryMapping(input: TryMappingInput, deps: TryMappingDeps): Promise<MappingTrial> {
  const { namespace, before, after, sample } = input;
  const tally = new TrialTally(namespace, sample);
  for (let offset = 0; ; ) {
    const rows = await readPage(namespace, offset, deps.lex);
    if (rows.length === 0) break;
    offset += rows.length;
    const stores = remembering(deps);
    const documents = rows.map((row) => documentOf(row, after.module));
    const readable = documents.filter((document) => document !== null);
    tally.addUnreadable(documents.length - readable.length);
    const linesBefore = before === null ? null : (await transformPutLines(readable, { ...stores, ...before })).lines;
    const { lines } = await transformPutLines(readable, { ...stores, ...after });
    for (const [i, line] of lines.entries()) tally.add(linesBefore?.[i] ?? null, line);
    deps.onProgress?.(offset);
  }
  const versionOf = (mapping: Mapping) => mappingVersion(mapping.module, mapping.rules);
  return tally.trial({ before: before === null ? null : versionOf(before), after: versionOf(after) });
}

function readPage(namespace: string, offset: number, lex: TryMappingDeps['lex']): Promise<readonly Buffer[]> {
  const read = async () => {
    const { rows } = await lex.readRows(namespace, offset, PAGE_SIZE);
    return (await Array.fromAsync(rows)).flat();
  };
  return withRetries(read, DEFAULT_RETRY_POLICY, REAL_RETRY_DEPENDENCIES, undefined);
}

function documentOf(row: Buffer, module: NamespaceModule): PutDocument | null {
  const read = readDocument(row, module);
  if (!read.ok) return null;
  // Hashes say which document it is, and both sides have the same.
  const hashes = { raw_hash: '', content_hash: '', hash_scheme: 0 };
  const { id: lex_id, document } = read;
  return { line: { op: 'put', lex_id, status: 'reprocessed', ...hashes, reject: null, document }, raw: '' };
}

/** Both sides look up the same: each row is fetched once a page, and is the same for both. */
function remembering({ entities, laws }: TryMappingDeps): Pick<TryMappingDeps, 'entities' | 'laws'> {
  const known = {
    entities: new Map<string, Promise<EntityItem | AliasItem | null>>(),
    laws: new Map<string, Promise<LawItem | null>>(),
  };
  return {
    entities: { get: (key) => remember(known.entities, key, () => entities.get(key)) },
    laws: { get: (key) => remember(known.laws, key, () => laws.get(key)) },
  };
}

function remember<T>(known: Map<string, Promise<T>>, key: string, get: () => Promise<T>): Promise<T> {
  let item = known.get(key);
  if (item === undefined) {
    item = get();
    known.set(key, item);
  }
  return item;
}
