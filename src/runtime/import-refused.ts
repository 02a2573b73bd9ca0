import type { FileCounts } from '../agreements/imports/plan-import.ts';
import type { Refusal } from '../agreements/imports/read-table.ts';
import { PermanentError } from '../errors.ts';

export type RefusedLine = Refusal & { readonly file: string };

/** Lines that an import cannot take, and that nobody has allowed for; `code` is `IMPORT_REFUSED`. */
export class ImportRefusedError extends PermanentError {
  /** The first ones, in the order found. */
  readonly refused: readonly RefusedLine[];
  /** Complete, a file each. */
  readonly counts: readonly FileCounts[];

  constructor(counts: readonly FileCounts[], refused: readonly RefusedLine[]) {
    const total = counts.reduce((sum, count) => sum + count.refused, 0);
    super('IMPORT_REFUSED', `${total === 1 ? 'A line' : `${total} lines`} cannot be imported.`, { refused: total });
    this.counts = counts;
    this.refused = refused;
  }
}
