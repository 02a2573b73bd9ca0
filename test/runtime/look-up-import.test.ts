import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entityItem } from '../../src/agreements/make-look-up-items.ts';
import { type ImportOptions, importEntityFiles } from '../../src/runtime/look-up-import.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';
import { zipOf } from '../fixtures/zip.ts';
import { temporaryFolders } from '../stores/embedded/temporary-folder.ts';

const { newFolder } = temporaryFolders();

describe('importing whole master tables', () => {
  it('moves an entity from CP to CO', async () => {
    const { entities, load } = await newImport([entityItem('A', ['CP'], { 'CP.4': 'A as CP' }, 'LAPSED')]);
    const result = await load({ co: 'CO.2,CO.4\nA,A as CO\n', cp: 'CP.2\nB\n' }, { isComplete: true });
    expect(result).toMatchObject({ removed: 1, keys: { new: 1, changed: 1 } });
    expect(await entities.get('a')).toEqual(entityItem('A', ['CO'], { 'CO.4': 'A as CO' }, 'LAPSED'));
    expect(await entities.get('b')).toEqual(entityItem('B', ['CP'], {}));
  });

  it('takes out who is no longer named, and knows them still', async () => {
    const { entities, load } = await newImport([
      entityItem('A', ['CO', 'CP'], { 'CO.4': 'A', 'CP.4': 'A' }),
      entityItem('B', ['CP'], { 'CP.4': 'B' }),
    ]);
    expect(await load({ cp: 'CP.2\nC\n' }, { isComplete: true })).toMatchObject({ removed: 2 });
    expect(await entities.get('a')).toEqual(entityItem('A', ['CO'], { 'CO.4': 'A' }));
    expect(await entities.get('b')).toEqual(entityItem('B', [], {}));
    expect(await load({ cp: 'CP.2\nC\n' }, { isComplete: true })).toMatchObject({ removed: 0, keys: { changed: 0 } });
  });

  it('leaves everybody in place where files are not said to be whole', async () => {
    const { entities, load } = await newImport([entityItem('A', ['CP'], {})]);
    expect(await load({ co: 'CO.2\nA\n', cp: 'CP.2\nB\n' })).toMatchObject({ removed: 0 });
    expect(await entities.get('a')).toMatchObject({ roles: ['CO', 'CP'] });
  });

  it('refuses a file that would take out many, unless that is allowed, and writes nothing', async () => {
    const members = Array.from({ length: 100 }, (_, i) => entityItem(`E${i}`, ['CP'], {}));
    const { entities, load } = await newImport(members);
    const half = ['CP.2', ...members.slice(0, 50).map(({ entity_id }) => entity_id)].join('\n');
    await expect(load({ cp: half }, { isComplete: true })).rejects.toMatchObject({
      code: 'IMPORT_REMOVES_MANY',
      details: { standing: 100, removed: 50 },
    });
    expect(await entities.get('e99')).toMatchObject({ roles: ['CP'] });
    expect(await load({ cp: half }, { isComplete: true, allowRemovals: true })).toMatchObject({ removed: 50 });
    expect(await entities.get('e99')).toMatchObject({ roles: [] });
  });
});

describe('importing a packed file', () => {
  it('reads it as if it were plain, and refuses one that is cut short', async () => {
    const { entities, load } = await newImport([]);
    const packed = gzipSync('CP.2,CP.4\nA,Acme\n');
    await load({ cp: packed });
    expect(await entities.get('a')).toEqual(entityItem('A', ['CP'], { 'CP.4': 'Acme' }));
    await expect(load({ cp: packed.subarray(0, 20) })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it.each([
    ['several files', zipOf({ 'a.csv': 'CP.2\nA\n', 'b.csv': 'CP.2\nB\n' }), /with 2 files \(a\.csv, b\.csv\)/],
    [
      'a workbook',
      zipOf({ '[Content_Types].xml': '<x/>', 'xl/a.xml': '<x/>' }),
      /is a workbook; save the sheet as CSV/,
    ],
    [
      'a file of which a byte has changed',
      flipped(zipOf({ 'a.csv': `CP.2,CP.4\n${'A,Acme\n'.repeat(9)}` })),
      /damaged/,
    ],
    ['its end missing', zipOf({ 'a.csv': 'CP.2\nA\n' }).subarray(0, -30), /cut short/],
  ])('refuses an archive with %s, and imports nothing', async (_, archive, message) => {
    const { entities, load } = await newImport([]);
    const what = expect.stringMatching(message);
    await expect(load({ cp: archive })).rejects.toMatchObject({ code: 'INPUT_INVALID', what });
    expect(await Array.fromAsync(entities.list())).toEqual([]);
  });

  it('takes an archive of one file, whatever macOS has put beside it', async () => {
    const { entities, load } = await newImport([]);
    await load({ cp: zipOf({ 'cp.csv': 'CP.2\nA\n', '__MACOSX/._cp.csv': 'x' }) });
    expect(await entities.get('a')).not.toBeNull();
  });
});

describe('importing columns that nobody reads', () => {
  it('tells of them, and of those that are missing; the date of extraction is none of them', async () => {
    const { load } = await newImport([]);
    const result = await load({ cp: 'CP.1,CP.2,CP.44\n2021-10-20,A,Acme\n', co: 'As of date,CO.2\n2021-10-20,B\n' });
    expect(result.columnGaps).toMatchObject([{ unread: ['CP.44'], absent: expect.arrayContaining(['CP.4']) }]);
  });
});

/** One bit of the checksum that the archive's directory has. */
function flipped(archive: Buffer): Buffer {
  const copy = Buffer.from(archive);
  const at = copy.indexOf('PK\x01\x02', 0, 'latin1') + 16;
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

async function newImport(items: readonly ReturnType<typeof entityItem>[]) {
  const entities = new MemoryEntityTable();
  await entities.putAll(items);
  const stores = { entities, governingLaws: new MemoryGoverningLawTable(), jobDailyA3Data: new MemoryJobDailyA3Data() };
  const folder = await newFolder();
  const load = async (texts: Readonly<Record<string, string | Uint8Array>>, options: Partial<ImportOptions> = {}) => {
    const files: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts)) {
      files[name] = join(folder, `${name}.csv`);
      await writeFile(files[name], text);
    }
    return importEntityFiles(files, stores, { allowRejects: false, ...options });
  };
  return { entities, load };
}
