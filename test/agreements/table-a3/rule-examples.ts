/** For every rule about documents and records: one document that breaks it; its shape's own example keeps it. */

import type { AliasItem, EntityItem, LawItem } from '../../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem } from '../../../src/agreements/make-look-up-items.ts';
import { cct } from '../../../src/agreements/namespaces/cct.ts';
import { docman } from '../../../src/agreements/namespaces/docman.ts';
import { mac } from '../../../src/agreements/namespaces/mac.ts';
import type { NamespaceModule } from '../../../src/agreements/namespaces/namespace-module.ts';
import { pwm } from '../../../src/agreements/namespaces/pwm.ts';
import {
  cctDocument,
  docmanDocument,
  GOLDMAN_SACHS_BANK,
  JPMORGAN,
  macDocument,
  pwmDocument,
  UBS,
  UBS_GROUP,
} from '../../fixtures/documents.ts';

export interface RuleExample {
  readonly rule: string;
  readonly module: NamespaceModule;
  readonly document: unknown;
  /** Look-up rows in place of, or beside, the known ones. */
  readonly items?: readonly (EntityItem | AliasItem | LawItem)[];
}

type Mac = ReturnType<typeof macDocument>['agreement'];
type Items = RuleExample['items'];
const LONG = 'x'.repeat(51);
const BAD_LEI = '222100OW6UHQXNHKQ143';
/** Right check digits; no entity of the fixtures. */
const SMALL_LEI = '7h6glxdrugqfu57rne97';
const LAPSED_LEI = '7H6GLXDRUGQFU57RNE97';

function inMac(rule: string, change: (agreement: Mac) => void, items?: Items): RuleExample {
  const document = macDocument();
  change(document.agreement);
  return { rule, module: mac, document, ...(items && { items }) };
}

function inDocman(rule: string, change: Partial<ReturnType<typeof docmanDocument>>, items?: Items): RuleExample {
  return { rule, module: docman, document: { ...docmanDocument(), ...change }, ...(items && { items }) };
}

function inCct(rule: string, change: object, items?: Items): RuleExample {
  return { rule, module: cct, document: { ...cctDocument(), ...change }, ...(items && { items }) };
}

const recordsEntityIs = (id: string) => (agreement: Mac) => {
  agreement.parties[0]!.entityId = id;
};
const counterpartyIs = (id: string) => (agreement: Mac) => {
  agreement.parties[1]!.entityId = id;
};
const obligorIs = (id: string) => (agreement: Mac) => {
  agreement.annexes[0]!.underlyingObligorId = id;
};
const crossDefaultIs = (id: string) => (agreement: Mac) => {
  agreement.crossDefault.entityIds = [id];
};
const providerIs = (id: string) => (agreement: Mac) => {
  agreement.creditEnhancement.forRecordsEntity.providerId = id;
};
const givenBy = (p: string) => ({ ce: { re: null, cp: { p, d: 'D' } } });

/** For a field that names an entity: wrong LEI, unknown, characters, length. */
function ofEntity(
  field: string,
  make: (rule: string, id: string, items?: Items) => RuleExample,
): readonly RuleExample[] {
  return [
    make(`${field}-lei`, BAD_LEI),
    make(`${field}-unknown`, 'NOBODY'),
    make(`${field}-lei-case`, 'SMALL', [aliasItem('SMALL', SMALL_LEI), entityItem(SMALL_LEI, ['CO', 'CP'], {})]),
    make(`${field}-lei-not-current`, 'OLD', [
      aliasItem('OLD', LAPSED_LEI),
      entityItem(LAPSED_LEI, ['CO', 'CP'], {}, 'LAPSED'),
    ]),
    make(`${field}-replaced`, 'ODD', [aliasItem('ODD', 'A~B'), entityItem('A~B', ['CO', 'CP'], {})]),
    make(`${field}-too-long`, 'LONG', [
      aliasItem('LONG', 'y'.repeat(501)),
      entityItem('y'.repeat(501), ['CO', 'CP'], {}),
    ]),
  ];
}

export const RULE_EXAMPLES: readonly RuleExample[] = [
  // The document as a whole
  { rule: 'LEX-missing-key', module: mac, document: { lexId: 'a', agreement: {}, audit: {} } },
  inDocman('LEX-wrong-type', { title: 7 as never }),
  inMac('LEX-unexpected-value', (agreement) => agreement.parties.splice(0, 1)),
  {
    rule: 'LEX-mapping-failed',
    module: {
      ...docman,
      toAgreements: () => {
        throw new Error('a mapping with a mistake');
      },
    },
    document: docmanDocument(),
  },
  inCct('LEX-no-record', { cp: [] }),
  inCct('LEX-too-many-records', { cp: Array.from({ length: 6_000 }, (_, i) => `E-${i}`) }),
  inCct('LEX-more-findings', { cp: Array.from({ length: 1_001 }, (_, i) => `E-${i}`) }),
  // A3.2
  inMac('A3.2-absent', recordsEntityIs('')),
  inMac('A3.2-not-in-co', recordsEntityIs(UBS)),
  ...ofEntity('A3.2', (rule, id, items) => inMac(rule, recordsEntityIs(id), items)),
  // A3.3
  inDocman('A3.3-absent', { agreement_ref: ' ' }),
  inDocman('A3.3-too-long', { agreement_ref: LONG }),
  inDocman('A3.3-replaced', { agreement_ref: 'A\nB' }),
  inCct('A3.3-repeated', { cp: [JPMORGAN, JPMORGAN.toLowerCase()] }),
  // A3.4, A3.5, A3.7
  inDocman('A3.4-absent', { title: '' }),
  inDocman('A3.4-cut', { title: `${LONG} Agreement` }),
  inDocman('A3.4-replaced', { title: 'Distribution\nAgreement' }),
  inDocman('A3.5-absent', { dated: '' }),
  inDocman('A3.5-unreadable', { dated: '02/30/2010' }),
  inDocman('A3.7-absent', { law: '' }),
  inDocman('A3.7-unknown', { law: 'Atlantis' }),
  inDocman('A3.7-cut', { law: `Atlantis and ${LONG}` }),
  inDocman('A3.7-replaced', { law: 'Atlantis~Lemuria' }),
  // A3.6, A3.6.1
  inMac('A3.6-absent', (agreement) => Object.assign(agreement.parties[1]!, { entityId: null })),
  inMac('A3.6-not-in-cp', counterpartyIs('GLEIF-ONLY'), [entityItem('GLEIF-ONLY', [], {})]),
  inMac('A3.6-in-co-not-cp', counterpartyIs('HOUSE-1')),
  ...ofEntity('A3.6', (rule, id, items) => inMac(rule, counterpartyIs(id), items)),
  inMac('A3.6.1-not-in-co-or-cp', obligorIs('GLEIF-ONLY'), [entityItem('GLEIF-ONLY', [], {})]),
  ...ofEntity('A3.6.1', (rule, id, items) => inMac(rule, obligorIs(id), items)),
  // A3.8, A3.9
  inMac('A3.8-flag', (agreement) => Object.assign(agreement.crossDefault, { applies: 'Y' })),
  inMac('A3.9-absent', (agreement) => agreement.crossDefault.entityIds.pop()),
  inDocman('A3.9-beside-n', { cross_default_ids: `${UBS},${UBS_GROUP}` }),
  inMac('A3.9-not-in-co-or-cp', crossDefaultIs('GLEIF-ONLY'), [entityItem('GLEIF-ONLY', [], {})]),
  inMac('A3.9-comma', crossDefaultIs('Acme'), [aliasItem('Acme', 'ACME, 1'), entityItem('ACME, 1', ['CP'], {})]),
  ...ofEntity('A3.9', (rule, id, items) => inMac(rule, crossDefaultIs(id), items)),
  // A3.10 to A3.12
  inDocman('A3.10-flag', { guarantee_received: 'yes' }),
  inDocman('A3.11-absent', { guarantee_received: 'Y', guarantee_received_ref: 'G' }),
  inDocman('A3.11-beside-n', { guarantee_received_from: 'NOBODY' }),
  inMac('A3.11-not-in-cp', providerIs('GLEIF-ONLY'), [entityItem('GLEIF-ONLY', [], {})]),
  inMac('A3.11-in-co-not-cp', providerIs(GOLDMAN_SACHS_BANK)),
  ...ofEntity('A3.11', (rule, id, items) => inMac(rule, providerIs(id), items)),
  inDocman('A3.12-absent', { guarantee_received: 'Y', guarantee_received_from: UBS }),
  inDocman('A3.12-beside-n', { guarantee_received_ref: 'G' }),
  inCct('A3.12-too-long', { ce: { re: { p: JPMORGAN, d: LONG }, cp: null } }),
  inCct('A3.12-replaced', { ce: { re: { p: JPMORGAN, d: 'A\u0001B' }, cp: null } }),
  // A3.12.1 to A3.12.3
  inDocman('A3.12.1-flag', { guarantee_given: '' }),
  inCct('A3.12.2-absent', givenBy(' ')),
  inDocman('A3.12.2-beside-n', { guarantee_given_by: UBS }),
  inCct('A3.12.2-not-in-cp', givenBy('GLEIF-ONLY'), [entityItem('GLEIF-ONLY', [], {})]),
  inCct('A3.12.2-in-co-not-cp', givenBy(GOLDMAN_SACHS_BANK)),
  ...ofEntity('A3.12.2', (rule, id, items) => inCct(rule, givenBy(id), items)),
  inCct('A3.12.3-absent', { ce: { re: null, cp: { p: JPMORGAN, d: null } } }),
  inDocman('A3.12.3-beside-n', { guarantee_given_ref: 'G' }),
  inCct('A3.12.3-too-long', { ce: { re: null, cp: { p: JPMORGAN, d: LONG } } }),
  inCct('A3.12.3-replaced', { ce: { re: null, cp: { p: JPMORGAN, d: 'A~B' } } }),
  // A3.13 to A3.16
  ...(
    [
      ['A3.13', 'notice_name', 201],
      ['A3.14', 'notice_address', 101],
      ['A3.15', 'notice_phone', 51],
      ['A3.16', 'notice_email', 101],
    ] as const
  ).flatMap(([field, key, length]) => [
    inDocman(`${field}-too-long`, { [key]: 'z'.repeat(length) }),
    inDocman(`${field}-replaced`, { [key]: 'a\r\nb' }),
  ]),
];

/** Documents that keep every rule. */
export const KEPT: readonly { readonly module: NamespaceModule; readonly document: unknown }[] = [
  { module: mac, document: macDocument() },
  { module: docman, document: docmanDocument() },
  { module: pwm, document: pwmDocument() },
  { module: cct, document: cctDocument() },
];

/** For a field that names an entity: as near to breaking the rule as may be. */
function keptByEntity(
  field: string,
  make: (rule: string, id: string, items?: Items) => RuleExample,
): readonly RuleExample[] {
  const longest = 'y'.repeat(50);
  return [
    make(`${field}-lei`, 'KNOWN', [aliasItem('KNOWN', LAPSED_LEI), entityItem(LAPSED_LEI, ['CO', 'CP'], {})]),
    make(`${field}-lei-case`, SMALL_LEI, [entityItem(LAPSED_LEI, ['CO', 'CP'], {})]),
    make(`${field}-lei-not-current`, LAPSED_LEI, [entityItem(LAPSED_LEI, ['CO', 'CP'], {}, 'PENDING_TRANSFER')]),
    make(`${field}-unknown`, 'A Name Inc.', [
      aliasItem('a name inc', 'NOBODY'),
      entityItem('NOBODY', ['CO', 'CP'], {}),
    ]),
    make(`${field}-too-long`, longest, [entityItem(longest, ['CO', 'CP'], {})]),
    make(`${field}-replaced`, '\tHOUSE-3\r\n', [entityItem('HOUSE-3', ['CO', 'CP'], {})]),
  ];
}

const ONE_ROLE = (role: 'CO' | 'CP') => [entityItem('GLEIF-ONLY', [role], {})];
const EDGE = 'é'.repeat(50);

/** Documents that come near to breaking a rule and keep it; where there is none, the shape's own example keeps it. */
export const NEAR_EXAMPLES: readonly RuleExample[] = [
  inMac('A3.2-not-in-co', recordsEntityIs('GLEIF-ONLY'), ONE_ROLE('CO')),
  ...keptByEntity('A3.2', (rule, id, items) => inMac(rule, recordsEntityIs(id), items)),
  inDocman('A3.3-too-long', { agreement_ref: EDGE }),
  inDocman('A3.3-replaced', { agreement_ref: ' A B\n' }),
  inCct('A3.3-repeated', { cp: [JPMORGAN, UBS] }),
  inDocman('A3.4-cut', { title: `${EDGE}  ` }),
  inDocman('A3.5-unreadable', { dated: '02/29/2012' }),
  inDocman('A3.7-unknown', { law: '  NEVADA. ' }),
  inDocman('A3.7-cut', { law: EDGE }),
  inMac('A3.6-not-in-cp', counterpartyIs('GLEIF-ONLY'), ONE_ROLE('CP')),
  inMac('A3.6-in-co-not-cp', counterpartyIs(UBS_GROUP)),
  ...keptByEntity('A3.6', (rule, id, items) => inMac(rule, counterpartyIs(id), items)),
  inMac('A3.6.1-not-in-co-or-cp', obligorIs('GLEIF-ONLY'), ONE_ROLE('CO')),
  ...keptByEntity('A3.6.1', (rule, id, items) => inMac(rule, obligorIs(id), items)),
  inDocman('A3.8-flag', { cross_default: ' N ' }),
  inMac('A3.9-not-in-co-or-cp', crossDefaultIs('GLEIF-ONLY'), ONE_ROLE('CP')),
  inMac('A3.9-comma', crossDefaultIs('Acme, Inc.'), [
    aliasItem('Acme, Inc.', 'ACME-1'),
    entityItem('ACME-1', ['CP'], {}),
  ]),
  ...keptByEntity('A3.9', (rule, id, items) => inMac(rule, crossDefaultIs(id), items)),
  inDocman('A3.9-too-long', { cross_default: 'Y', cross_default_ids: Array(23).fill(UBS).join(',') }),
  inDocman('A3.9-beside-n', { cross_default: 'N', cross_default_ids: ' ' }),
  inMac('A3.11-not-in-cp', providerIs('GLEIF-ONLY'), ONE_ROLE('CP')),
  ...keptByEntity('A3.11', (rule, id, items) => inMac(rule, providerIs(id), items)),
  inCct('A3.12-too-long', { ce: { re: { p: JPMORGAN, d: EDGE }, cp: null } }),
  inCct('A3.12.2-not-in-cp', givenBy('GLEIF-ONLY'), ONE_ROLE('CP')),
  ...keptByEntity('A3.12.2', (rule, id, items) => inCct(rule, givenBy(id), items)),
  inCct('A3.12.3-too-long', { ce: { re: null, cp: { p: JPMORGAN, d: EDGE } } }),
  inDocman('A3.13-too-long', { notice_name: 'é'.repeat(200) }),
  inDocman('A3.14-too-long', { notice_address: 'é'.repeat(100) }),
  inDocman('A3.15-too-long', { notice_phone: 'é'.repeat(50) }),
  inDocman('A3.16-too-long', { notice_email: 'é'.repeat(100) }),
  inCct('LEX-more-findings', { cp: Array.from({ length: 400 }, (_, i) => `E-${i}`) }),
];
