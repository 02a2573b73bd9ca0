/** What commands need of the rest, loaded when it is needed: `--help` must not wait for a database. */
import type { LexServerOptions } from '../lex/lex-server.ts';
import type { LocalServer } from '../lex/local-server.ts';
import type { DataAccess, DataPlace, JobData, StackPlace } from '../runtime/job-data.ts';
import type { JobRuntime } from '../runtime/job-runtime.ts';
import type { HashRebuild } from '../runtime/local-hash-rebuild.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';

export interface Services {
  openRuntime(config: RuntimeConfig): Promise<JobRuntime>;
  openStackRuntime(place: StackPlace): Promise<JobRuntime>;
  openData(place: DataPlace, access: DataAccess): Promise<JobData>;
  rebuildHashes(folder: string): Promise<HashRebuild>;
  startLex(options: LexServerOptions): Promise<LocalServer>;
}

export const LOCAL_SERVICES: Services = {
  async openRuntime(config) {
    const { openLocalRuntime } = await import('../runtime/local-runtime.ts');
    return openLocalRuntime(config);
  },
  async openStackRuntime(place) {
    const { openStackRuntime } = await import('../runtime/aws/stack-runtime.ts');
    return openStackRuntime(place);
  },
  async openData(place, access) {
    if (place.kind === 'stack') {
      const { openStackData } = await import('../runtime/aws/stack-data.ts');
      return openStackData(place, access);
    }
    const { openLocalData } = await import('../runtime/local-data.ts');
    return openLocalData(place.folder, access);
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
