/** What is stored of one document in AgreementHash, and how a change alters it: the same for every driver. */
import type { Fingerprint } from '../agreements/fingerprint.ts';
import type { HashChange, HashWriter } from './agreement-hash.ts';

export interface HashItem {
  /** Fence of the last writer. */
  readonly generation: number;
  readonly good: Fingerprint | null;
  readonly rejected: Fingerprint | null;
  /** Business date (ISO) of the run that removed the document; `null` when it is there. */
  readonly removed_on: string | null;
}

/** Whether a writer may change the item: there is none, or no later run has written it. */
export function mayWrite(item: HashItem | null, writer: HashWriter): boolean {
  return item === null || item.generation <= writer.fence;
}

/**
 * The item after a change that {@link mayWrite} allows.
 * @returns `item` itself when there is nothing to change: a touch of what is not there
 */
export function changedItem(item: HashItem | null, change: HashChange, writer: HashWriter): HashItem | null {
  const generation = writer.fence;
  const good = item?.good ?? null;
  switch (change.op) {
    case 'good':
      return { generation, good: change.fingerprint, rejected: null, removed_on: null };
    case 'rejected':
      return { generation, good, rejected: change.fingerprint, removed_on: null };
    case 'removed':
      return { generation, good: null, rejected: null, removed_on: writer.business_date };
    case 'touched': {
      const compared = item?.[change.of] ?? null;
      if (item === null || compared === null) return item;
      return { ...item, generation, [change.of]: { ...compared, raw_hash: change.raw_hash } };
    }
  }
}
