import { queryNamespaceFunction } from '../functions.ts';
import { openAgreementHash, openJobDailyDelta } from './aws-stores.ts';
import { loadNamespaces, loadRules } from './configuration.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { openLex } from './open-lex.ts';

export const handler = lambdaHandler('QueryNamespace', async () =>
  queryNamespaceFunction({
    lex: await openLex(),
    agreementHash: openAgreementHash(),
    jobDailyDelta: openJobDailyDelta(),
    namespaces: loadNamespaces(),
    rules: loadRules(),
  }),
);
