import { transformDocumentDataFunction } from '../functions.ts';
import {
  openEnrichmentQueue,
  openEntities,
  openGoverningLaws,
  openJobDailyA3Data,
  openJobDailyBatchProcessing,
  openJobDailyDelta,
} from './aws-stores.ts';
import { loadNamespaces, loadRules } from './configuration.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('TransformDocumentData', () =>
  transformDocumentDataFunction({
    jobDailyDelta: openJobDailyDelta(),
    jobDailyBatchProcessing: openJobDailyBatchProcessing(),
    jobDailyA3Data: openJobDailyA3Data(),
    entities: openEntities(),
    governingLaws: openGoverningLaws(),
    enrichmentQueue: openEnrichmentQueue(),
    namespaces: loadNamespaces(),
    rules: loadRules(),
  }),
);
