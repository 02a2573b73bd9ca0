import { createA3DataFunction } from '../functions.ts';
import { openEntities, openJobDailyA3Data } from './aws-stores.ts';
import { loadNamespaces, loadRules, readCodeVersion } from './configuration.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CreateJobDailyA3Data', () =>
  createA3DataFunction({
    jobDailyA3Data: openJobDailyA3Data(),
    entities: openEntities(),
    namespaces: loadNamespaces(),
    rules: loadRules(),
    codeVersion: readCodeVersion(),
  }),
);
