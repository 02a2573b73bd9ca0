import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entityItem } from '../../src/agreements/make-look-up-items.ts';
import { type ImportOptions, importEntityFiles } from '../../src/runtime/look-up-import.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';
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
});

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
