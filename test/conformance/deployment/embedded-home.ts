/** The same days on one machine, in a data folder, by the command line. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedStores, openEmbeddedStores } from '../../../src/stores/embedded/open-stores.ts';
import { sampleLookUps } from './sample-lex.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'bin', 'lexdelta.js');

export interface EmbeddedHome {
  /** @throws Error when the run does not publish */
  runDay(date: string): Promise<void>;
  read<T>(look: (stores: EmbeddedStores) => Promise<T>): Promise<T>;
  remove(): void;
}

/** With the sample's look-ups. */
export async function openEmbeddedHome(lex: { readonly url: string; readonly token: string }): Promise<EmbeddedHome> {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LEXDELTA_'));
  const options = { cwd: folder, env: { ...Object.fromEntries(own), HOME: folder, LEXDELTA_LEX_TOKEN: lex.token } };
  const lexdelta = async (...args: readonly string[]): Promise<void> => {
    await promisify(execFile)(process.execPath, [PROGRAM, ...args, '--data', folder], options);
  };
  const entities = (['co', 'cp', 'aliases'] as const).flatMap((name) => [`--${name}`, sampleLookUps(name)]);
  await lexdelta('entities', 'import', ...entities);
  await lexdelta('laws', 'import', sampleLookUps('laws'));
  return {
    runDay: (date) => lexdelta('run', '--business-date', date, '--lex', lex.url),
    async read(look) {
      const stores = openEmbeddedStores({ folder, readOnly: true });
      try {
        return await look(stores);
      } finally {
        await stores.close();
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
