import { createA3DataFunction } from '../functions.ts';
import { openJobDailyA3Data } from './aws-stores.ts';
import { loadNamespaces, loadRules } from './configuration.ts';
import { readVariables } from './environment.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CreateJobDailyA3Data', () =>
  createA3DataFunction({
    jobDailyA3Data: openJobDailyA3Data(),
    namespaces: loadNamespaces(),
    rules: loadRules(),
    codeVersion: readVariables(['codeVersion']).codeVersion,
  }),
);
