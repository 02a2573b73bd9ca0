/** What commands need of the rest, loaded when it is needed: `--help` must not wait for a database. */
import type { LexServer, LexServerOptions } from '../lex/lex-server.ts';
import type { LocalData } from '../runtime/local-data.ts';
import type { HashRebuild } from '../runtime/local-hash-rebuild.ts';
import type { LocalRuntime } from '../runtime/local-runtime.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';

export interface Services {
  openRuntime(config: RuntimeConfig): Promise<LocalRuntime>;
  openData(folder: string, access: 'read' | 'write'): Promise<LocalData>;
  rebuildHashes(folder: string): Promise<HashRebuild>;
  startLex(options: LexServerOptions): Promise<LexServer>;
}

export const LOCAL_SERVICES: Services = {
  async openRuntime(config) {
    const { openLocalRuntime } = await import('../runtime/local-runtime.ts');
    return openLocalRuntime(config);
  },
  async openData(folder, access) {
    const { openLocalData } = await import('../runtime/local-data.ts');
    return openLocalData(folder, access);
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
