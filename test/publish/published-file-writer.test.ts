import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPublishedLines } from '../../src/publish/published-file-reader.ts';
import { PublishedFileWriter } from '../../src/publish/published-file-writer.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';

/** Takes a few blocks, then fails as a full disk does. */
class FullA3Data extends MemoryJobDailyA3Data {
  override async putOnceStream(_key: string, body: AsyncIterable<Uint8Array>): Promise<never> {
    let blocks = 0;
    for await (const _ of body) {
      blocks += 1;
      if (blocks === 2) break;
    }
    throw new Error('disk full');
  }
}

/** Lines that hardly compress, in more than one piece. */
const LINES = Array.from({ length: 400 }, () => randomBytes(700).toString('base64'));

async function write(a3: MemoryJobDailyA3Data, lines: readonly string[]) {
  const file = new PublishedFileWriter(a3, 'published', 'table/x.ndjson.gz');
  for (const line of lines) await file.write(line);
  return file.close();
}

describe('writing a published file', () => {
  it('says of it exactly what is stored, and reads back as written', async () => {
    const a3 = new MemoryJobDailyA3Data();

    const file = await write(a3, LINES);

    const stored = (await a3.get('published/table/x.ndjson.gz')) ?? Buffer.alloc(0);
    const content = Buffer.from(LINES.map((line) => `${line}\n`).join(''));
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(gunzipSync(stored).equals(content)).toBe(true);
    expect(file).toEqual({
      path: 'table/x.ndjson.gz',
      bytes: stored.length,
      sha256: sha256(stored),
      lines: LINES.length,
      content_sha256: sha256(content),
    });
    expect((await Array.fromAsync(readPublishedLines(a3, 'published', file))).flat()).toEqual(LINES);
  });

  it('has no time and no operating system in its header, and the mark of the fastest level', async () => {
    const a3 = new MemoryJobDailyA3Data();
    await write(a3, []);
    const header = (await a3.get('published/table/x.ndjson.gz'))?.subarray(0, 10);
    expect(header).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]));
  });

  it('fails, and does not wait for ever, when the store fails on the way', async () => {
    await expect(write(new FullA3Data(), LINES)).rejects.toThrow('disk full');
  });

  it('leaves nothing when it is given up', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const file = new PublishedFileWriter(a3, 'published', 'table/x.ndjson.gz');
    for (const line of LINES.slice(0, 10)) await file.write(line);

    await file.abort();

    expect(await a3.get('published/table/x.ndjson.gz')).toBeNull();
  });
});
