import type { RefusedLine } from '../runtime/import-refused.ts';
import { count } from './terminal/figures.ts';

const MAX_TOLD = 20;

/** One line for each of the first, and the number of the others. */
export function refusedLines(refused: readonly RefusedLine[], total: number): readonly string[] {
  const told = refused.slice(0, MAX_TOLD).map(({ file, line, column, reason }) => {
    return `${file} line ${count(line)}${column === '' ? '' : `, ${column}`}: ${reason}`;
  });
  const more = total - told.length;
  return more > 0 ? [...told, `and ${count(more)} more`] : told;
}
