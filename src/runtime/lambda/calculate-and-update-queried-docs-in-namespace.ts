import { calculateQueriedDocsFunction } from '../functions.ts';
import { openAgreementHash, openJobDailyDelta, openQueryCounts } from './aws-stores.ts';
import { loadNamespaces, loadRules } from './configuration.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { openLex } from './open-lex.ts';

export const handler = lambdaHandler('CalculateAndUpdateQueriedDocsInNamespace', async () =>
  calculateQueriedDocsFunction({
    lex: await openLex(),
    agreementHash: openAgreementHash(),
    jobDailyDelta: openJobDailyDelta(),
    queryCounts: openQueryCounts(),
    namespaces: loadNamespaces(),
    rules: loadRules(),
  }),
);
