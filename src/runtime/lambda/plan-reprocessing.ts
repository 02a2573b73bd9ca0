import { planReprocessingFunction } from '../functions.ts';
import { openEntities, openGoverningLaws, openJobDailyA3Data, openJobDailyDelta } from './aws-stores.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('PlanReprocessing', () =>
  planReprocessingFunction({
    jobDailyA3Data: openJobDailyA3Data(),
    jobDailyDelta: openJobDailyDelta(),
    entities: openEntities(),
    governingLaws: openGoverningLaws(),
  }),
);
