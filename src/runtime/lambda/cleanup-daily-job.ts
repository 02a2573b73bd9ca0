import { PermanentError } from '../../errors.ts';
import { parseRetention, type RetentionPolicy } from '../../job/retention-policy.ts';
import { cleanupFunction } from '../functions.ts';
import { openJobDailyA3Data, openJobDailyBatchProcessing, openJobDailyDelta } from './aws-stores.ts';
import { readVariables, VARIABLES } from './environment.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('CleanupDailyJob', () =>
  cleanupFunction({
    jobDailyDelta: openJobDailyDelta(),
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
    jobDailyA3Data: openJobDailyA3Data(),
    retention: readRetentionPolicy(),
  }),
);

/** Never a default: another rule than the stack's could delete what is to be kept. @throws PermanentError `CONFIG_INVALID` */
function readRetentionPolicy(): RetentionPolicy {
  const { retention } = readVariables(['retention']);
  const policy = parseRetention(JSON.parse(retention));
  if (policy !== null) return policy;
  throw new PermanentError(
    'CONFIG_INVALID',
    `${VARIABLES.retention} is no retention policy: ${retention.slice(0, 200)}`,
  );
}
