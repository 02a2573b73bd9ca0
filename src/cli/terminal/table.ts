import { cutToWidth, displayWidth, harmless } from './harmless.ts';

export interface Column {
  readonly header: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** Gives way first when the table is too wide. */
  readonly flexible?: boolean;
}

const GAP = 2;

/**
 * Aligned columns, two blanks apart, never wider than `width`: cells that do not fit are cut and end in `…`.
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
  const widths = shrink(natural, columns, width - indent.length - GAP * (columns.length - 1));
  return lines.map((line) => {
    const cells = columns.map((column, i) => pad(cutToWidth(line[i] ?? '', widths[i]!), widths[i]!, column.align));
    return (indent + cells.join(' '.repeat(GAP))).trimEnd();
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
  return align === 'right' ? blanks + text : text + blanks;
}
