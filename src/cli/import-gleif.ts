/** The work of `lexdelta entities import --gleif`. */
import { resolve } from 'node:path';
import { refreshLeiStatus } from '../enrichment/refresh-lei-status.ts';
import { PermanentError } from '../errors.ts';
import { type GleifImportResult, importGleifFiles } from '../runtime/gleif-import.ts';
import { openGleifReference } from '../runtime/gleif-reference.ts';
import { recordImport } from '../stores/look-up-imports.ts';
import type { Context, GlobalFlags } from './context.ts';
import { flagsForHints, placeOf } from './define-command.ts';
import { PROGRAM } from './program-name.ts';
import { refusedLines } from './refused-lines.ts';
import { count, percent, plural } from './terminal/figures.ts';
import { harmless } from './terminal/harmless.ts';
import { showProgressLine } from './terminal/progress-line.ts';
import { renderTable } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';
import { whoImports } from './who-imports.ts';

export interface GleifFlags extends GlobalFlags {
  readonly gleif?: string;
  readonly gleifRelationships?: string;
  readonly by?: string;
  readonly allowRejects?: boolean;
  readonly dryRun?: boolean;
}

/** The golden copy, then the status of the LEIs that Entity holds already. */
export async function importGleif(flags: GleifFlags, context: Context): Promise<number> {
  if (flags.gleif === undefined) {
    throw new PermanentError('USAGE', 'Relationships alone say nothing: give --gleif with level 1 as well.');
  }
  if (flags.dryRun === true)
    throw new PermanentError('USAGE', '--dry-run is not for a golden copy: it changes no row.');
  const by = whoImports(flags.by);
  const data = await context.services.openData(await placeOf(flags, context), 'import');
  const begun = context.now();
  let line: string | null = null;
  const endProgress = showProgressLine(context.terminal, () => line);
  try {
    const result = await importGleifFiles(data.gleif, filesOf(flags, context), {
      allowRejects: flags.allowRejects ?? false,
      onProgress: (readBytes, totalBytes, lines) => {
        const seconds = Math.max(0.001, (context.now() - begun) / 1_000);
        const share = totalBytes === 0 ? '' : `${percent(readBytes / totalBytes)}  `;
        line = `${share}${count(lines)} lines  ${count(Math.round(lines / seconds))} lines/s`;
      },
    });
    line = 'bringing the status of LEIs into the entities';
    const files = result.files.map(({ imported }) => imported);
    const at = new Date(context.now()).toISOString();
    const record = { format: 1, kind: 'gleif', at, by, files, keys: null, removed: 0 } as const;
    const number = await recordImport(data.jobDailyA3Data, record);
    const reference = await openGleifReference(data.gleif);
    const changed = await refreshLeiStatus(data.entities, reference, data, { import: number }).finally(() =>
      reference.close(),
    );
    endProgress();
    tell(result, changed, number, flags, context);
    return 0;
  } finally {
    endProgress();
    await data.close();
  }
}

function filesOf({ gleif = '', gleifRelationships }: GleifFlags, { cwd }: Context) {
  const relationships = gleifRelationships === undefined ? undefined : resolve(cwd, gleifRelationships);
  return { entities: resolve(cwd, gleif), relationships };
}

function tell(
  { files, refused }: GleifImportResult,
  changed: number,
  number: number,
  flags: GleifFlags,
  { terminal }: Context,
): void {
  if (terminal.isJson) {
    terminal.printJson('entities-import-gleif', {
      number,
      files: files.map(({ imported: _, ...file }) => file),
      refused,
      statuses_changed: changed,
    });
    return;
  }
  const figure = (header: string) => ({ header, align: 'right' }) as const;
  const columns = [{ header: 'golden copy' }, figure('taken'), figure('passed over'), figure('refused')];
  const rows = files.map(({ taken, passedOver, refused }, i) => [
    i === 0 ? 'entities' : 'parents',
    count(taken),
    count(passedOver),
    count(refused),
  ]);
  terminal.print(...renderTable(columns, rows, terminal.width));
  terminal.print(`${plural(changed, 'entity', 'entities')} with another LEI status than before`);
  const total = files.reduce((sum, file) => sum + file.refused, 0);
  for (const line of refusedLines(refused, total)) {
    terminal.note(...wrap(harmless(line), terminal.errorWidth, '! ', '  '));
  }
  terminal.note(`Next: ${PROGRAM} entities enrich --gleif${flagsForHints(flags)}`);
}
