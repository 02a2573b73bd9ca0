/**
 * The long acceptance test: `node test/acceptance/long.ts --seeds 20 [--first 1] [--days 5] [--keep]`.
 * Ends with 1 when the table was wrong anywhere; says of each seed what was read, and what went wrong.
 */
import { parseArgs } from 'node:util';
import { runHistory } from './history.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    first: { type: 'string', default: '1' },
    days: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
});

let wrong = 0;
for (let i = 0; i < Number(values.seeds); i++) {
  const seed = Number(values.first) + i;
  const days = Number(values.days);
  console.log(`seed ${seed}`);
  const result = await runHistory({
    seed,
    days,
    documents: [60, 250],
    killsOn: (day) => day === seed % days,
    formatsOn: () => true,
    note: console.log,
    keepsData: values.keep,
  });
  const counts = [...result.counts].map(([name, count]) => `${name} ${count}`).join(', ');
  console.log(
    `  ${result.rows} rows, ${result.rejected} rejected, ${result.undecided} either way, ${result.kills} kills; ${counts}`,
  );
  if (values.keep) console.log(`  ${result.folder}`);
  for (const complaint of result.complaints) console.log(`  WRONG ${JSON.stringify(complaint, null, 1)}`);
  if (result.complaints.length > 0) wrong++;
}
console.log(wrong === 0 ? 'Every table was right.' : `${wrong} of ${values.seeds} seeds went wrong.`);
process.exitCode = wrong === 0 ? 0 : 1;
