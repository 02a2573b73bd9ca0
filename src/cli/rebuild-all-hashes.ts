/** The work of `lexdelta hashes rebuild`. */
import { stat } from 'node:fs/promises';
import { PermanentError } from '../errors.ts';
import type { Context, GlobalFlags } from './context.ts';
import { dataFolderOf } from './define-command.ts';
import { count } from './terminal/figures.ts';
import { renderTable } from './terminal/table.ts';

export async function rebuildAllHashes(flags: GlobalFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const folder = await dataFolderOf('hashes rebuild', flags, context);
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new PermanentError('FILE_NOT_READABLE', `There is no data folder ${folder}.`);
  }
  const { manifest, documents } = await context.services.rebuildHashes(folder);
  if (terminal.isJson) {
    terminal.printJson('hashes-rebuild', { manifest, documents });
    return 0;
  }
  const columns = [
    { header: 'namespace', flexible: true },
    { header: 'good', align: 'right' },
    { header: 'rejected', align: 'right' },
  ] as const;
  const rows = Object.entries(documents).map(([name, { good, rejected }]) => [name, count(good), count(rejected)]);
  terminal.print(`Hashes restored from ${manifest}:`, ...renderTable(columns, rows, terminal.width, '  '));
  terminal.note('The next run reads every document in full once, and publishes only what differs.');
  return 0;
}
