/** The work of `lexdelta pointers rebuild`. */
import { rebuildPointers } from '../publish/rebuild-pointers.ts';
import type { Context, GlobalFlags } from './context.ts';
import { placeOf } from './define-command.ts';
import { plural } from './terminal/figures.ts';
import { harmless } from './terminal/harmless.ts';
import { wrap } from './terminal/wrap.ts';

/** 0: every date leads to its table; 1: a table is lost. */
export async function rebuildAllPointers(flags: GlobalFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const data = await context.services.openData(await placeOf(flags, context), 'write');
  try {
    const rebuilt = await rebuildPointers({ jobStats: data.jobStats, a3: data.jobDailyA3Data });
    const { right, written, lost, unknown } = rebuilt;
    if (terminal.isJson) terminal.printJson('pointers-rebuild', rebuilt);
    else {
      const line = (text: string, mark = '') => wrap(harmless(text), terminal.width, mark, ' '.repeat(mark.length));
      const sum = `${plural(written.length, 'pointer')} written again, ${right} of published dates as they should be.`;
      terminal.print(
        ...line(sum),
        ...written.flatMap(({ business_date, was, now }) =>
          line(`${business_date}: ${was ?? 'nothing'} -> ${now}`, '  '),
        ),
        ...lost.flatMap((date) =>
          line(`${date} was published, and its table is not there: restore it from a backup.`, '✘ '),
        ),
        ...unknown.flatMap((date) => line(`${date} has a pointer, and nothing says that it was published.`, '! ')),
      );
    }
    return lost.length === 0 ? 0 : 1;
  } finally {
    await data.close();
  }
}
