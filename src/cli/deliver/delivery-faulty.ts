import { PermanentError } from '../../errors.ts';
import type { FlatFault } from '../../publish/delivery/check-flat-file.ts';
import type { DeliveredFile } from './write-delivery.ts';

/** A fault, and the file that has it. */
export type DeliveryFault = FlatFault & { readonly file: string };

/** What was written did not read back as it should, and was taken away; `code` is `DELIVERY_FAULTY`. */
export class DeliveryFaultyError extends PermanentError {
  /** The first of each file. */
  readonly faults: readonly DeliveryFault[];

  constructor(files: readonly Pick<DeliveredFile, 'path' | 'faults' | 'faultCounts'>[]) {
    const total = countFaults(files);
    const unreadable = files.filter(({ faultCounts }) => faultCounts.file > 0).map(({ path }) => path);
    const why = unreadable.length === 0 ? '' : ` ${unreadable.join(', ')} could not even be read as its table.`;
    const what = `${total === 1 ? 'A fault was' : `${total} faults were`} found in what was written.${why}`;
    super('DELIVERY_FAULTY', what, { faults: total });
    this.faults = faultsOf(files);
  }
}

export function countFaults(files: readonly Pick<DeliveredFile, 'faultCounts'>[]): number {
  return files.reduce((sum, { faultCounts }) => sum + faultCounts.file + faultCounts.value, 0);
}

export function faultsOf(files: readonly Pick<DeliveredFile, 'path' | 'faults'>[]): readonly DeliveryFault[] {
  return files.flatMap(({ path, faults }) => faults.map((fault) => ({ file: path, ...fault })));
}

const MAX_TOLD = 20;

/** One line for each of the first, and the number of the others. */
export function faultLines(faults: readonly DeliveryFault[], total: number): readonly string[] {
  const told = faults.slice(0, MAX_TOLD).map(({ file, line, field, key, problem }) => {
    const place = line === null ? file : `${file} line ${line}`;
    const row = key === null || key === '' ? '' : ` of ${key}`;
    return `${place}: ${field === null ? 'it' : `${field}${row}`} ${problem}`;
  });
  return total > told.length ? [...told, `and ${total - told.length} more`] : told;
}
