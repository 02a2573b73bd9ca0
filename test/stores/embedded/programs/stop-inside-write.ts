/** Takes the execution `run`, stops itself (SIGSTOP) inside of a write, and when it goes on, tells how its writes fared. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { takeExecution } from '../../../../src/stores/embedded/incarnation.ts';
import { openEnvironment } from '../../../../src/stores/embedded/open-environment.ts';

const folder = process.argv[2]!;
const taken = await takeExecution({ folder, execution: 'run' });
if (!('guard' in taken)) throw new Error('runs elsewhere');
const environment = openEnvironment({ folder, guard: taken.guard });
const table = environment.table<string>('t', 'json');

await environment.commit(() => {
  table.put('inside', 'kept');
  writeSync(1, 'inside\n');
  process.kill(process.pid, 'SIGSTOP');
});
writeSync(1, 'committed\n');

await once(process.stdin, 'data');
const outcome = await environment.commit(() => table.put('late', 'lost')).catch((error: unknown) => error);
writeSync(1, `${outcome instanceof Error && 'code' in outcome ? outcome.code : 'no error'}\n`);
process.exit(0);
