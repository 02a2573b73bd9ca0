import { describe, expect, it } from 'vitest';
import type { AliasItem, EntityItem, LawItem } from '../../../src/agreements/look-up-items.ts';
import { BUILT_IN_NAMESPACES } from '../../../src/agreements/namespaces/built-in.ts';
import type { NamespaceModule } from '../../../src/agreements/namespaces/namespace-module.ts';
import { DEFAULT_RULES } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { type TryMappingInput, tryMapping } from '../../../src/steps/trial/try-mapping.ts';
import { MemoryLexSource } from '../../fakes/memory-lex-source.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../../fakes/memory-look-ups.ts';
import { KNOWN, macDocument } from '../../fixtures/documents.ts';

const MAC = BUILT_IN_NAMESPACES.find(({ namespace }) => namespace === 'mac')!;
const IN_FORCE = { module: MAC, rules: DEFAULT_RULES };

/** `mac` with its agreements changed, by the document's number. */
function changedMac(change: (agreement: object, n: number) => object): NamespaceModule {
  const toAgreements: NamespaceModule['toAgreements'] = (document, refuse) => {
    const n = Number((document as { readonly lexId: string }).lexId.slice(-3));
    return MAC.toAgreements(document, refuse).map((one) => ({ ...one, ...change(one, n) }));
  };
  return { ...MAC, version: 2, toAgreements };
}

/** Documents 1 to `count`; every fifth was signed on no day of the calendar, the last line is none. */
async function setting(count: number) {
  const lex = new MemoryLexSource('mac');
  for (let n = 1; n <= count; n += 1) {
    const document = macDocument();
    document.lexId = `mac-${String(n).padStart(3, '0')}`;
    if (n % 5 === 0) document.agreement.executedOn = '2010-02-30';
    lex.rows.push({ id: document.lexId, bytes: Buffer.from(JSON.stringify(document)) });
  }
  lex.rows.push({ id: 'mac-zzz', bytes: Buffer.from('{"lexId":') });
  const entities = new MemoryEntityTable();
  const laws = new MemoryGoverningLawTable();
  await entities.putAll(KNOWN.filter((item): item is EntityItem | AliasItem => 'entity_key' in item));
  await laws.putAll(KNOWN.filter((item): item is LawItem => 'law_key' in item));
  const asked: string[] = [];
  const get = async (key: string) => {
    asked.push(key);
    return entities.get(key);
  };
  const run = (input: Partial<TryMappingInput>) =>
    tryMapping(
      { namespace: 'mac', before: IN_FORCE, after: IN_FORCE, sample: 2, ...input },
      { lex, entities: { get }, laws },
    );
  return { run, asked };
}

describe('trying a mapping', () => {
  it('finds no difference between a mapping and itself, and reads every page', async () => {
    const { run, asked } = await setting(450);

    expect(await run({})).toMatchObject({
      documents: 450,
      unreadable: 1,
      outcomes: { same: 360, differing: 0, become_valid: 0, become_rejected: 0, rejected_still: 90 },
      rows: { before: 720, after: 720 },
      fields: [],
      examples: [],
    });
    expect(asked.length).toBeLessThan(30);
  });

  it('counts fields and moves, and shows examples with contact details masked', async () => {
    const module = changedMac((_, n) => (n === 2 ? { agreementId: null } : {}));
    const contacts = changedMac((one, n) => {
      if (n !== 3) return {};
      const { parties } = one as {
        readonly parties: { readonly counterparties: readonly { contact: object | null }[] };
      };
      const counterparties = parties.counterparties.map((party) => ({
        ...party,
        contact: party.contact === null ? null : { ...party.contact, email: 'someone@else.example' },
      }));
      return { parties: { ...parties, counterparties } };
    });
    const { run } = await setting(6);

    const moved = await run({ after: { module, rules: DEFAULT_RULES } });
    expect(moved.outcomes).toMatchObject({ same: 4, become_rejected: 1 });
    expect(moved.examples[0]).toMatchObject({ lex_id: 'mac-002', outcome: 'become_rejected', rules: ['A3.3-absent'] });
    expect(moved.rules).toContainEqual({ rule: 'A3.3-absent', before: 0, after: 1 });
    expect(moved.mapping.after).toMatch(/^mac-2-/);

    const told = await run({ after: { module: contacts, rules: DEFAULT_RULES } });
    expect(told).toMatchObject({ outcomes: { same: 4, differing: 1 }, fields: [{ field: 'A3.16', documents: 1 }] });
    expect(told.examples).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain('else.example');
    expect(JSON.stringify(told.examples)).toContain('*** (20 characters)');
  });

  it('shows what rules would do', async () => {
    const { run } = await setting(10);
    const rules = { ...DEFAULT_RULES, 'A3.5-unreadable': 'warning' } as const;

    const { outcomes, rules: told } = await run({ after: { module: MAC, rules } });

    expect(outcomes).toMatchObject({ same: 8, become_valid: 2, rejected_still: 0 });
    expect(told).toContainEqual({ rule: 'A3.5-unreadable', before: 2, after: 0 });
  });

  it('takes a namespace that is new', async () => {
    const { run } = await setting(6);
    const trial = await run({ before: null, sample: 100 });

    expect(trial).toMatchObject({ outcomes: { become_valid: 5, rejected_still: 1 }, rows: { before: 0, after: 10 } });
    expect(trial.mapping.before).toBeNull();
    expect(trial.examples).toHaveLength(5);
  });
});
