/** The work of `lexdelta entities import` and `laws import`. */
import { relative, resolve } from 'node:path';
import { PermanentError } from '../errors.ts';
import { type ImportResult, importEntityFiles, importLawFile } from '../runtime/look-up-import.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { refusedLines } from './refused-lines.ts';
import { count } from './terminal/figures.ts';
import { harmless } from './terminal/harmless.ts';
import { renderTable } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';

interface ImportFlags extends GlobalFlags {
  readonly allowRejects?: boolean;
}
interface EntityImportFlags extends ImportFlags {
  readonly co?: string;
  readonly cp?: string;
  readonly aliases?: string;
}

export async function importEntities(flags: EntityImportFlags, context: Context): Promise<number> {
  const path = (file: string | undefined) => (file === undefined ? undefined : resolve(context.cwd, file));
  const files = { co: path(flags.co), cp: path(flags.cp), aliases: path(flags.aliases) };
  if (Object.values(files).every((file) => file === undefined)) {
    throw new PermanentError('USAGE', 'Nothing to import: give --co, --cp or --aliases.');
  }
  const data = await context.services.openData(await placeOf(flags, context), 'write');
  try {
    const allowRejects = flags.allowRejects ?? false;
    tell('entities-import', await importEntityFiles(files, data, { allowRejects }), context);
    return 0;
  } finally {
    await data.close();
  }
}

export async function importLaws(file: string, flags: ImportFlags, context: Context): Promise<number> {
  const data = await context.services.openData(await placeOf(flags, context), 'write');
  try {
    const allowRejects = flags.allowRejects ?? false;
    const path = resolve(context.cwd, file);
    tell('laws-import', await importLawFile(path, data, { allowRejects }), context);
    return 0;
  } finally {
    await data.close();
  }
}

function tell(command: string, { counts, refused }: ImportResult, { terminal, cwd }: Context): void {
  if (terminal.isJson) {
    terminal.printJson(command, { files: counts, refused });
    return;
  }
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
  const total = counts.reduce((sum, file) => sum + file.refused, 0);
  for (const line of refusedLines(refused, total)) {
    terminal.note(...wrap(harmless(line), terminal.errorWidth, '! ', '  '));
  }
}

/** As the user named it, mostly. */
function shortPath(path: string, cwd: string): string {
  const shown = relative(cwd, path);
  return shown.length < path.length ? shown : path;
}
