import { createQueryBatchesFunction } from '../functions.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { openLex } from './open-lex.ts';

export const handler = lambdaHandler('GetTotalDocsInNamespaceAndCreateBatchesForLexQuery', async () =>
  createQueryBatchesFunction({
    lex: await openLex(),
  }),
);
