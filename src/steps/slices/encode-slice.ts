import { compareBytes } from '../../agreements/byte-order.ts';
import type { SliceCounts } from '../../job/contracts.ts';
import { lineId } from '../../publish/slice-merge.ts';
import type { SliceHeader, SliceLine } from '../../publish/slice-output.ts';

/** The output of a slice: its header, and the bytes with header and lines. `lines` ascend by place. */
export function encodeSlice(
  namespace: string,
  batch: number,
  slice: number,
  lines: readonly SliceLine[],
): { readonly header: SliceHeader; readonly body: Buffer } {
  const first = lines[0];
  const last = lines.at(-1);
  const header: SliceHeader = {
    format: 1,
    namespace,
    batch,
    slice,
    first_id: first === undefined ? null : lineId(first),
    last_id: last === undefined ? null : lineId(last),
    counts: countLines(lines),
    growth: lines.reduce((sum, line) => sum + growthOf(line), 0),
    rules: countRules(lines),
    ...heldOf(lines),
  };
  const body = Buffer.from([header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { header, body };
}

function countLines(lines: readonly SliceLine[]): SliceCounts {
  const count = (op: SliceLine['op']) => lines.filter((line) => line.op === op).length;
  const valid = count('valid');
  const rejected = count('rejected');
  return {
    planned: valid + rejected,
    valid,
    rejected,
    rejected_again: lines.filter((line) => line.op === 'rejected' && line.again).length,
    rows: lines.reduce((rows, line) => rows + (line.op === 'valid' ? line.rows.length : 0), 0),
    // A standing reject that was only re-saved stays standing: its line is for the hashes, not for the ledger.
    touched: lines.filter((line) => line.op === 'touched' && line.of === 'good').length,
    removed: count('removed'),
    unreadable: count('unreadable'),
  };
}

function heldOf(lines: readonly SliceLine[]): Pick<SliceHeader, 'held'> {
  const held = lines.filter(({ op }) => op === 'held').length;
  return held === 0 ? {} : { held };
}

function growthOf(line: SliceLine): number {
  if (line.op === 'valid') return line.status === 'new' ? line.rows.length : 0;
  return Number(line.op === 'rejected' || line.op === 'unreadable');
}

/** How many rejected documents broke each rule, so that a failed gate can name the most frequent ones. */
function countRules(lines: readonly SliceLine[]): Readonly<Record<string, number>> {
  const documents = new Map<string, number>();
  for (const line of lines) {
    if (line.op !== 'rejected') continue;
    const errors = line.findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
    for (const rule of new Set(errors)) documents.set(rule, (documents.get(rule) ?? 0) + 1);
  }
  return Object.fromEntries([...documents].sort(([a], [b]) => compareBytes(a, b)));
}
