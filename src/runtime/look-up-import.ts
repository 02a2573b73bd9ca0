/**
 * Imports of look-up files. Everything is read and checked before anything is written; a second import of the same files
 * changes nothing. No run is stopped for it: a run sees each item as it is when it looks it up.
 *
 * Whatever else writes look-up rows (enrichment, for one) writes them as this does, by `changeLookUps` of
 * `stores/change-look-ups.ts`: it notes the keys, so that the next run transforms the documents again that used them.
 */
import { readAliasLines, refuseRepeatedAliases } from '../agreements/imports/aliases.ts';
import { readLaws } from '../agreements/imports/laws.ts';
import { readMasterLines, refuseRepeatedRows } from '../agreements/imports/master-table.ts';
import { type FileCounts, type KeyCounts, planLawImport } from '../agreements/imports/plan-import.ts';
import type { HeaderGaps } from '../agreements/imports/read-header.ts';
import {
  type AliasItem,
  type EntityItem,
  type EntityRole,
  type LawItem,
  type Use,
  usedVersion,
} from '../agreements/look-up-items.ts';
import { PermanentError } from '../errors.ts';
import { allEntities } from '../stores/all-entities.ts';
import { changeLookUps, type LookUpChange, type LookUpStores } from '../stores/change-look-ups.ts';
import { type ImportedFile, type ImportRecord, recordImport } from '../stores/look-up-imports.ts';
import type { EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import { type EntityFile, type EntityPlan, planEntities } from './entity-plan.ts';
import { FileDigest } from './file-digest.ts';
import { ImportRefusedError, type RefusedLine } from './import-refused.ts';
import { lookUpBytes } from './look-up-bytes.ts';
import type { AliasesOfNobody } from './plan-totals.ts';

/** Paths; at least one of them. */
export interface EntityFiles {
  readonly co?: string | undefined;
  readonly cp?: string | undefined;
  readonly aliases?: string | undefined;
}

export interface ImportOptions {
  /** Leaves refused lines out instead of refusing the files. */
  readonly allowRejects: boolean;
  /**
   * The master tables given are whole: who stood in one and is not named any more goes out of it.
   * @default false
   */
  readonly isComplete?: boolean;
  /** More than {@link MAX_REMOVED_SHARE} of a table may go. @default false */
  readonly allowRemovals?: boolean;
  /** Writes nothing, and is given the rows as documents would find them. */
  readonly dryRun?: (changed: AsyncIterable<Use>) => Promise<void>;
  /** Who imports; goes into the record. @default null */
  readonly by?: string | null;
}

export interface ImportResult {
  readonly counts: readonly FileCounts[];
  readonly refused: readonly RefusedLine[];
  /** Keys of the table that were written, or would be. */
  readonly keys: KeyCounts;
  /** Entities that went out of a master table, or would. */
  readonly removed: number;
  /** Whether so many go that the import is refused, which a dry run only tells. */
  readonly removesTooMany: boolean;
  readonly aliasesOfNobody: AliasesOfNobody;
  /** Master tables with columns that are not read: misspelt, perhaps. */
  readonly columnGaps: readonly ColumnGaps[];
  /** Of its record; `null`: nothing was written. */
  readonly number: number | null;
}

export interface ColumnGaps extends HeaderGaps {
  readonly file: string;
}

/** All of a job's stores will do. */
export interface ImportStores extends LookUpStores {
  readonly entities: Pick<EntityTable, 'get' | 'putAll' | 'readPage'>;
  readonly governingLaws: Pick<GoverningLawTable, 'get' | 'putAll'>;
}

/**
 * Up to this many items are all written or none, which holds for any usual import. Of more, a crash half-way leaves the
 * first ones, each whole; the same command again writes the rest. One write of all of them would hold the write lock for
 * so long that a run beside it could give up.
 */
const MAX_ITEMS_TOGETHER = 100_000;
/** Items of a write where there are more: what waits for its commit lies in memory, as objects and as pages. */
const ITEMS_PER_WRITE = 20_000;

/** A file that was cut short at the end of a line looks like a table that has shrunk. */
const MAX_REMOVED_SHARE = 0.05;
/** As many may go from any table, however small. */
const FEW_REMOVED = 10;

/**
 * @throws ImportRefusedError; PermanentError `IMPORT_REMOVES_MANY`, `INPUT_INVALID`, `FILE_NOT_READABLE`, `STORE_*`
 */
export async function importEntityFiles(
  { co, cp, aliases }: EntityFiles,
  stores: ImportStores,
  options: ImportOptions,
): Promise<ImportResult> {
  const files: EntityFile[] = [];
  const digests = new Digests();
  const columnGaps: ColumnGaps[] = [];
  const onHeader = (gaps: ColumnGaps) => void (gaps.unread.length > 0 && columnGaps.push(gaps));
  if (co !== undefined) files.push(masterFile('CO', co, digests, onHeader));
  if (cp !== undefined) files.push(masterFile('CP', cp, digests, onHeader));
  if (aliases !== undefined) {
    const lines = readAliasLines(digests.bytesOf(aliases), aliases);
    files.push({ file: aliases, lines, refuseRepetitions: refuseRepeatedAliases });
  }
  const roles = [...(co === undefined ? [] : ['CO' as const]), ...(cp === undefined ? [] : ['CP' as const])];
  const members = options.isComplete ? { roles, items: allEntities(stores.entities) } : null;
  const plan = await planEntities(files, (key) => stores.entities.get(key), members);
  try {
    const removesTooMany = !options.allowRemovals && isTooMany(plan.members);
    if (removesTooMany && options.dryRun === undefined) throw tooManyRemovals(plan.members);
    const changeOf = (entities: Iterable<EntityItem | AliasItem>) => ({ entities });
    const result = await carryOut<EntityItem | AliasItem>(plan, ENTITIES, changeOf, digests, stores, options);
    return { ...result, removesTooMany, columnGaps };
  } finally {
    await plan.close();
  }
}

/** As {@link importEntityFiles}; laws are few, and are held in memory. @throws the same */
export async function importLawFile(file: string, stores: ImportStores, options: ImportOptions): Promise<ImportResult> {
  const digests = new Digests();
  const lines = readLaws(digests.bytesOf(file), file);
  const { items, ...law } = await planLawImport([{ file, lines }], (key) => stores.governingLaws.get(key));
  const all = async function* () {
    yield* items.values();
  };
  const inOne = async function* () {
    yield [...items.values()];
  };
  return carryOut<LawItem>(
    { ...law, members: NO_MEMBERS, aliasesOfNobody: NO_ALIASES, items: all, batches: inOne },
    LAWS,
    (laws) => ({ laws }),
    digests,
    stores,
    options,
  );
}

/** Of the files, by path, in the order in which they are read. */
class Digests {
  readonly #digests = new Map<string, FileDigest>();

  bytesOf(path: string): AsyncIterable<Uint8Array> {
    const digest = new FileDigest(path);
    this.#digests.set(path, digest);
    return lookUpBytes(path, (block) => digest.add(block));
  }

  imported(counts: readonly FileCounts[]): readonly ImportedFile[] {
    return counts.map(({ file, ...lines }) => this.#digests.get(file)!.imported(lines));
  }
}

const ENTITIES = { table: 'Entity', kind: 'entities' } as const;
const LAWS = { table: 'GoverningLaw', kind: 'laws' } as const;

function masterFile(
  role: EntityRole,
  file: string,
  digests: Digests,
  onHeader: (gaps: ColumnGaps) => void,
): EntityFile {
  const lines = readMasterLines(role, digests.bytesOf(file), file, (gaps) => onHeader({ file, ...gaps }));
  return { file, lines, refuseRepetitions: (some) => refuseRepeatedRows(role, some) };
}

const NO_MEMBERS: EntityPlan['members'] = { standing: 0, removed: 0 };

const NO_ALIASES: AliasesOfNobody = { count: 0, examples: [] };

function isTooMany({ standing, removed }: EntityPlan['members']): boolean {
  return removed > Math.max(FEW_REMOVED, standing * MAX_REMOVED_SHARE);
}

function tooManyRemovals({ standing, removed }: EntityPlan['members']): PermanentError {
  const what = `${removed} of ${standing} entities would go out of the master tables.`;
  return new PermanentError('IMPORT_REMOVES_MANY', what, { standing, removed });
}

interface Plan<T> {
  readonly members: EntityPlan['members'];
  readonly aliasesOfNobody: AliasesOfNobody;
  readonly counts: readonly FileCounts[];
  readonly keys: KeyCounts;
  readonly refusals: readonly RefusedLine[];
  items(): AsyncIterable<T>;
  batches(size: number): AsyncIterable<Iterable<T>>;
}

async function carryOut<T extends EntityItem | AliasItem | LawItem>(
  { counts, keys, members, aliasesOfNobody, refusals: refused, items, batches }: Plan<T>,
  { table, kind }: typeof ENTITIES | typeof LAWS,
  changeOf: (items: Iterable<T>) => LookUpChange,
  digests: Digests,
  stores: ImportStores,
  { allowRejects, dryRun, by = null }: ImportOptions,
): Promise<ImportResult> {
  if (refused.length > 0 && !allowRejects) throw new ImportRefusedError(counts, refused);
  let number: number | null = null;
  if (dryRun !== undefined) await dryRun(usesOf(items(), table));
  else {
    const at = new Date().toISOString();
    const files = digests.imported(counts);
    const record: ImportRecord = { format: 1, kind, at, by, files, keys, removed: members.removed };
    number = await recordImport(stores.jobDailyA3Data, record);
    const size = keys.new + keys.changed > MAX_ITEMS_TOGETHER ? ITEMS_PER_WRITE : MAX_ITEMS_TOGETHER;
    for await (const batch of batches(size)) await changeLookUps(stores, changeOf(batch), { import: number });
  }
  return {
    counts,
    refused,
    keys,
    removed: members.removed,
    removesTooMany: false,
    aliasesOfNobody,
    columnGaps: [],
    number,
  };
}

async function* usesOf(
  items: AsyncIterable<EntityItem | AliasItem | LawItem>,
  table: Use['table'],
): AsyncGenerator<Use> {
  for await (const item of items) {
    yield { table, key: 'law_key' in item ? item.law_key : item.entity_key, version: usedVersion(item) };
  }
}
