import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkNamespaceModule } from '../../../src/agreements/namespaces/check-module.ts';
import type { NamespaceModule } from '../../../src/agreements/namespaces/namespace-module.ts';
import { finishDocument } from '../../../src/agreements/table-a3/finish.ts';
import { prepareDocument } from '../../../src/agreements/table-a3/prepare.ts';
import { DEFAULT_RULES } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { GOLDMAN_SACHS_BANK, KNOWN, lookUpsOf, UBS } from '../../fixtures/documents.ts';

const README = new URL('../../../src/agreements/namespaces/README.md', import.meta.url);

/** The module and the document of the README, as a user would copy them. */
async function readmeExample(): Promise<{ readonly module: Record<string, unknown>; readonly document: object }> {
  const text = await readFile(README, 'utf8');
  const [, code] = /```js\n([\s\S]*?)```/.exec(text)!;
  const [, json] = /```json\n([\s\S]*?)```/.exec(text)!;
  const loaded = await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code!).toString('base64')}`
  );
  return { module: { ...loaded.default }, document: JSON.parse(json!) };
}

function transform(module: NamespaceModule, document: unknown) {
  return finishDocument(prepareDocument(module, document), lookUpsOf(KNOWN), DEFAULT_RULES);
}

describe('a namespace that a user adds', () => {
  it('works as the README shows it', async () => {
    const { module, document } = await readmeExample();

    const treasury = checkNamespaceModule(module, 'treasury.js');

    expect(transform(treasury, document)).toMatchObject({
      valid: true,
      rows: [
        {
          values: {
            'A3.2': GOLDMAN_SACHS_BANK,
            'A3.3': 'T-1',
            'A3.4': 'Global Master Repurchase Agreement',
            'A3.5': '2015-11-12',
            'A3.6': UBS,
            'A3.7': 'England and Wales',
            'A3.15': '41-44-0000000',
          },
        },
      ],
    });
    expect(transform(treasury, { ...document, bank: UBS }).findings).toMatchObject([{ rule: 'LEX-unexpected-value' }]);
    expect(transform(treasury, { ...document, client: null }).findings).toMatchObject([{ rule: 'LEX-missing-key' }]);
  });

  it.each<[string, object, string]>([
    ['a name with a slash', { namespace: 'a/b' }, '`namespace`'],
    ['no version', { version: undefined }, '`version`'],
    ['a version of 0', { version: 0 }, '`version`'],
    ['no id field', { idField: '' }, '`idField`'],
    ['volatile fields as text', { volatileFields: 'viewedAt' }, '`volatileFields`'],
    ['a volatile id', { volatileFields: ['key'] }, '`volatileFields`'],
    ['no mapping', { toAgreements: 'later' }, '`toAgreements`'],
    ['a misspelt key', { volatile: [] }, '`volatile`'],
    ['no shape', { shape: null }, '`shape`'],
    ['a shape that is no object', { shape: { kind: 'text' } }, '`shape`'],
    ['a member of no kind', { shape: { kind: 'object', members: { a: { kind: 'date' } } } }, '`shape.members.a.kind`'],
    ['a list of nothing', { shape: { kind: 'object', members: { a: { kind: 'list' } } } }, '`shape.members.a.items`'],
    [
      'a member with wrong options',
      { shape: { kind: 'object', members: { a: { kind: 'text', needs: true, field: 'A3.99', optional: true } } } },
      '`shape.members.a.optional`',
    ],
  ])('is refused with %s', async (_what, change, path) => {
    const { module } = await readmeExample();

    expect(() => checkNamespaceModule({ ...module, ...change }, 'treasury.js')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', what: expect.stringContaining(`treasury.js: ${path}`) }),
    );
  });

  it.each([undefined, null, 'a', []])('is refused when it is %j', (value) => {
    expect(() => checkNamespaceModule(value, 'x.js')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('is refused when its shape holds itself', async () => {
    const { module } = await readmeExample();
    const shape: { kind: string; members: Record<string, unknown> } = { kind: 'object', members: {} };
    shape.members['again'] = shape;

    expect(() => checkNamespaceModule({ ...module, shape }, 'x.js')).toThrow(/levels/);
  });

  it.each<[string, unknown]>([
    ['throws', null],
    ['returns nothing', () => undefined],
    ['returns agreements without parties', () => [{ agreementId: 'A' }]],
    ['returns numbers as texts', () => [7]],
  ])('rejects the document, and only it, when its mapping %s', async (_what, toAgreements) => {
    const { module, document } = await readmeExample();
    const throws = () => {
      throw new Error('private contents');
    };
    const broken = checkNamespaceModule({ ...module, toAgreements: toAgreements ?? throws }, 'treasury.js');

    const { valid, findings } = transform(broken, document);

    expect(valid).toBe(false);
    expect(findings).toMatchObject([{ rule: 'LEX-mapping-failed' }]);
    expect(JSON.stringify(findings)).not.toContain('private');
  });
});
