import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeParquetParts } from '../../src/cli/write-parquet-parts.ts';

const DAY = { asOf: '2021-10-20', attempt: 1 };
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lexdelta-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function* pieces(): AsyncIterable<Uint8Array> {
  yield Buffer.from('rows');
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.from('rows');
  throw new Error('no more rows');
}

const part = (piecesOf: () => AsyncIterable<Uint8Array>) => [
  { path: 'parquet/shard-00000.parquet', pieces: piecesOf() },
];

describe('writing the Parquet files of a day', () => {
  it('says of a folder that cannot be made that it cannot be made', async () => {
    await writeFile(join(root, 'file'), 'no folder');

    const writing = writeParquetParts(join(root, 'file', 'inside'), DAY, part(pieces), (all) => all);

    await expect(writing).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
  });

  it('leaves the whole day, or nothing', async () => {
    await expect(writeParquetParts(root, DAY, part(broken), (all) => all)).rejects.toThrow('no more rows');
    expect(await readdir(root)).toEqual([]);

    const folder = await writeParquetParts(root, DAY, part(pieces), (all) => all);
    expect(await readdir(folder, { recursive: true })).toContain('attempt=1/shard-00000.parquet');
    expect(await readdir(root)).toEqual(['as_of=2021-10-20']);
  });
});
