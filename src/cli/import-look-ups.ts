/** The work of `lexdelta entities import` and `laws import`. */
import { relative, resolve } from 'node:path';
import type { KeyCounts } from '../agreements/imports/plan-import.ts';
import type { Use } from '../agreements/look-up-items.ts';
import { PermanentError } from '../errors.ts';
import type { JobData } from '../runtime/job-data.ts';
import { type ImportOptions, type ImportResult, importEntityFiles, importLawFile } from '../runtime/look-up-import.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { findTouched, type Touched, tellTouched } from './impact/touched.ts';
import { PROGRAM } from './program-name.ts';
import { refusedLines } from './refused-lines.ts';
import { FILL_IN } from './run-hints.ts';
import { count, plural } from './terminal/figures.ts';
import { harmless } from './terminal/harmless.ts';
import { renderTable } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';
import { whoImports } from './who-imports.ts';

interface ImportFlags extends GlobalFlags {
  readonly by?: string;
  readonly allowRejects?: boolean;
  readonly dryRun?: boolean;
}
interface EntityImportFlags extends ImportFlags {
  readonly co?: string;
  readonly cp?: string;
  readonly aliases?: string;
  readonly complete?: boolean;
  readonly allowRemovals?: boolean;
}

export async function importEntities(flags: EntityImportFlags, context: Context): Promise<number> {
  const path = (file: string | undefined) => (file === undefined ? undefined : resolve(context.cwd, file));
  const files = { co: path(flags.co), cp: path(flags.cp), aliases: path(flags.aliases) };
  if (Object.values(files).every((file) => file === undefined)) {
    throw new PermanentError('USAGE', 'Nothing to import: give --co, --cp or --aliases.');
  }
  const { complete: isComplete = false, allowRemovals = false } = flags;
  if (isComplete && files.co === undefined && files.cp === undefined) {
    throw new PermanentError('USAGE', '--complete is about master tables: give --co or --cp.');
  }
  if (isComplete && flags.allowRejects === true) {
    const why = 'an entity whose line is left out would go out of its table';
    throw new PermanentError('USAGE', `--complete and --allow-rejects do not go together: ${why}.`);
  }
  const work = (data: JobData, options: ImportOptions) =>
    importEntityFiles(files, data, { ...options, isComplete, allowRemovals });
  return carryOut('entities', work, flags, context);
}

export async function importLaws(file: string, flags: ImportFlags, context: Context): Promise<number> {
  const path = resolve(context.cwd, file);
  const work = (data: JobData, options: ImportOptions) => importLawFile(path, data, options);
  return carryOut('laws', work, flags, context);
}

async function carryOut(
  tables: 'entities' | 'laws',
  work: (data: JobData, options: ImportOptions) => Promise<ImportResult>,
  flags: ImportFlags,
  context: Context,
): Promise<number> {
  const { terminal, services } = context;
  const { allowRejects = false, dryRun = false } = flags;
  const by = whoImports(flags.by);
  const data = await services.openData(await placeOf(flags, context), dryRun ? 'read' : 'import');
  try {
    let touched: Touched | null = null;
    const look = async (changed: AsyncIterable<Use>) => {
      touched = await findTouched(changed, data);
    };
    const result = await work(data, { allowRejects, by, ...(dryRun && { dryRun: look }) });
    const { counts: files, keys, removed, refused, aliasesOfNobody, columnGaps } = result;
    const would_be_refused = result.removesTooMany ? 'IMPORT_REMOVES_MANY' : null;
    if (terminal.isJson) {
      const found = {
        number: result.number,
        by,
        files,
        keys,
        removed,
        refused,
        aliases_of_nobody: aliasesOfNobody,
        column_gaps: columnGaps,
      };
      terminal.printJson(`${tables}-import`, { ...found, dry_run: dryRun, would_be_refused, touched });
    } else {
      tell(result, context);
      if (dryRun) terminal.print(...tellTouched(touched, terminal.width));
      else tellNext(tables, keys, flags, context);
    }
    return 0;
  } finally {
    await data.close();
  }
}

function tell(result: ImportResult, { terminal, cwd }: Context): void {
  const { counts, refused, removed } = result;
  const figure = (header: string) => ({ header, align: 'right' }) as const;
  const columns = [
    { header: 'file', flexible: true },
    figure('new'),
    figure('changed'),
    figure('unchanged'),
    figure('refused'),
  ];
  const rows = counts.map((file) => [
    shortPath(file.file, cwd),
    count(file.new),
    count(file.changed),
    count(file.unchanged),
    count(file.refused),
  ]);
  terminal.print(...renderTable(columns, rows, terminal.width));
  if (removed > 0)
    terminal.print(`${plural(removed, 'entity', 'entities')} out of a master table that no longer names it`);
  for (const warning of warningsOf(result, cwd))
    terminal.note(...wrap(harmless(warning), terminal.errorWidth, '! ', '  '));
  const total = counts.reduce((sum, file) => sum + file.refused, 0);
  for (const line of refusedLines(refused, total)) {
    terminal.note(...wrap(harmless(line), terminal.errorWidth, '! ', '  '));
  }
}

const MAX_COLUMNS_TOLD = 10;

function warningsOf(
  { removesTooMany, columnGaps, aliasesOfNobody: { count: nobodies, examples } }: ImportResult,
  cwd: string,
): readonly string[] {
  const named = examples.map(({ line, entity_id }) => `${entity_id} (line ${line})`).join(', ');
  const more = nobodies > examples.length ? ', …' : '';
  return [
    ...columnGaps.map(({ file, unread, absent }) => {
      const missing = absent.length === 0 ? '' : ` It does not have ${absent.join(', ')}, which become empty.`;
      const more = unread.length > MAX_COLUMNS_TOLD ? ', …' : '';
      const named = unread.slice(0, MAX_COLUMNS_TOLD).join(', ');
      return `${shortPath(file, cwd)} has columns that are not read: ${named}${more}.${missing}`;
    }),
    ...(removesTooMany
      ? ['Without --dry-run this import would be refused [IMPORT_REMOVES_MANY]; --allow-removals allows it.']
      : []),
    ...(nobodies > 0
      ? [
          `${plural(nobodies, 'alias names', 'aliases name')} an entity that neither the table nor the import knows: ` +
            `${named}${more}. Documents find nobody by them until it is imported.`,
        ]
      : []),
  ];
}

/** What comes of it: nothing, as long as no key of the table has changed. */
function tellNext(tables: 'entities' | 'laws', keys: KeyCounts, flags: GlobalFlags, { terminal }: Context): void {
  const total = keys.new + keys.changed;
  if (total === 0) return;
  const parts = [
    ...(keys.new === 0 ? [] : [`${count(keys.new)} new`]),
    ...(keys.changed === 0 ? [] : [`${count(keys.changed)} changed`]),
  ];
  const next = `The next run transforms the documents again that looked for ${total === 1 ? 'it' : 'them'}; see which:`;
  terminal.note(
    ...wrap(`${plural(total, 'key')} of the table: ${parts.join(', ')}. ${next}`, terminal.errorWidth),
    `  ${PROGRAM} ${tables} impact --key ${FILL_IN}${flagsForHints(flags)}`,
  );
}

/** As the user named it, mostly. */
function shortPath(path: string, cwd: string): string {
  const shown = relative(cwd, path);
  return shown.length < path.length ? shown : path;
}
