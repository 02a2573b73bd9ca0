import { describe, expect, it } from 'vitest';
import { findLeftOut } from '../../src/publish/left-out.ts';
import type { Manifest } from '../../src/publish/published.ts';
import { namespaceCounts } from '../cli/support.ts';

/** A day of a small table: one shard without marks, of a run over these namespaces, each with as many documents. */
function day(base: string | null, listed: Readonly<Record<string, number>>): Manifest {
  const query = Object.entries(listed).map(([name, total_docs]) =>
    namespaceCounts(name, { total_docs, total_docs_queried: total_docs }),
  );
  return { format: 1, base, query, shards: [{ through: null, marks: [] }] } as unknown as Manifest;
}

function store(days: Readonly<Record<string, Manifest>>) {
  return { get: async (key: string) => (days[key] === undefined ? null : Buffer.from(JSON.stringify(days[key]))) };
}

describe('findLeftOut', () => {
  const whole = day(null, { mac: 3, cct: 1, pwm: 2, docman: 0 });

  it('names what the table holds and the run does not, empty namespaces apart', async () => {
    expect(await findLeftOut(['mac'], whole, store({}))).toEqual(['cct', 'pwm']);
    expect(await findLeftOut(['cct', 'mac', 'pwm'], whole, store({}))).toEqual([]);
    expect(await findLeftOut(['mac'], null, store({}))).toEqual([]);
  });

  it('still does when the days in between left it out too', async () => {
    const days = { first: whole, second: day('first', { mac: 3 }) };

    expect(await findLeftOut(['mac'], day('second', { mac: 3 }), store(days))).toEqual(['cct', 'pwm']);
    expect(await findLeftOut(['mac'], day('second', { mac: 3, cct: 0 }), store(days))).toEqual(['pwm']);
  });

  it('knows the namespaces that shards name, and ends at a day that was deleted', async () => {
    const shards = [{ through: { namespace: 'docman', lex_id: '1' }, marks: [{ namespace: 'cct', lex_id: '9' }] }];
    const large = { ...day('deleted', { mac: 3 }), shards } as unknown as Manifest;

    expect(await findLeftOut(['mac'], large, store({}))).toEqual(['cct', 'docman']);
  });
});
