/** The work of `lexdelta holds`. */
import { type Hold, readHolds } from '../../publish/retention/holds.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { renderTable } from '../terminal/table.ts';

export async function listHolds(flags: GlobalFlags & { readonly all?: boolean }, context: Context): Promise<number> {
  const { terminal } = context;
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const holds = await readHolds(data.jobDailyA3Data);
    const shown = flags.all ? holds : holds.filter(({ released }) => released === null);
    if (terminal.isJson) terminal.printJson('holds', { holds: shown });
    else if (shown.length > 0) terminal.print(...renderTable(COLUMNS, shown.map(cellsOf), terminal.width));
    else terminal.note('Nothing is held.');
    return 0;
  } finally {
    await data.close();
  }
}

const COLUMNS = [
  { header: 'date' },
  { header: 'since' },
  { header: 'by', flexible: true },
  { header: 'reason', flexible: true },
  { header: 'released', flexible: true },
] as const;

function cellsOf({ business_date, at, by, reason, released }: Hold): readonly string[] {
  return [
    business_date,
    at.slice(0, 10),
    by,
    reason,
    released === null ? '' : `${released.at.slice(0, 10)}, ${released.by}`,
  ];
}
