import { cutToWidth, displayWidth, endOfDirection, harmless } from './harmless.ts';

export interface Column {
  readonly header: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** Gives way first when the table is too wide. */
  readonly flexible?: boolean;
}

/** Between columns; 1 where the table does not fit otherwise. */
const GAP = 2;

/**
 * Aligned columns, never wider than `width`: cells that do not fit are cut and end in `…`.
 * Cells are made harmless here. The first line is the header.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  indent = '',
): readonly string[] {
  const lines = [columns.map((column) => column.header), ...rows.map((row) => row.map(harmless))];
  const natural = columns.map((_, i) => Math.max(1, ...lines.map((line) => displayWidth(line[i] ?? ''))));
  const available = width - indent.length - (columns.length - 1);
  const sum = natural.reduce((total, one) => total + one, 0);
  const gap = sum + (GAP - 1) * (columns.length - 1) <= available ? GAP : 1;
  const widths = shrink(natural, columns, available - (gap - 1) * (columns.length - 1));
  return lines.map((line) => {
    const cells = columns.map((column, i) => pad(cutToWidth(line[i] ?? '', widths[i]!), widths[i]!, column.align));
    return (indent + cells.join(' '.repeat(gap))).trimEnd();
  });
}

/** Takes columns away from the widest flexible cell, and from the others only when that is not enough. */
function shrink(natural: readonly number[], columns: readonly Column[], available: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (const [onlyFlexible, least] of [
    [true, 8],
    [false, 1],
  ] as const) {
    while (excess > 0) {
      const open = widths.map((width, i) => (width > least && (!onlyFlexible || columns[i]!.flexible) ? width : 0));
      const widest = Math.max(...open);
      if (widest === 0) break;
      widths[open.indexOf(widest)]! -= 1;
      excess -= 1;
    }
  }
  return widths;
}

function pad(text: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  const shown = text + endOfDirection(text);
  return align === 'right' ? blanks + shown : shown + blanks;
}
