/** Puts its own bytes under one key when told to, and tells how that went. */
import { once } from 'node:events';
import { FolderJobDailyA3Data } from '../../../../src/stores/embedded/folder-job-daily-a3-data.ts';

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const store = new FolderJobDailyA3Data(process.argv[2]!);
const outcome = await store.putOnce('race', Buffer.from(process.argv[3]!)).then(
  () => 'won',
  (error: { code: string }) => error.code,
);
process.stdout.write(`${outcome}\n`);
process.exit(0);
