/** The same days on one machine: the command line in a folder of its own, with the sample's look-ups. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedStores, openEmbeddedStores } from '../../../src/stores/embedded/open-stores.ts';
import { environmentWith } from './environment.ts';
import { type Lexdelta, mustSucceed, runLexdelta } from './run-lexdelta.ts';
import { importsOfSample } from './sample-lex.ts';

export interface EmbeddedHome {
  /** Where its commands are run. */
  readonly folder: string;
  readonly lexdelta: Lexdelta;
  /** @throws Error when the run does not publish */
  runDay(date: string): Promise<void>;
  read<T>(look: (stores: EmbeddedStores) => Promise<T>): Promise<T>;
  /** As {@link read}, and may write. */
  change<T>(work: (stores: EmbeddedStores) => Promise<T>): Promise<T>;
  remove(): void;
}

export async function openEmbeddedHome(lex: { readonly url: string; readonly token: string }): Promise<EmbeddedHome> {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  const data = join(folder, 'data');
  const settings = { HOME: folder, LEXDELTA_DATA: data, LEXDELTA_LEX: lex.url, LEXDELTA_LEX_TOKEN: lex.token };
  const place = { cwd: folder, env: environmentWith(settings) };
  for (const args of importsOfSample()) await mustSucceed(place, args);
  return {
    folder,
    lexdelta: (...args) => runLexdelta(place, args),
    runDay: (date) => mustSucceed(place, ['run', '--business-date', date]),
    read: (look) => withStores({ folder: data, readOnly: true }, look),
    change: (work) => withStores({ folder: data }, work),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function withStores<T>(
  options: Parameters<typeof openEmbeddedStores>[0],
  work: (stores: EmbeddedStores) => Promise<T>,
): Promise<T> {
  const stores = openEmbeddedStores(options);
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}
