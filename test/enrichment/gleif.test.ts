/** The golden copy of GLEIF: from its CSV to rows of Entity. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { entityItem } from '../../src/agreements/make-look-up-items.ts';
import { gleifAuthority } from '../../src/enrichment/gleif-authority.ts';
import { refreshLeiStatus } from '../../src/enrichment/refresh-lei-status.ts';
import { type GleifImportOptions, importGleifFiles } from '../../src/runtime/gleif-import.ts';
import { openGleifReference } from '../../src/runtime/gleif-reference.ts';
import { FolderGleifStore } from '../../src/stores/embedded/gleif-file.ts';
import type { GleifRecord, GleifReference } from '../../src/stores/gleif-reference.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable } from '../fakes/memory-look-ups.ts';
import { zipOf } from '../fixtures/zip.ts';
import { temporaryFolders } from '../stores/embedded/temporary-folder.ts';

const { newFolder } = temporaryFolders();
const references: GleifReference[] = [];
afterEach(async () => {
  for (const reference of references.splice(0)) await reference.close();
});

const UBS = 'BFM8T61CT2L1QCEMIK50';
const GROUP = '549300SZJ9VS8SGXAN81';
const CITI = 'E57ODZWZ7FF32TWEFA76';
const HEADER =
  '"LEI","Entity.LegalName","Entity.LegalName.xmllang","Entity.LegalAddress.City","Entity.LegalAddress.Region",' +
  '"Entity.LegalAddress.Country","Entity.LegalJurisdiction","Entity.EntityStatus","Registration.RegistrationStatus"\n';
const UBS_LINE = `"${UBS}","UBS AG","de","Zürich","CH-ZH","CH","CH","ACTIVE","ISSUED"\n`;
const GROUP_LINE = `"${GROUP}","UBS ""Group"" AG","de","Zürich","CH-ZH","CH","CH","ACTIVE","LAPSED"\n`;
const CITI_LINE = `"${CITI}","Citibank, N.A.","en","Sioux Falls","US-SD","US","US","ACTIVE","ISSUED"\n`;
const PARENTS_HEADER =
  '"Relationship.StartNode.NodeID","Relationship.EndNode.NodeID","Relationship.RelationshipType","Relationship.RelationshipStatus"\n';

describe('importing a golden copy', () => {
  it('keeps names, places, status and the parents that are so now', async () => {
    const { reference, result } = await importGleif(HEADER + UBS_LINE + GROUP_LINE, [
      [UBS, GROUP, 'IS_DIRECTLY_CONSOLIDATED_BY', 'ACTIVE'],
      [UBS, CITI, 'IS_ULTIMATELY_CONSOLIDATED_BY', 'INACTIVE'],
      [UBS, CITI, 'IS_FUND-MANAGED_BY', 'ACTIVE'],
    ]);
    expect(result.files).toMatchObject([
      { taken: 2, refused: 0 },
      { taken: 1, passedOver: 2, refused: 0 },
    ]);
    expect(await reference.get(UBS)).toEqual({
      lei: UBS,
      status: 'ISSUED',
      name: 'UBS AG',
      jurisdiction: 'CH',
      city: 'Zürich',
      region: 'CH-ZH',
      country: 'CH',
      directParent: GROUP,
      ultimateParent: null,
    });
    expect(await reference.get(GROUP)).toMatchObject({ name: 'UBS "Group" AG', status: 'LAPSED', directParent: null });
    expect(await reference.get(CITI)).toBeNull();
    expect(reference.count).toBe(2);
  });

  it.each([
    ['gzip', (text: string) => gzipSync(text)],
    ['a ZIP archive', (text: string) => zipOf({ 'lei2.csv': text })],
  ])('reads %s, and refuses it when it is cut short', async (_, pack) => {
    const packed = pack(HEADER + UBS_LINE + GROUP_LINE.repeat(3));
    const { reference } = await importGleif(packed);
    expect(reference.count).toBe(2);
    await expect(importGleif(packed.subarray(0, packed.length - 40))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it.each([
    ['a header of something else', 'CP.2,CP.4\nA,B\n', /the column LEI is missing/],
    ['a header without the status', HEADER.replace(',"Registration.RegistrationStatus"', ''), /RegistrationStatus/],
    ['a quote that does not end', `${HEADER}"${UBS}","UBS AG\n`, /begins in line 2 does not end/],
    ['another encoding', Buffer.from(`${HEADER}"${UBS}","Z\xfcrich`, 'latin1'), /not UTF-8/],
    ['nothing', '', /no header row/],
  ])('refuses %s as a whole', async (_, file, message) => {
    await expect(importGleif(file)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      what: expect.stringMatching(message),
    });
  });

  it.each([
    ['an LEI with wrong check digits', UBS_LINE.replace(UBS, 'BFM8T61CT2L1QCEMIK05'), 'LEI', 3],
    ['what is no LEI', UBS_LINE.replace(UBS, 'UBS'), 'LEI', 3],
    ['an entity without a name', UBS_LINE.replace('UBS AG', ''), 'Entity.LegalName', 3],
    ['an entity without a status', UBS_LINE.replace('ISSUED', ''), 'Registration.RegistrationStatus', 3],
    ['a line with too few columns', '"A","B"\n', '', 3],
    ['a quote inside a cell', UBS_LINE.replace('"UBS AG"', '"UBS" AG'), 'Entity.LegalName', 3],
    ['an LEI twice with other contents', CITI_LINE.replace('Citibank', 'Other'), 'LEI', 3],
  ])('refuses %s by its line, and keeps the last golden copy', async (_, line, column, at) => {
    const folder = await newFolder();
    await importGleif(HEADER + GROUP_LINE, [], folder);
    const refused = importGleif(HEADER + CITI_LINE + line + GROUP_LINE, [], folder);
    await expect(refused).rejects.toMatchObject({ code: 'IMPORT_REFUSED', refused: [{ line: at, column }] });
    const reference = await openGleifReference(new FolderGleifStore(folder));
    references.push(reference);
    expect(reference.count).toBe(1);
  });

  it('leaves out refused lines where they are allowed for, and lines that repeat one', async () => {
    const file = [HEADER, UBS_LINE, UBS_LINE, CITI_LINE.replace('Citibank', ''), CITI_LINE, '"x"\n'].join('');
    const { reference, result } = await importGleif(file, [], undefined, { allowRejects: true });
    expect(result.files).toMatchObject([{ taken: 2, passedOver: 1, refused: 2 }, { taken: 0 }]);
    expect(reference.count).toBe(2);
  });

  it('keeps what is beyond memory in order: many entities, the same from any order of lines', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => UBS_LINE.replace(UBS, leiOf(i)).replace('UBS AG', `E${i}`));
    const one = await importGleif(HEADER + lines.join(''));
    const other = await importGleif(HEADER + lines.toReversed().join(''));
    for (let i = 0; i < 3_000; i += 97) {
      expect(await one.reference.get(leiOf(i))).toMatchObject({ name: `E${i}` });
      expect(await other.reference.get(leiOf(i))).toEqual(await one.reference.get(leiOf(i)));
    }
  });

  it('tells that none was imported', async () => {
    await expect(openGleifReference(new FolderGleifStore(await newFolder()))).rejects.toMatchObject({
      code: 'GLEIF_NOT_IMPORTED',
    });
  });
});

describe('GLEIF as an authority', () => {
  it('knows an LEI in any case, and no member of a table unless the bank says so', async () => {
    const authority = gleifAuthority(memoryReference(), null);
    expect(await authority.ask({ entity_key: UBS.toLowerCase(), text: ` ${UBS.toLowerCase()} ` })).toEqual({
      entity_id: UBS,
      roles: [],
      fields: {
        'CP.3': 'Y',
        'CP.4': 'UBS AG',
        'CP.5': 'Zürich, Switzerland',
        'CP.6': 'Switzerland',
        'CP.7': GROUP,
        'CP.8': 'Y',
        'CP.9': 'UBS Group AG',
      },
      lei_status: 'ISSUED',
    });
    expect(await authority.ask({ entity_key: 'ubs ag', text: 'UBS AG' })).toBeNull();
    expect(await authority.ask({ entity_key: 'x', text: '7H6GLXDRUGQFU57RNE97' })).toBeNull();
  });

  it('fills the columns of the table that the bank names, cut to their length', async () => {
    const cp = await gleifAuthority(memoryReference(), 'CP').ask({ entity_key: 'x', text: CITI });
    expect(cp).toMatchObject({
      roles: ['CP'],
      fields: { 'CP.4': 'C'.repeat(200), 'CP.5': 'Sioux Falls, South Dakota' },
    });
    const co = await gleifAuthority(memoryReference(), 'CO').ask({ entity_key: 'x', text: UBS });
    expect(co).toMatchObject({
      roles: ['CO'],
      fields: { 'CO.3': 'Y', 'CO.4': 'UBS AG', 'CO.5': GROUP, 'CO.6': 'Y', 'CO.10': 'Zürich, Switzerland' },
    });
  });
});

describe('the status of LEIs in Entity', () => {
  it('is brought in where it says something, and changes nothing the second time', async () => {
    const entities = new MemoryEntityTable();
    const stores = { entities, jobDailyA3Data: new MemoryJobDailyA3Data() };
    const house = entityItem('H-1', ['CP'], {});
    const issued = entityItem(UBS, ['CP'], { 'CP.4': 'UBS AG' });
    await entities.putAll([
      house,
      issued,
      entityItem(GROUP, ['CP'], { 'CP.4': 'Group' }),
      entityItem(CITI, ['CP'], {}, 'LAPSED'),
    ]);

    expect(await refreshLeiStatus(entities, memoryReference(), stores)).toBe(2);

    expect(await entities.get(GROUP.toLowerCase())).toEqual(entityItem(GROUP, ['CP'], { 'CP.4': 'Group' }, 'LAPSED'));
    expect(await entities.get(CITI.toLowerCase())).toEqual(entityItem(CITI, ['CP'], {}, 'ISSUED'));
    expect(await entities.get(UBS.toLowerCase())).toEqual(issued);
    expect(await entities.get('h-1')).toEqual(house);
    expect(await refreshLeiStatus(entities, memoryReference(), stores)).toBe(0);
  });
});

function memoryReference(): GleifReference {
  const place = { city: 'Zürich', region: 'CH-ZH', country: 'CH', jurisdiction: 'CH', ultimateParent: null };
  const records: readonly GleifRecord[] = [
    { lei: UBS, status: 'ISSUED', name: 'UBS AG', ...place, directParent: GROUP },
    { lei: GROUP, status: 'LAPSED', name: 'UBS Group AG', ...place, directParent: null },
    {
      ...{ lei: CITI, status: 'ISSUED', name: 'C'.repeat(300), ...place, directParent: null },
      ...{ city: 'Sioux Falls', region: 'US-SD', country: 'US', jurisdiction: 'US' },
    },
  ];
  return {
    count: records.length,
    get: async (lei) => records.find((record) => record.lei === lei) ?? null,
    close: async () => undefined,
  };
}

async function importGleif(
  entities: string | Uint8Array,
  parents: readonly (readonly string[])[] = [],
  folder?: string,
  options: Partial<GleifImportOptions> = {},
) {
  const data = folder ?? (await newFolder());
  const store = new FolderGleifStore(data);
  const files = { entities: join(data, 'lei2.csv'), relationships: join(data, 'rr.csv') };
  await writeFile(files.entities, entities);
  await writeFile(files.relationships, PARENTS_HEADER + parents.map((cells) => `${cells.join(',')}\n`).join(''));
  const result = await importGleifFiles(store, files, { allowRejects: false, ...options });
  const reference = await openGleifReference(store);
  references.push(reference);
  return { result, reference };
}

/** Check digits by MOD 97-10. */
function leiOf(i: number): string {
  const body = `254900${String(i).padStart(12, '0')}`;
  return `${body}${String(98n - ((BigInt(body) * 100n) % 97n)).padStart(2, '0')}`;
}
