import { agreementHashContract } from '../contract/agreement-hash.contract.ts';
import { jobDailyA3DataContract } from '../contract/job-daily-a3-data.contract.ts';
import {
  enrichmentQueueContract,
  entityTableContract,
  governingLawTableContract,
} from '../contract/look-ups.contract.ts';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { queryCountsContract } from '../contract/query-counts.contract.ts';
import { MemoryAgreementHash } from '../fakes/memory-agreement-hash.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEnrichmentQueue, MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { MemoryQueryCounts } from '../fakes/memory-query-counts.ts';

objectStoreContract('memory', async () => new MemoryObjectStore());
jobDailyA3DataContract('memory', async () => new MemoryJobDailyA3Data());
agreementHashContract('memory', async () => new MemoryAgreementHash());
entityTableContract('memory', async () => new MemoryEntityTable());
governingLawTableContract('memory', async () => new MemoryGoverningLawTable());
enrichmentQueueContract('memory', async (now) => new MemoryEnrichmentQueue(now));
queryCountsContract('memory', async () => new MemoryQueryCounts());
