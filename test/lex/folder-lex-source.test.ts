import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFolderLexSource } from '../../src/lex/folder-lex-source.ts';
import { openLexSource } from '../../src/lex/open-lex-source.ts';

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('folder Lex source', () => {
  it.each(['nowhere', 'file'])('refuses %s as a folder', async (name) => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openFolderLexSource({ folder: join(folder, name) })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'LEX_FOLDER_INVALID',
    });
  });

  it('calls a namespace that is a folder, or a link in a circle, an invalid folder', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'mac.ndjson'));
    await symlink('pwm.ndjson', join(folder, 'pwm.ndjson'));
    const source = await openFolderLexSource({ folder });
    for (const namespace of ['mac', 'pwm']) {
      await expect(source.countDocuments(namespace)).rejects.toMatchObject({ code: 'LEX_FOLDER_INVALID' });
    }
  });

  it('never mixes two versions of a file in one answer', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'mac.ndjson');
    await writeFile(path, `{"lexId":"${'x'.repeat(1000)}"}\n`.repeat(10_000));
    const source = await openFolderLexSource({ folder });
    const { rows } = await source.readRows('mac', 0, 10_000);
    await appendFile(path, '{"lexId":"y"}\n');
    await expect(Array.fromAsync(rows)).rejects.toMatchObject({ name: 'TransientError', code: 'LEX_BODY_CUT' });
  });

  it('finds ids in documents that are written in other ways', async () => {
    const folder = await tempFolder();
    const docs = [
      '{"x":1,"lexId":"a"}',
      '{ "lexId" : "b" }',
      '{"lexId":"\\u0063"}',
      '{"lexId":"z","lexId":"d"}',
      '{"lexId":5}',
      '{"lexId":"e"}',
    ];
    await writeFile(join(folder, 'mac.ndjson'), `${docs.join('\n')}\n`);
    const source = await openFolderLexSource({ folder });
    for (const [i, id] of ['a', 'b', 'c', 'd'].entries()) {
      expect((await source.getDocument('mac', id))?.toString()).toBe(docs[i]);
    }
    expect(await source.getDocument('mac', 'z')).toBeNull();
  });

  it('knows the ids of a namespace whose id field it is told', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'own.ndjson'), '{"nr":"1"}\n{"nr":"2"}\n');
    const source = await openLexSource(folder, { idFields: { own: 'nr' } });
    expect((await source.getDocument('own', '2'))?.toString()).toBe('{"nr":"2"}');
    expect(await source.getDocument('own', '3')).toBeNull();
  });
});

describe('openLexSource', () => {
  it('takes URLs in any case for HTTP, and all else for folders', async () => {
    const source = await openLexSource('HTTP://127.0.0.1:9/', { retry: { attempts: 1 } });
    await expect(source.countDocuments('mac')).rejects.toMatchObject({ code: 'LEX_UNREACHABLE' });
    await source.close();
    await expect(openLexSource('ftp://127.0.0.1/')).rejects.toMatchObject({ code: 'LEX_FOLDER_INVALID' });
  });
});
