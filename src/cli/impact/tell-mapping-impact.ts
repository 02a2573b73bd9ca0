/** The work of `lexdelta mappings impact`. */
import { resolve } from 'node:path';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import type { RuleSet } from '../../agreements/table-a3/rules.ts';
import { rulesInForce } from '../../agreements/table-a3/rules-in-force.ts';
import { PermanentError } from '../../errors.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { loadNamespaceModule, loadNamespaces, openLex } from '../../runtime/local-functions.ts';
import type { MappingTrial } from '../../steps/trial/trial-tally.ts';
import { type Mapping, tryMapping } from '../../steps/trial/try-mapping.ts';
import { readWhole } from '../arguments.ts';
import { readConfig } from '../config.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { readText } from '../read-text.ts';
import { count } from '../terminal/figures.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import { lastTable } from './last-table.ts';
import { renderTrial } from './render-trial.ts';

interface MappingFlags extends GlobalFlags {
  readonly module?: string;
  readonly rules?: string;
  readonly namespace?: string;
  readonly sample?: string;
  readonly lex?: string;
}

const DEFAULT_SAMPLE = 5;

export async function tellMappingImpact(flags: MappingFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const sample = flags.sample === undefined ? DEFAULT_SAMPLE : readWhole('--sample', flags.sample, 0, 10_000);
  const question = await readQuestion(flags, context);
  const config = await readConfig(flags, context);
  const lex = await openLex(config, question.after);
  const data = await services.openData(await placeOf(flags, context), 'read');
  let place: { readonly namespace: string; readonly documents: number } | null = null;
  const endProgress = showProgressLine(terminal, () =>
    place === null ? null : `${place.namespace}  ${count(place.documents)} documents tried`,
  );
  try {
    const trials: MappingTrial[] = [];
    for (const namespace of question.namespaces ?? (await publishedNamespaces(data))) {
      const onProgress = (documents: number) => {
        place = { namespace, documents };
      };
      const stores = { lex, entities: data.entities, laws: data.governingLaws, onProgress };
      trials.push(await tryMapping({ namespace, sample, ...mappingsOf(namespace, question) }, stores));
    }
    endProgress();
    if (terminal.isJson) terminal.printJson('mappings-impact', { namespaces: trials });
    else terminal.print(...trials.flatMap((trial) => renderTrial(trial, terminal)));
    return 0;
  } finally {
    endProgress();
    await lex.close();
    await data.close();
  }
}

interface Question {
  readonly before: ReadonlyMap<string, NamespaceModule>;
  readonly after: ReadonlyMap<string, NamespaceModule>;
  readonly rulesBefore: RuleSet;
  readonly rulesAfter: RuleSet;
  /** `null`: those of the last table. */
  readonly namespaces: readonly string[] | null;
}

/** @throws PermanentError `USAGE`, `CONFIG_INVALID`, `FILE_NOT_READABLE` */
async function readQuestion({ module, rules, namespace, ...flags }: MappingFlags, context: Context): Promise<Question> {
  if (module === undefined && rules === undefined) throw new PermanentError('USAGE', 'Give --module, --rules or both.');
  const config = await readConfig(flags, context);
  const before = await loadNamespaces(config.namespaceModules);
  const tried = module === undefined ? null : await loadNamespaceModule(resolve(context.cwd, module));
  if (tried !== null && namespace !== undefined && namespace !== tried.namespace) {
    throw new PermanentError('USAGE', `The module is of namespace "${tried.namespace}", not of "${namespace}".`);
  }
  const after = tried === null ? before : new Map([...before, [tried.namespace, tried]]);
  if (namespace !== undefined && !after.has(namespace)) {
    const known = [...after.keys()].join(', ');
    throw new PermanentError('USAGE', `There is no namespace "${namespace}"; known are ${known}.`);
  }
  const name = namespace ?? tried?.namespace;
  return {
    before,
    after,
    rulesBefore: rulesInForce(config.rules, 'rules'),
    rulesAfter: rulesInForce({ ...config.rules, ...(await readRules(rules, context)) }, rules ?? 'rules'),
    namespaces: name === undefined ? null : [name],
  };
}

/** @throws PermanentError `CONFIG_INVALID`, `FILE_NOT_READABLE` */
async function readRules(path: string | undefined, context: Context): Promise<object> {
  if (path === undefined) return {};
  const text = await readText(path, context);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new PermanentError('CONFIG_INVALID', `${path} is no JSON object of rule ids and severities.`);
}

function mappingsOf(
  namespace: string,
  question: Question,
): { readonly before: Mapping | null; readonly after: Mapping } {
  const old = question.before.get(namespace);
  const module = question.after.get(namespace);
  if (module === undefined) throw new PermanentError('USAGE', `Nobody knows the namespace "${namespace}".`);
  return {
    before: old === undefined ? null : { module: old, rules: question.rulesBefore },
    after: { module, rules: question.rulesAfter },
  };
}

/** @throws PermanentError `USAGE`: nothing is published */
async function publishedNamespaces(data: JobData): Promise<readonly string[]> {
  const day = await lastTable(data);
  if (day === null) throw new PermanentError('USAGE', 'No table is published yet: give --namespace.');
  return Object.keys(day.manifest.mapping_versions).sort();
}
