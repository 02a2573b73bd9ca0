/**
 * Where settings come from, the first that has one wins: flag, `LEXDELTA_*` variable, `lexdelta.json` in the working
 * folder, `~/.config/lexdelta/config.json`, default. Files are plain JSON; an unknown key is refused with its path.
 * Tokens come from `LEXDELTA_LEX_TOKEN` and `LEXDELTA_ENTITY_TOKEN` alone: flags are seen by every user of a machine, files get copied.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Severity } from '../agreements/transformed.ts';
import { hasErrno, messageOf, PermanentError } from '../errors.ts';
import { DEFAULT_RETENTION, retentionProblem } from '../job/retention-policy.ts';
import type { DataPlace } from '../runtime/job-data.ts';
import type { RuntimeConfig } from '../runtime/runtime-config.ts';
import { jsonPlace } from './read-text.ts';
import { checkSettings, type DeliverySettings, readEnvironment, type Settings } from './settings.ts';

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
}

export interface ConfigFlags {
  readonly data?: string | undefined;
  /** Name of a stack. */
  readonly aws?: string | undefined;
  readonly region?: string | undefined;
  readonly lex?: string | undefined;
}

const DEFAULT_DATA_FOLDER = 'lexdelta-data';
/** Silence of a Lex that is still at work, and the longest page that anybody should wait for. */
const DEFAULT_IDLE_MS = 30_000;
const DEFAULT_TOTAL_MS = 300_000;
/** More threads than this only wait for the one write lock. */
const MAX_DEFAULT_THREADS = 8;
/** The rule's deadline is told in its time: 12 CFR 371.3(c). */
const DEFAULT_TIME_ZONE = 'America/New_York';

/**
 * Where the data are: the first layer that names a folder or a stack decides.
 * @throws PermanentError `USAGE`: a folder and a stack by flags, or what is no name of a stack; `CONFIG_INVALID`,
 *   `FILE_NOT_READABLE`
 */
export async function readPlace(flags: ConfigFlags, sources: ConfigSources): Promise<DataPlace> {
  const layers = await readLayers(flags, sources);
  const { data, aws } = layers.find((layer) => layer.data !== undefined || layer.aws !== undefined) ?? {};
  if (data !== undefined && aws !== undefined) {
    throw new PermanentError('USAGE', 'A data folder and a stack on AWS are both named: which of them is meant?');
  }
  if (aws === undefined && flags.region !== undefined) {
    throw new PermanentError('USAGE', '--region has no meaning without a stack on AWS (--aws).');
  }
  if (aws === undefined) return { kind: 'folder', folder: data ?? resolve(sources.cwd, DEFAULT_DATA_FOLDER) };
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(aws)) {
    throw new PermanentError('USAGE', `"${aws.slice(0, 60)}" is no name of a stack.`);
  }
  return { kind: 'stack', stack: aws, region: flags.region ?? null };
}

/** URL of the entity service; `null`: none. @throws PermanentError `CONFIG_INVALID`, `FILE_NOT_READABLE` */
export async function readEntityService(flag: string | undefined, sources: ConfigSources): Promise<string | null> {
  const layers = await readLayers({}, sources);
  return flag ?? layers.find((layer) => layer.entityService !== undefined)?.entityService ?? null;
}

/** Path of the holiday file, `null` where none is named, and the zone whose days count. @throws as {@link readConfig} */
export async function readDaySettings(
  sources: ConfigSources,
): Promise<{ readonly holidays: string | null; readonly timeZone: string }> {
  const layers = await readLayers({}, sources);
  return {
    holidays: layers.find((layer) => layer.holidays !== undefined)?.holidays ?? null,
    timeZone: layers.find((layer) => layer.timeZone !== undefined)?.timeZone ?? DEFAULT_TIME_ZONE,
  };
}

/**
 * How `deliver` writes, setting by setting.
 * @param flags only those that were given
 * @throws as {@link readConfig}
 */
export async function readDelivery(flags: DeliverySettings, sources: ConfigSources): Promise<DeliverySettings> {
  const layers = await readLayers({}, sources);
  return Object.assign({}, ...layers.map(({ delivery }) => delivery).toReversed(), flags);
}

async function readLayers(flags: ConfigFlags, { env, cwd, home }: ConfigSources): Promise<readonly Settings[]> {
  const userFolder = env['XDG_CONFIG_HOME'] || join(home, '.config');
  return [
    resolveSettings({ data: flags.data, lex: flags.lex, aws: flags.aws }, cwd),
    resolveSettings(readEnvironment(env), cwd),
    await readSettingsFile(join(cwd, 'lexdelta.json')),
    await readSettingsFile(join(userFolder, 'lexdelta', 'config.json')),
  ];
}

/** @throws PermanentError `CONFIG_INVALID`, `FILE_NOT_READABLE` */
export async function readConfig(flags: ConfigFlags, sources: ConfigSources): Promise<RuntimeConfig> {
  const { env, cwd } = sources;
  const layers = await readLayers(flags, sources);
  const first = <K extends keyof Settings>(key: K): Settings[K] =>
    layers.find((layer) => layer[key] !== undefined)?.[key];
  const timeout = (key: 'idleMs' | 'totalMs'): number | undefined =>
    layers.find((layer) => layer.lexTimeouts?.[key] !== undefined)?.lexTimeouts?.[key];
  const retention = { ...DEFAULT_RETENTION, ...merge<number>(layers.map((layer) => layer.retention)) };
  const problem = retentionProblem(retention);
  if (problem !== null) throw new PermanentError('CONFIG_INVALID', `The retention is not right: ${problem}.`);
  return {
    dataFolder: first('data') ?? resolve(cwd, DEFAULT_DATA_FOLDER),
    lex: first('lex') ?? null,
    lexToken: env['LEXDELTA_LEX_TOKEN'] || null,
    lexTimeouts: { idleMs: timeout('idleMs') ?? DEFAULT_IDLE_MS, totalMs: timeout('totalMs') ?? DEFAULT_TOTAL_MS },
    rules: merge<Severity>(layers.map((layer) => layer.rules)),
    namespaceModules: merge(layers.map((layer) => layer.namespaceModules)),
    retention,
    threads: first('threads') ?? Math.min(MAX_DEFAULT_THREADS, availableParallelism()),
  };
}

export function isUrl(lex: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(lex);
}

async function readSettingsFile(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return {};
    throw new PermanentError('FILE_NOT_READABLE', `The configuration ${path} cannot be read: ${messageOf(error)}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new PermanentError('CONFIG_INVALID', `The configuration ${path} is no JSON${jsonPlace(error)}.`);
  }
  return resolveSettings(checkSettings(value, path), dirname(path));
}

/** Relative paths are relative to the folder of whoever wrote them. */
function resolveSettings(settings: Settings, folder: string): Settings {
  const { data, lex, namespaceModules, holidays } = settings;
  const modules = Object.entries(namespaceModules ?? {}).map(([name, path]) => [name, resolve(folder, path)]);
  return {
    ...settings,
    data: data === undefined ? undefined : resolve(folder, data),
    lex: lex === undefined || isUrl(lex) ? lex : resolve(folder, lex),
    namespaceModules: Object.fromEntries(modules),
    holidays: holidays === undefined ? undefined : resolve(folder, holidays),
  };
}

/** Earlier layers win, name by name. */
function merge<V>(layers: readonly (Readonly<Record<string, V>> | undefined)[]): Readonly<Record<string, V>> {
  return Object.assign({}, ...layers.toReversed());
}
