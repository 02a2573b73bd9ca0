import { describe, expect, it } from 'vitest';
import type { CarriedOver } from '../../src/job/contracts.ts';
import { findCarriedOver } from '../../src/publish/left-out.ts';
import type { Manifest } from '../../src/publish/published.ts';
import { namespaceCounts } from '../cli/support.ts';

const [ONE, TWO, THREE] = ['2021-10-18', '2021-10-19', '2021-10-20'] as const;

function queryOf(listed: Readonly<Record<string, number>>) {
  return Object.entries(listed).map(([name, docs]) =>
    namespaceCounts(name, { total_docs: docs, total_docs_queried: docs }),
  );
}

const UNREAD = { total_docs: null, complete: false } as const;

/** A day of a small table: one shard without marks, of a run over these namespaces, each with as many documents. */
function day(
  business_date: string,
  base: string | null,
  listed: Readonly<Record<string, number>>,
  carried_over?: readonly CarriedOver[],
): Manifest {
  const shards = [{ through: null, marks: [] }];
  const query = queryOf(listed);
  return {
    format: 1,
    business_date,
    base,
    query,
    shards,
    ...(carried_over && { carried_over }),
  } as unknown as Manifest;
}

function store(days: Readonly<Record<string, Manifest>>) {
  return { get: async (key: string) => (days[key] === undefined ? null : Buffer.from(JSON.stringify(days[key]))) };
}

describe('findCarriedOver', () => {
  const whole = day(ONE, null, { mac: 3, cct: 1, pwm: 2, docman: 0 }, []);

  it('names what the table holds and the run does not, and the date that it is of, empty namespaces apart', async () => {
    expect(await findCarriedOver(queryOf({ mac: 3 }), whole, store({}))).toEqual([
      { namespace: 'cct', since: ONE },
      { namespace: 'pwm', since: ONE },
    ]);
    expect(await findCarriedOver(queryOf({ cct: 1, mac: 3, pwm: 2 }), whole, store({}))).toEqual([]);
    expect(await findCarriedOver(queryOf({ mac: 3 }), null, store({}))).toEqual([]);
  });

  it('names what the run could not read at all, where the table holds something of it', async () => {
    const query = [...queryOf({ mac: 3, pwm: 2 }), namespaceCounts('cct', UNREAD), namespaceCounts('docman', UNREAD)];

    expect(await findCarriedOver(query, whole, store({}))).toEqual([{ namespace: 'cct', since: ONE }]);
  });

  it('goes on from the base at any age, whether the days between left it out or could not read it', async () => {
    const carried = [{ namespace: 'cct', since: '2020-01-02' }];
    const base = { ...day(TWO, 'deleted', { mac: 3, pwm: 2 }, carried) };
    const unread = { ...base, query: [...base.query, namespaceCounts('cct', UNREAD)] };

    for (const one of [base, unread]) {
      expect(await findCarriedOver(queryOf({ mac: 3, pwm: 2 }), one, store({}))).toEqual(carried);
    }
    expect(await findCarriedOver(queryOf({ mac: 3, cct: 1, pwm: 2 }), base, store({}))).toEqual([]);
  });

  it('looks for it where the days before did not say it', async () => {
    const days = { first: day(ONE, null, { mac: 3, cct: 1, pwm: 2 }), second: day(TWO, 'first', { mac: 3, pwm: 2 }) };

    expect(await findCarriedOver(queryOf({ mac: 3 }), day(THREE, 'second', { mac: 3 }), store(days))).toEqual([
      { namespace: 'cct', since: ONE },
      { namespace: 'pwm', since: TWO },
    ]);
    expect(await findCarriedOver(queryOf({ mac: 3 }), day(THREE, 'second', { mac: 3, cct: 0 }), store(days))).toEqual([
      { namespace: 'pwm', since: TWO },
    ]);
  });

  it('does not take the bound of a shard for a namespace that was emptied days ago', async () => {
    const shards = [
      { through: { namespace: 'cct', lex_id: '1' }, marks: [] },
      { through: null, marks: [] },
    ];
    const emptied = { ...day(TWO, 'before', { mac: 3 }, []), shards } as unknown as Manifest;

    expect(await findCarriedOver(queryOf({ mac: 3 }), emptied, store({}))).toEqual([]);
  });

  it('knows the namespaces that shards name, not since when behind a day that was deleted', async () => {
    const shards = [{ through: { namespace: 'docman', lex_id: '1' }, marks: [{ namespace: 'cct', lex_id: '9' }] }];
    const large = { ...day(THREE, 'deleted', { mac: 3 }), shards } as unknown as Manifest;

    expect(await findCarriedOver(queryOf({ mac: 3 }), large, store({}))).toEqual([
      { namespace: 'cct', since: null },
      { namespace: 'docman', since: null },
    ]);
  });
});
