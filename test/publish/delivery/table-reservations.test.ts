import { describe, expect, it } from 'vitest';
import { A3_FIELDS } from '../../../src/agreements/table-a3/fields.ts';
import { reservationLines } from '../../../src/cli/deliver/reservation-lines.ts';
import { tableReservations } from '../../../src/publish/delivery/table-reservations.ts';
import type { Ledger, LedgerNamespace, Manifest } from '../../../src/publish/published.ts';
import { namespaceCounts } from '../../cli/support.ts';

const override = { accept: 'transform', by: 'Ada', reason: 'Lex is late' } as const;
const evidence = { of: 'documents valid', numerator: 80, denominator: 100, threshold: 0.9 };

function manifest(more: Partial<Manifest>): Manifest {
  const filled = Object.fromEntries(A3_FIELDS.map((field) => [field, field === 'A3.9' ? 0 : 10]));
  return { overrides: [], query: [], fill_rates: { rows: 10, filled }, ...more } as unknown as Manifest;
}

function ledger(more: Partial<Ledger>): Ledger {
  return { namespaces: [], rows: { stale: 0 }, rejected_now: 0, unreadable_now: 0, ...more } as unknown as Ledger;
}

const lines = (of: Manifest, and: Ledger) => reservationLines(tableReservations(of, and), 80);

describe('what is wanting in a table', () => {
  it('is nothing where only fields are empty that not every agreement has', () => {
    expect(lines(manifest({}), ledger({}))).toEqual([]);
  });

  it('tells stale rows, documents, lines, acceptances with their figures, and namespaces of before', () => {
    const of = manifest({ overrides: [override], carried_over: [{ namespace: 'mac', since: '2021-10-19' }] });
    const rows = { stale: 90 } as Ledger['rows'];
    const accepted = [{ ...override, needed: true, evidence }];

    expect(lines(of, ledger({ rows, rejected_now: 44, unreadable_now: 6, accepted }))).toEqual([
      '  stale     90 rows stand as they were before the document was rejected',
      '  left out  44 documents are rejected, and not in the table but for the stale',
      '            rows',
      '  unread    6 lines of Lex could not be read',
      '  accepted  transform, by Ada: Lex is late (documents valid: 80 of 100, 80 %;',
      '            bound 90 %)',
      '  not read  mac: its rows are those of 2021-10-19',
    ]);
  });

  it('tells removals held back, documents of failed slices, and namespaces that were not read whole', () => {
    const query = [
      namespaceCounts('cct', { total_docs: 9, total_docs_queried: 9, unreadable: 1, complete: false }),
      namespaceCounts('docman', { total_docs: null, complete: false }),
      namespaceCounts('mac', { total_docs: 100, total_docs_queried: 96, gaps: 1, complete: false }),
      namespaceCounts('pwm', { total_docs: null, complete: false }),
    ];
    const of = manifest({ query, carried_over: [{ namespace: 'pwm', since: null }] });
    const namespaces = [
      { removals_held: 2, not_transformed: 0 },
      { removals_held: 1, not_transformed: 1 },
    ] as LedgerNamespace[];

    expect(lines(of, ledger({ namespaces }))).toEqual([
      '  held      3 documents that Lex lists no more stay: their removal was held back',
      '  failed    1 document could not be transformed, and is as it was before',
      '  not whole docman: not all was read, the rest is as it was before',
      '  not whole mac: 96 of 100 documents were read, the rest is as it was before',
      '  not read  pwm: its rows are of an earlier table',
    ]);
  });

  it('says of a table from before fields were counted that it does not know, and who accepted what all the same', () => {
    const { fill_rates: _, ...older } = manifest({ overrides: [override] });

    expect(tableReservations(older, ledger({}))).toMatchObject({
      empty_mandatory: null,
      accepted: [{ ...override, needed: null }],
    });
  });
});
