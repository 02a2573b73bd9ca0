/**
 * A delivery in a process of its own. Arguments: data folder of JobDailyA3Data, manifest key, output folder, and at which
 * look at the stop signal the process kills itself (0: never). Prints how many looks there were.
 */
import { DEFAULT_DELIVERY, writeDelivery } from '../../../src/cli/deliver/write-delivery.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import { FolderJobDailyA3Data } from '../../../src/stores/embedded/folder-job-daily-a3-data.ts';

const [root = '', manifest = '', output = '', killAt = '0'] = process.argv.slice(2);
let looks = 0;
/** Stands for the signal: whoever looks at it is at a moment when a process may die. */
const signal = Object.assign(new AbortController().signal, {
  throwIfAborted: () => {
    looks += 1;
    if (looks === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  },
});
const a3 = new FolderJobDailyA3Data(root);
await writeDelivery(await openPublishedDay(a3, manifest), output, DEFAULT_DELIVERY, { a3, signal });
console.log(looks);
