/** Lex as a folder: `{folder}/{namespace}.ndjson`, one document a line, ascending id. Same guarantees and errors as HTTP. */
import { stat } from 'node:fs/promises';
import { messageOf, PermanentError } from '../errors.ts';
import { BUILT_IN_ID_FIELDS } from './document-id.ts';
import { DEFAULT_MAX_ROW_BYTES } from './http-lex-options.ts';
import type { LexSource, RowsAnswer } from './lex-source.ts';
import { LineSplitter } from './line-splitter.ts';
import type { NamespaceFile } from './namespace-file.ts';
import { NamespaceFiles } from './namespace-files.ts';

export interface FolderLexSourceOptions {
  readonly folder: string;
  /** Field that holds the id, per namespace; without it, a namespace has no get-by-id. @default the built-in namespaces */
  readonly idFields?: Readonly<Record<string, string>>;
  /** @default 32 MiB */
  readonly maxRowBytes?: number;
}

type CallOptions = { readonly signal?: AbortSignal };

/** @throws PermanentError `LEX_FOLDER_INVALID`: no folder */
export async function openFolderLexSource(options: FolderLexSourceOptions): Promise<LexSource> {
  const { folder } = options;
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      const what = `The Lex folder \`${folder}\` cannot be read (${messageOf(error)}).`;
      throw new PermanentError('LEX_FOLDER_INVALID', what, { folder }, { cause: error });
    },
  );
  if (!isFolder) throw new PermanentError('LEX_FOLDER_INVALID', `\`${folder}\` is not a folder.`, { folder });
  return new FolderLexSource(options);
}

class FolderLexSource implements LexSource {
  readonly #files: NamespaceFiles;
  readonly #maxRowBytes: number;

  constructor({ folder, idFields = BUILT_IN_ID_FIELDS, maxRowBytes = DEFAULT_MAX_ROW_BYTES }: FolderLexSourceOptions) {
    this.#files = new NamespaceFiles({ folder, idFields, cacheBytes: 0, maxRowBytes });
    this.#maxRowBytes = maxRowBytes;
  }

  /** An unfinished last line counts: the answer that would hold it is the one that fails, as over HTTP. */
  async countDocuments(namespace: string, { signal }: CallOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    return (await this.#files.current(namespace)).lines.rows;
  }

  async readRows(namespace: string, offset: number, limit: number, { signal }: CallOptions = {}): Promise<RowsAnswer> {
    signal?.throwIfAborted();
    const file = await this.#files.current(namespace);
    const blocks = this.#rowBlocks(file, namespace, offset, limit, signal);
    const first = await blocks.next();
    return { totalDocs: file.lines.rows, isArray: false, rows: startingWith(first, blocks) };
  }

  async getDocument(namespace: string, id: string, { signal }: CallOptions = {}): Promise<Buffer | null | undefined> {
    signal?.throwIfAborted();
    if (!id.isWellFormed()) return undefined; // Has no UTF-8, so no place in the order.
    const place = await (await this.#files.current(namespace)).findId(id);
    return place === null ? undefined : place.row;
  }

  async close(): Promise<void> {
    // Nothing stays open between two reads.
  }

  async *#rowBlocks(
    file: NamespaceFile,
    namespace: string,
    offset: number,
    limit: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly Buffer[]> {
    if (limit <= 0 || offset >= file.lines.rows) return;
    const { position, skip } = file.groupOf(offset);
    const context = { namespace, offset: offset - skip, maxRowBytes: this.#maxRowBytes };
    const splitter = new LineSplitter(context, position === 0);
    let toSkip = skip;
    let left = limit;
    for await (const block of file.blocks(position, file.endOfGroup(offset + limit))) {
      signal?.throwIfAborted();
      const rows: Buffer[] = [];
      splitter.push(block, rows);
      const wanted = rows.slice(toSkip, toSkip + left);
      toSkip -= Math.min(toSkip, rows.length);
      left -= wanted.length;
      if (wanted.length > 0) yield wanted;
      if (left === 0) return;
    }
    splitter.end();
  }
}

async function* startingWith<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return;
  try {
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
