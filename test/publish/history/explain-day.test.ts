import { describe, expect, it } from 'vitest';
import type { Use } from '../../../src/agreements/look-up-items.ts';
import type { DocumentState } from '../../../src/publish/history/document-history.ts';
import { explainDay as explain } from '../../../src/publish/history/explain-day.ts';
import type { RejectedEntry, TableRow } from '../../../src/publish/published.ts';
import { a3Values } from '../day-fixture.ts';

const RUN = 'agreements-2021-10-21';

function explainDay(before: DocumentState | null, state: DocumentState, touched = false) {
  return explain(before, { state, touched, day: { manifest: { run: RUN } } });
}

const LAW: Use = { table: 'GoverningLaw', key: 'texas', version: 'v1' };
const NOTHING: DocumentState = { rows: [], rejected: null, unreadable: [] };

interface Made {
  readonly content?: string;
  readonly mapping?: string;
  readonly scheme?: number;
  readonly uses?: readonly Use[];
  readonly run?: string;
  readonly stale?: string;
}

function row(values: Parameters<typeof a3Values>[0], made: Made = {}): TableRow {
  const { content = 'one', mapping = 'mac-1-aaaa0000', scheme = 1, uses = [LAW], run = 'yesterday', stale } = made;
  return {
    ...a3Values({ 'A3.2': 'BANK', 'A3.3': 'A-1', 'A3.6': 'CLIENT', ...values }),
    namespace: 'mac',
    lex_id: 'm-1',
    lineage: {
      content_hash: content,
      hash_scheme: scheme,
      mapping_version: mapping,
      run,
      stale_since: stale ?? null,
      full_name: null,
    },
    uses,
  };
}

const valid = (...rows: readonly TableRow[]): DocumentState => ({ ...NOTHING, rows });

function rejected(made: Made = {}, rows: readonly TableRow[] = []): DocumentState {
  const { content = 'one', mapping = 'mac-1-aaaa0000', scheme = 1, uses = [LAW], run = 'yesterday' } = made;
  const fingerprint = { raw_hash: null, content_hash: content, hash_scheme: scheme, mapping_version: mapping };
  const place = { namespace: 'mac', lex_id: 'm-1', place: 'm-1', kind: 'document' } as const;
  const entry: RejectedEntry = {
    ...place,
    since: '2021-10-20',
    run,
    fingerprint,
    findings: [],
    uses,
    raw_text: { bytes: 0, sha256: '' },
  };
  return { rows, rejected: entry, unreadable: [] };
}

describe('what a day did to a document', () => {
  const now = { run: RUN };
  const other = { ...now, content: 'two' };
  it.each([
    ['nothing', valid(row({})), valid(row({})), null],
    ['new', NOTHING, valid(row({}, now)), 'new'],
    ['changed', valid(row({})), valid(row({ 'A3.4': 'Name' }, other)), 'changed'],
    ['made again with the same rows', valid(row({})), valid(row({}, other)), 'remade'],
    ['rejected, its rows stale', valid(row({})), rejected(other, [row({}, { stale: '2021-10-21' })]), 'rejected'],
    ['rejected as it came', NOTHING, rejected(now), 'rejected'],
    ['rejected again', rejected(), rejected(other), 'rejected_again'],
    ['standing rejected', rejected(), rejected(), null],
    ['healed', rejected(), valid(row({}, other)), 'healed'],
    ['removed', valid(row({})), NOTHING, 'removed'],
    ['removed while it was rejected', rejected(), NOTHING, 'removed'],
    ['unreadable', valid(row({})), { ...valid(row({})), unreadable: [rejected().rejected!] }, 'unreadable'],
    ['never there', NOTHING, NOTHING, null],
  ] as const)('%s', (_what, before, after, kind) => {
    expect(explainDay(before, after)?.kind ?? null).toBe(kind);
  });

  it('touched, when it was saved again and nothing else happened to it', () => {
    expect(explainDay(valid(row({})), valid(row({})), true)?.kind).toBe('touched');
    expect(explainDay(valid(row({})), valid(row({}, other)), true)?.kind).toBe('remade');
  });

  it('stands already on the first day that is known, with no reason', () => {
    expect(explainDay(null, valid(row({})))).toMatchObject({ kind: 'first', rows: [], reasons: [] });
    expect(explainDay(null, NOTHING)).toBeNull();
  });

  it('shows a row whose key is another as changed in that field', () => {
    const event = explainDay(valid(row({})), valid(row({ 'A3.6': 'OTHER' }, other)));

    expect(event?.rows).toMatchObject([{ change: 'changed', fields: { 'A3.6': { from: 'CLIENT', to: 'OTHER' } } }]);
  });
});

describe('what made the difference', () => {
  const reasons = (before: Made, after: Made) =>
    explainDay(valid(row({}, before)), valid(row({}, { run: RUN, ...after })))?.reasons;
  const use = (version: string): Use => ({ ...LAW, version });

  it('is the document, when its content is another', () => {
    expect(reasons({}, { content: 'two' })).toEqual([{ kind: 'document', from: 'one', to: 'two' }]);
  });

  it('does not call the document another when only its hash is made in another way', () => {
    expect(reasons({}, { content: 'two', scheme: 2 })).toEqual([{ kind: 'hash_scheme', from: 1, to: 2 }]);
  });

  it.each([
    ['mac-2-aaaa0000', 'module'],
    ['mac-1-bbbb0000', 'rules'],
    ['mac-2-bbbb0000', 'both'],
  ] as const)('is the mapping: %s is another in %s', (to, part) => {
    expect(reasons({}, { mapping: to })).toEqual([{ kind: 'mapping', from: 'mac-1-aaaa0000', to, part }]);
  });

  it.each([
    ['v1', 'v2'],
    ['absent', 'v1'],
    ['v1', 'absent'],
  ])('is the look-up row that went from %s to %s', (from, to) => {
    expect(reasons({ uses: [use(from)] }, { uses: [use(to)] })).toEqual([
      { kind: 'look_up', table: 'GoverningLaw', key: 'texas', from, to },
    ]);
  });

  it('is several at once, and no look-up row that only one of them used', () => {
    const named: Use = { table: 'Entity', key: 'new client', version: 'v9' };
    const found = reasons({}, { content: 'two', mapping: 'mac-2-aaaa0000', uses: [named, use('v2')] });

    expect(found?.map(({ kind }) => kind)).toEqual(['document', 'mapping', 'look_up']);
  });

  it('is nothing of it when it was transformed again on request', () => {
    expect(reasons({}, {})).toEqual([{ kind: 'same_basis' }]);
  });

  it('heals a rejection for one reason, and changes the rows that stood for another', () => {
    const stood = row({}, { content: 'zero', stale: '2021-10-20' });
    const before = rejected({ uses: [use('absent')] }, [stood]);
    const event = explainDay(before, valid(row({ 'A3.4': 'Name' }, { run: RUN, uses: [use('v1')] })));

    expect(event).toMatchObject({
      kind: 'healed',
      rows: [{ fields: { 'A3.4': { from: null, to: 'Name' } }, stale: { from: '2021-10-20', to: null } }],
      reasons: [{ kind: 'look_up', from: 'absent', to: 'v1' }],
      row_reasons: [{ kind: 'document', from: 'zero', to: 'one' }],
    });
  });
});
