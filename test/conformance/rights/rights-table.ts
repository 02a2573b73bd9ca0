/** What was removed and what could not be, for people. */
import { NOT_SHOWN } from './deployed-rights.ts';
import { type GuardFront, MENDED } from './guard-front.ts';
import type { GuardedFunction } from './guarded-function.ts';

export function tellRights(functions: readonly GuardedFunction[], front: GuardFront): string {
  const notShown = functions.flatMap(({ deployed }) => deployed.notShown);
  return [
    'Rights removed one by one, so that the state failed. A right is one action on one thing, or on one pattern of its keys.',
    row('function', 'rights', 'removed', 'excused'),
    ...functions.map(({ deployed: { name, rights, notShown: excused }, shown }) =>
      row(name, rights.length, shown.size, excused.length),
    ),
    row(
      'in all',
      sum(functions.map(({ deployed }) => deployed.rights.length)),
      sum(functions.map(({ shown }) => shown.size)),
      notShown.length,
    ),
    'Excused, since they need a real account:',
    ...Object.entries(NOT_SHOWN).map(([kind, { title, reason }]) => {
      const count = notShown.filter((one) => one.kind === kind).length;
      return `- ${count} ${title}\n  ${reason}`;
    }),
    'Mended in ministack:',
    `- ${MENDED.difference}\n  ${MENDED.reason} (${front.mended} times)`,
  ].join('\n');
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(50)}${cells.map((cell) => String(cell).padStart(8)).join('')}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
