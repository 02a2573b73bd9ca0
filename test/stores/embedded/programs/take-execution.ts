/** Takes an execution when told to, and tells how that went; then waits until it is killed. */
import { once } from 'node:events';
import { takeExecution } from '../../../../src/stores/embedded/incarnation.ts';

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const taken = await takeExecution({ folder: process.argv[2]!, execution: 'run' });
process.stdout.write(`${JSON.stringify('guard' in taken ? { mine: taken.guard } : taken)}\n`);
setInterval(() => undefined, 60_000);
