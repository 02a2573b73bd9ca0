/** Parameters of the job itself, held to the checks that the job makes. */
import { rulesInForce } from '../../src/agreements/table-a3/rules-in-force.ts';
import { messageOf } from '../../src/errors.ts';
import { DEFAULT_INPUT, InputError, isNamespaceName, parseJobInput } from '../../src/job/job-input.ts';
import { type Checker, isObject } from './checker.ts';
import type { Parameters } from './parameters.ts';

/** The job's own check says what is wrong with its input, so that the stack accepts what the job does. */
export function readJob(all: Checker): Parameters['job'] {
  const raw = all.raw('job');
  const given = raw === undefined ? {} : raw;
  const { namespaces: names, ...defaults } = DEFAULT_INPUT;
  const base = { ...defaults, namespaces: names.map((namespace) => ({ namespace })), business_date: '2000-01-03' };
  if (!isObject(given)) all.report('job', 'an object');
  for (const fixed of ['business_date', 'overrides']) {
    if (isObject(given) && fixed in given) all.report('job', `no ${fixed}: it belongs to one run`);
  }
  try {
    const {
      business_date: _date,
      overrides: _overrides,
      ...job
    } = parseJobInput({ ...base, ...(isObject(given) ? given : {}) });
    return job;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { path, found, expected } of error.problems)
      all.report('job', `at ${path} ${expected} (found ${found})`);
    return parseJobInput(base);
  }
}

export function readRules(all: Checker): Parameters['rules'] {
  const raw = all.raw('rules');
  const rules = raw === undefined ? {} : raw;
  try {
    rulesInForce(rules, 'rules');
    return rules as Parameters['rules'];
  } catch (error) {
    all.report('rules', messageOf(error));
    return {};
  }
}

export function readNamespaceModules(all: Checker): Readonly<Record<string, string>> {
  const modules = all.namedTexts('namespaceModules');
  if (!Object.keys(modules).every(isNamespaceName))
    all.report('namespaceModules', 'names of namespaces with their files');
  return modules;
}
