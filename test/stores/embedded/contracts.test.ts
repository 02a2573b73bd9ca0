import { FolderJobDailyA3Data } from '../../../src/stores/embedded/folder-job-daily-a3-data.ts';
import { FolderObjectStore } from '../../../src/stores/embedded/folder-object-store.ts';
import { LmdbAgreementHash } from '../../../src/stores/embedded/lmdb-agreement-hash.ts';
import { LmdbEnrichmentQueue } from '../../../src/stores/embedded/lmdb-enrichment-queue.ts';
import { LmdbEntityTable } from '../../../src/stores/embedded/lmdb-entity-table.ts';
import { LmdbGoverningLawTable } from '../../../src/stores/embedded/lmdb-governing-law-table.ts';
import { LmdbItemTables } from '../../../src/stores/embedded/lmdb-item-tables.ts';
import { LmdbJobStats } from '../../../src/stores/embedded/lmdb-job-stats.ts';
import { LmdbQueryCounts } from '../../../src/stores/embedded/lmdb-query-counts.ts';
import { agreementHashContract } from '../../contract/agreement-hash.contract.ts';
import { jobDailyA3DataContract } from '../../contract/job-daily-a3-data.contract.ts';
import { jobStatsContract } from '../../contract/job-stats.contract.ts';
import {
  enrichmentQueueContract,
  entityTableContract,
  governingLawTableContract,
} from '../../contract/look-ups.contract.ts';
import { objectStoreContract } from '../../contract/object-store.contract.ts';
import { queryCountsContract } from '../../contract/query-counts.contract.ts';
import { temporaryFolders } from './temporary-folder.ts';

const { newFolder, newEnvironment } = temporaryFolders();

objectStoreContract('folder', async () => new FolderObjectStore(await newFolder(), 'test'));
jobDailyA3DataContract('folder', async () => new FolderJobDailyA3Data(await newFolder()));
agreementHashContract('lmdb', async () => new LmdbAgreementHash(await newEnvironment()));
entityTableContract('lmdb', async () => new LmdbEntityTable(await newEnvironment()));
governingLawTableContract('lmdb', async () => new LmdbGoverningLawTable(await newEnvironment()));
enrichmentQueueContract('lmdb', async (now) => new LmdbEnrichmentQueue(await newEnvironment(), now));
queryCountsContract('lmdb', async () => new LmdbQueryCounts(await newEnvironment()));
jobStatsContract('lmdb', async (items) => {
  const tables = new LmdbItemTables(await newEnvironment());
  for (const item of items) await tables.update('JobStats', item, () => item);
  return new LmdbJobStats(tables);
});
