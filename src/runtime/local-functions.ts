/** The functions of one worker thread, over the embedded stores and the configured Lex. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { BUILT_IN_NAMESPACES } from '../agreements/namespaces/built-in.ts';
import { checkNamespaceModule } from '../agreements/namespaces/check-module.ts';
import type { NamespaceModule } from '../agreements/namespaces/namespace-module.ts';
import { rulesInForce } from '../agreements/table-a3/rules-in-force.ts';
import { messageOf, PermanentError } from '../errors.ts';
import { openLexSource } from '../lex/open-lex-source.ts';
import { openEmbeddedStores } from '../stores/embedded/open-stores.ts';
import { createFunctions, type StepFunction } from './functions.ts';
import type { FunctionName } from './machines.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import type { ReadProgress, WorkerSetup } from './worker-pool.ts';

export interface LocalFunctions {
  readonly functions: Readonly<Record<FunctionName, StepFunction>>;
  close(): Promise<void>;
}

/** @throws PermanentError `CONFIG_INVALID`, `STORE_*`, `LEX_FOLDER_INVALID`, `INPUT_INVALID` */
export async function openLocalFunctions(
  { config, guard }: WorkerSetup,
  onProgress: (progress: ReadProgress) => void,
): Promise<LocalFunctions> {
  const namespaces = await loadNamespaces(config.namespaceModules);
  const rules = rulesInForce(config.rules, 'rules');
  const lex = await openLex(config, namespaces);
  const stores = openEmbeddedStores({ folder: config.dataFolder, guard });
  const functions = createFunctions({
    ...stores,
    lex,
    namespaces,
    rules,
    codeVersion: readCodeVersion(),
    retention: config.retention,
    ...(config.workLimits === undefined ? {} : { workLimits: config.workLimits }),
    onProgress,
  });
  return {
    functions,
    async close() {
      await lex.close();
      await stores.close();
    },
  };
}

/**
 * The built-in namespaces and those of the configuration, by name; a configured one may replace a built-in one.
 * @throws PermanentError `CONFIG_INVALID`
 */
export async function loadNamespaces(
  modules: RuntimeConfig['namespaceModules'],
): Promise<ReadonlyMap<string, NamespaceModule>> {
  const byName = new Map(BUILT_IN_NAMESPACES.map((module) => [module.namespace, module]));
  for (const [name, path] of Object.entries(modules)) {
    const module = checkNamespaceModule(
      await importDefault(path, `The module of namespace \`${name}\`, ${path},`),
      path,
    );
    if (module.namespace !== name) {
      throw new PermanentError(
        'CONFIG_INVALID',
        `${path} is configured as \`${name}\`, and says \`${module.namespace}\`.`,
      );
    }
    byName.set(name, module);
  }
  return byName;
}

/**
 * The namespace of a module that no configuration names.
 * @param path absolute
 * @throws PermanentError `CONFIG_INVALID`
 */
export async function loadNamespaceModule(path: string): Promise<NamespaceModule> {
  return checkNamespaceModule(await importDefault(path, `The module ${path}`), path);
}

async function importDefault(path: string, what: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw new PermanentError('CONFIG_INVALID', `${what} cannot be loaded: ${messageOf(error)}.`);
  }
}

/** @throws PermanentError `CONFIG_INVALID`: nobody says where Lex is; as `openLexSource` */
export function openLex(
  { lex, lexToken, lexTimeouts }: RuntimeConfig,
  namespaces: ReadonlyMap<string, NamespaceModule>,
): ReturnType<typeof openLexSource> {
  if (lex === null) {
    throw new PermanentError(
      'CONFIG_INVALID',
      'Nobody says where Lex is: give --lex, LEXDELTA_LEX, or `lex` in lexdelta.json.',
    );
  }
  return openLexSource(lex, {
    ...(lexToken === null ? {} : { token: lexToken }),
    idFields: Object.fromEntries([...namespaces].map(([name, { idField }]) => [name, idField])),
    headersTimeoutMs: lexTimeouts.idleMs,
    idleTimeoutMs: lexTimeouts.idleMs,
    totalTimeoutMs: lexTimeouts.totalMs,
  });
}

/** The package's version: `package.json` lies two folders above this file, in a clone and in the package. */
function readCodeVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
