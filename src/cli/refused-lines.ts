import type { RefusedLine } from '../runtime/import-refused.ts';
import { count } from './terminal/figures.ts';

const MAX_TOLD = 20;

/** One line for each of the first, and the number of the others. */
export function refusedLines(refused: readonly RefusedLine[], total: number): readonly string[] {
  const told = refused.slice(0, MAX_TOLD).map(({ file, line, column, reason, found }) => {
    const where = `${file} line ${count(line)}${column === '' ? '' : `, ${column}`}`;
    return `${where}: ${reason}${found === undefined ? '' : ` Found ${found}.`}`;
  });
  const more = total - told.length;
  return more > 0 ? [...told, `and ${count(more)} more`] : told;
}
