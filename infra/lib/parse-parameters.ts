/** Checks a parameter file before anything is synthesised. */
import { Checker, ParameterError } from './checker.ts';
import type { Parameters } from './parameters.ts';
import { readJob, readNamespaceModules, readRules } from './read-job-parameters.ts';
import { readKeys } from './read-key-parameters.ts';
import { checkSubnets, readLex, readNetwork, readZones } from './read-network-parameters.ts';
import { readAlarms, readRetention, readSchedule, readWarmThroughput } from './read-operations-parameters.ts';

/**
 * First and longest: `<stack>-GetTotalDocsInNamespaceAndCreateBatchesForLexQuery` must fit into Lambda's 64 characters.
 * Small letters, because bucket names may have no others.
 */
const STACK_NAME = /^[a-z][a-z0-9-]{1,12}$/;

/**
 * @param source what to call the file in messages
 * @throws ParameterError with every problem
 */
export function parseParameters(value: unknown, source = 'The parameter file'): Parameters {
  const all = new Checker(value);
  const account = all.text('account', /^\d{12}$/, 'an account number of 12 digits');
  const region = all.text('region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, for example us-east-1');
  const parameters: Parameters = {
    stackName: all.text('stackName', STACK_NAME, '2 to 13 of a-z, 0-9 and -, beginning with a letter', 'lexdelta'),
    account,
    region,
    availabilityZones: readZones(all, region),
    tags: all.namedTexts('tags'),
    deletionProtection: all.flag('deletionProtection', true),
    network: readNetwork(all, region),
    keys: readKeys(all),
    lex: readLex(all, region),
    job: readJob(all),
    rules: readRules(all),
    namespaceModules: readNamespaceModules(all),
    schedule: readSchedule(all),
    agreementHashWarmThroughput: readWarmThroughput(all),
    alarms: readAlarms(all),
    retention: readRetention(all),
    reserveConcurrency: all.flag('reserveConcurrency', true),
  };
  checkSubnets(all, parameters);
  all.reportUnknown();
  if (all.problems.length > 0) throw new ParameterError(all.problems, source);
  return parameters;
}
