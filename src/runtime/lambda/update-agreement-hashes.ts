import { updateHashesFunction } from '../functions.ts';
import { openAgreementHash, openJobDailyA3Data } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('UpdateAgreementHashes', () =>
  updateHashesFunction({
    jobDailyA3Data: openJobDailyA3Data(),
    agreementHash: openAgreementHash(),
  }),
);
