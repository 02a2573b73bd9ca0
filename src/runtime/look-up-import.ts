/**
 * Imports of look-up files. Everything is read and checked before anything is written; a second import of the same files
 * changes nothing. No run is stopped for it: a run sees each item as it is when it looks it up.
 *
 * Whatever else writes look-up rows (enrichment, for one) writes them as this does, by `changeLookUps` of
 * `stores/change-look-ups.ts`: it notes the keys, so that the next run transforms the documents again that used them.
 */
import { readAliases } from '../agreements/imports/aliases.ts';
import { readLaws } from '../agreements/imports/laws.ts';
import { type MasterRow, readMasterTable } from '../agreements/imports/master-table.ts';
import {
  type FileCounts,
  type ImportFile,
  type ImportPlan,
  type KeyCounts,
  planEntityImport,
  planLawImport,
} from '../agreements/imports/plan-import.ts';
import { type AliasItem, type EntityItem, type LawItem, type Use, usedVersion } from '../agreements/look-up-items.ts';
import { changeLookUps, type LookUpChange, type LookUpStores } from '../stores/change-look-ups.ts';
import type { EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import { ImportRefusedError, type RefusedLine } from './import-refused.ts';
import { lookUpBytes } from './look-up-bytes.ts';

/** Paths; at least one of them. */
export interface EntityFiles {
  readonly co?: string | undefined;
  readonly cp?: string | undefined;
  readonly aliases?: string | undefined;
}

export interface ImportOptions {
  /** Leaves refused lines out instead of refusing the files. */
  readonly allowRejects: boolean;
  /** Writes nothing. @default false */
  readonly dryRun?: boolean;
}

export interface ImportResult {
  readonly counts: readonly FileCounts[];
  readonly refused: readonly RefusedLine[];
  /** Keys of the table that were written, or would be. */
  readonly keys: KeyCounts;
  /** The rows of those keys as documents find them from now on, or would. */
  readonly changed: Iterable<Use>;
}

/** All of a job's stores will do. */
export interface ImportStores extends LookUpStores {
  readonly entities: Pick<EntityTable, 'get' | 'putAll'>;
  readonly governingLaws: Pick<GoverningLawTable, 'get' | 'putAll'>;
}

/**
 * Items of one write. Up to this many are all written or none, which holds for any usual import. Of more, a crash
 * half-way leaves the first ones, each whole; the same command again writes the rest. One write of all of them would
 * hold the write lock for so long that a run beside it could give up.
 */
const MAX_ITEMS_PER_WRITE = 500_000;

/** @throws ImportRefusedError; PermanentError `INPUT_INVALID`, `FILE_NOT_READABLE`, `STORE_*` */
export async function importEntityFiles(
  { co, cp, aliases }: EntityFiles,
  stores: ImportStores,
  options: ImportOptions,
): Promise<ImportResult> {
  const files: ImportFile<MasterRow | AliasItem>[] = [];
  if (co !== undefined) files.push({ file: co, lines: readMasterTable('CO', lookUpBytes(co), co) });
  if (cp !== undefined) files.push({ file: cp, lines: readMasterTable('CP', lookUpBytes(cp), cp) });
  if (aliases !== undefined) files.push({ file: aliases, lines: readAliases(lookUpBytes(aliases), aliases) });
  const plan = await planEntityImport(files, (key) => stores.entities.get(key));
  return carryOut<EntityItem | AliasItem>(plan, 'Entity', (entities) => ({ entities }), stores, options);
}

/** @throws as {@link importEntityFiles} */
export async function importLawFile(file: string, stores: ImportStores, options: ImportOptions): Promise<ImportResult> {
  const lines = readLaws(lookUpBytes(file), file);
  const plan = await planLawImport([{ file, lines }], (key) => stores.governingLaws.get(key));
  return carryOut<LawItem>(plan, 'GoverningLaw', (laws) => ({ laws }), stores, options);
}

async function carryOut<T extends EntityItem | AliasItem | LawItem>(
  plan: ImportPlan<T>,
  table: Use['table'],
  changeOf: (items: readonly T[]) => LookUpChange,
  stores: ImportStores,
  { allowRejects, dryRun = false }: ImportOptions,
): Promise<ImportResult> {
  const { counts, keys, refusals: refused } = plan;
  if (refused.length > 0 && !allowRejects) throw new ImportRefusedError(counts, refused);
  const items = dryRun ? [] : [...plan.items.values()];
  for (let i = 0; i < items.length; i += MAX_ITEMS_PER_WRITE) {
    await changeLookUps(stores, changeOf(items.slice(i, i + MAX_ITEMS_PER_WRITE)));
  }
  return { counts, refused, keys, changed: usesOf(plan.items, table) };
}

function* usesOf(items: ReadonlyMap<string, EntityItem | AliasItem | LawItem>, table: Use['table']): Iterable<Use> {
  for (const [key, item] of items) yield { table, key, version: usedVersion(item) };
}
