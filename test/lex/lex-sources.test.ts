import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openFolderLexSource } from '../../src/lex/folder-lex-source.ts';
import type { HttpLexSourceOptions } from '../../src/lex/http-lex-options.ts';
import { openHttpLexSource } from '../../src/lex/http-lex-source.ts';
import { type LexServerOptions, startLexServer } from '../../src/lex/lex-server.ts';
import { lexSourceContract, type OpenedLex } from '../contract/lex-source.contract.ts';

/** A folder that is gone after the test, and a way to put files in place in one step. */
async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const write = async (namespace: string, bytes: string | Buffer) => {
    await writeFile(join(folder, 'new.tmp'), bytes);
    await rename(join(folder, 'new.tmp'), join(folder, `${namespace}.ndjson`));
  };
  return { folder, write };
}

async function overFolder(): Promise<OpenedLex> {
  const { folder, write } = await openFolder();
  const source = await openFolderLexSource({ folder });
  onTestFinished(() => source.close());
  return { source, write };
}

/** The HTTP source, over a Lex server, over a folder; without real waits between attempts. */
const overHttp =
  (server: Partial<LexServerOptions> = {}, client: Partial<HttpLexSourceOptions> = {}) =>
  async (): Promise<OpenedLex> => {
    const { folder, write } = await openFolder();
    const lex = await startLexServer({ folder, port: 0, ...server });
    onTestFinished(() => lex.close());
    const source = openHttpLexSource({ baseUrl: lex.url, sleep: async () => {}, ...client });
    onTestFinished(() => source.close());
    return { source, write };
  };

const anyBytes = { carriesAnyBytes: true };
lexSourceContract('folder', anyBytes, overFolder);
lexSourceContract('HTTP, NDJSON', anyBytes, overHttp());
lexSourceContract('HTTP, NDJSON from disk, gzip', anyBytes, overHttp({ cacheBytes: 0 }, { compression: 'always' }));
lexSourceContract('HTTP, JSON', { carriesAnyBytes: false }, overHttp({ jsonOnly: true }));
lexSourceContract(
  'HTTP, JSON, zstd, little read ahead',
  { carriesAnyBytes: false },
  overHttp({ jsonOnly: true, token: 'secret' }, { token: 'secret', compression: 'always', readAheadBytes: 1000 }),
);
