/**
 * The short acceptance test: two made-up banks, three days each, read through a Lex that was written from lex.md alone and
 * misbehaves, and held against a model that was written from lex.md alone. `long.ts` runs as many as asked for.
 */
import { describe, it } from 'vitest';
import { runHistory } from './history.ts';

describe('the table of three days', () => {
  it.concurrent.for([28, 31])('is exactly right for seed %i', { timeout: 120_000 }, async (seed, { expect }) => {
    const notes: string[] = [];

    const result = await runHistory({
      seed,
      days: 3,
      documents: [25, 45],
      killsOn: (day) => day === 1 && seed === 28,
      formatsOn: (day) => day === 2,
      note: (line) => void notes.push(line),
    });

    expect(result.complaints, notes.join('\n')).toEqual([]);
    expect(result.rows).toBeGreaterThan(100);
  });
});
