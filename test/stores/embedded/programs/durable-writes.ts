/** Three durable writes at two places, each told when it is acknowledged. */
import { writeSync } from 'node:fs';
import { openEmbeddedStores } from '../../../../src/stores/embedded/open-stores.ts';

const stores = openEmbeddedStores({ folder: process.argv[2]! });
await stores.jobDailyDelta.put('a', Buffer.from('1'));
writeSync(1, 'put a\n');
await stores.jobDailyDelta.put('b', Buffer.from('2'));
writeSync(1, 'put b\n');
await stores.governingLaws.putAll([{ law_key: 'ny', display_name: 'New York', version: '1' }]);
writeSync(1, 'put law\n');
await stores.close();
