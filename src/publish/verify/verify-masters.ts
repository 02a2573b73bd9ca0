import { compareBytes } from '../../agreements/byte-order.ts';
import type { EntityRole } from '../../agreements/look-up-items.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { MasterLine, PublishedFile } from '../published.ts';
import { Faults } from './faults.ts';
import { MASTER_LINE } from './line-shapes.ts';
import { parseLines, readLines } from './read-lines.ts';

/** A master table ascends by identifier, each once, and holds the columns of its own role. */
export async function verifyMaster(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  { role, file }: { readonly role: EntityRole; readonly file: PublishedFile },
  faults: Faults,
  onLines: (identifiers: readonly string[]) => void | Promise<void>,
): Promise<void> {
  const own = new Faults();
  const checks = { claim: 'masters', path: file.path, shape: MASTER_LINE, faults: own } as const;
  let last: string | null = null;
  for await (const lines of parseLines<MasterLine>(readLines(a3, folder, file, own), checks)) {
    for (const { value, number } of lines) {
      if (last !== null && compareBytes(value.entity_id, last) <= 0) {
        own.add(
          'masters',
          file.path,
          number,
          `has \`${value.entity_id}\`, which does not come after \`${last}\` above it`,
        );
      }
      const other = Object.keys(value.fields).find((field) => !field.startsWith(`${role}.`));
      if (other !== undefined) own.add('masters', file.path, number, `has the field ${other} in the table ${role}`);
      last = value.entity_id;
    }
    const wait = onLines(lines.map(({ value }) => value.entity_id));
    if (wait !== undefined) await wait;
  }
  faults.addAll(own.count('files') > 0 ? own.only((claim) => claim === 'files') : own);
}
