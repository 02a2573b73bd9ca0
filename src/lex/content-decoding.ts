/** Undoes `Content-Encoding`, as the bytes come in. */
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { LexdeltaError, PermanentError, TransientError } from '../errors.ts';
import type { RowsContext } from './line-splitter.ts';

/** Larger than zlib's default of 16 KiB: fewer rows are cut by a border. */
const CHUNK_BYTES = 256 * 1024;

/**
 * @returns `body` itself when nothing is to be undone
 * @throws PermanentError `LEX_ANSWER_INVALID`: an encoding that was not asked for
 * @throws TransientError `LEX_BODY_CUT` while reading: damaged or cut
 */
export function decodeContent(
  body: AsyncIterable<readonly Buffer[]>,
  contentEncoding: string | undefined,
  { namespace }: Pick<RowsContext, 'namespace'>,
): AsyncIterable<readonly Buffer[]> {
  const encoding = (contentEncoding ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return body;
  if (encoding === 'gzip' || encoding === 'x-gzip')
    return decode(body, createGunzip({ chunkSize: CHUNK_BYTES }), namespace);
  if (encoding === 'zstd') return decode(body, createZstdDecompress({ chunkSize: CHUNK_BYTES }), namespace);
  throw new PermanentError(
    'LEX_ANSWER_INVALID',
    `Lex answered for \`${namespace}\` in an encoding that was not asked for.`,
    {
      namespace,
    },
  );
}

async function* decode(
  body: AsyncIterable<readonly Buffer[]>,
  decoder: Transform,
  namespace: string,
): AsyncGenerator<readonly Buffer[]> {
  const encoded = Readable.from(flatten(body), { objectMode: true, highWaterMark: 1 });
  // By hand, not by `pipeline`: the first error must come out as it is, typed.
  encoded.on('error', (error) => decoder.destroy(error));
  encoded.pipe(decoder);
  try {
    for await (const chunk of decoder) yield [chunk as Buffer];
  } catch (error) {
    if (!(error instanceof Error) || error instanceof LexdeltaError || !isDamage(error)) throw error;
    const details = { namespace, cause: (error as NodeJS.ErrnoException).code ?? error.name };
    throw new TransientError('LEX_BODY_CUT', `The compressed answer for \`${namespace}\` is cut or damaged.`, details);
  } finally {
    decoder.destroy();
    encoded.destroy();
  }
}

async function* flatten(body: AsyncIterable<readonly Buffer[]>): AsyncGenerator<Buffer> {
  for await (const chunks of body) yield* chunks;
}

function isDamage(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^(Z_|ZSTD_)/.test(error.code);
}
