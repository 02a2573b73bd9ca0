/** Writes, and ends with 3 when the write lock is stuck, as the command line does. */
import { openEnvironment } from '../../../../src/stores/embedded/open-environment.ts';

const environment = openEnvironment({ folder: process.argv[2]!, busyAfterMs: 200 });
environment
  .commit(() => undefined)
  .then(
    () => process.exit(0),
    (error: { code: string; details: object }) => {
      process.stdout.write(`${JSON.stringify({ code: error.code, ...error.details })}\n`);
      process.exit(3);
    },
  );
