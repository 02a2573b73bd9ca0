/** What commands need of the rest, loaded when it is needed: `--help` must not wait for a database. */
import { PermanentError } from '../errors.ts';
import type { LexServer, LexServerOptions } from '../lex/lex-server.ts';
import type { DataAccess, DataPlace, JobData } from '../runtime/job-data.ts';
import type { JobRuntime } from '../runtime/job-runtime.ts';
import type { HashRebuild } from '../runtime/local-hash-rebuild.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';

export interface Services {
  openRuntime(place: DataPlace, config: RuntimeConfig): Promise<JobRuntime>;
  openData(place: DataPlace, access: DataAccess): Promise<JobData>;
  rebuildHashes(folder: string): Promise<HashRebuild>;
  startLex(options: LexServerOptions): Promise<LexServer>;
}

export const LOCAL_SERVICES: Services = {
  async openRuntime(_place, config) {
    const { openLocalRuntime } = await import('../runtime/local-runtime.ts');
    return openLocalRuntime(config);
  },
  async openData(place, access) {
    const { openLocalData } = await import('../runtime/local-data.ts');
    return openLocalData(folderOf(place), access);
  },
  async rebuildHashes(folder) {
    const { rebuildLocalHashes } = await import('../runtime/local-hash-rebuild.ts');
    return rebuildLocalHashes(folder);
  },
  async startLex(options) {
    const { startLexServer } = await import('../lex/lex-server.ts');
    return startLexServer(options);
  },
};

function folderOf(place: DataPlace): string {
  if (place.kind === 'folder') return place.folder;
  throw new PermanentError('USAGE', `The stack ${place.stack} cannot be reached from the command line.`);
}
