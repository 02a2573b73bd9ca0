/** The namespaces of a folder: each file is indexed once, and again only when it is another. */
import { join } from 'node:path';
import { PermanentError } from '../errors.ts';
import { currentIdentity, type NamespaceFile, type NamespaceFileOptions, openNamespaceFile } from './namespace-file.ts';

export interface NamespaceFilesOptions {
  readonly folder: string;
  /** Field that holds the id, per namespace. */
  readonly idFields: Readonly<Record<string, string>>;
  /** Files up to this size are held in memory. */
  readonly cacheBytes: number;
  readonly maxRowBytes: number;
}

export class NamespaceFiles {
  readonly #options: NamespaceFilesOptions;
  readonly #known = new Map<string, { readonly identity: string; readonly file: Promise<NamespaceFile> }>();

  constructor(options: NamespaceFilesOptions) {
    this.#options = options;
  }

  /**
   * The namespace as it is now.
   * @throws PermanentError `LEX_NAMESPACE_UNKNOWN`, `LEX_FOLDER_INVALID`, TransientError `LEX_BODY_CUT`: it keeps changing
   */
  async current(namespace: string): Promise<NamespaceFile> {
    const options = this.#optionsOf(namespace);
    const identity = await currentIdentity(options);
    const known = this.#known.get(namespace);
    if (known?.identity === identity) return known.file;
    const entry = { identity, file: openNamespaceFile(options) };
    this.#known.set(namespace, entry);
    try {
      return await entry.file;
    } catch (error) {
      if (this.#known.get(namespace) === entry) this.#known.delete(namespace);
      throw error;
    }
  }

  #optionsOf(namespace: string): NamespaceFileOptions {
    // A name is one file in this folder, never a way out of it, and no hidden file.
    if (!/^[^./\\\0][^/\\\0]*$/.test(namespace)) {
      throw new PermanentError('LEX_NAMESPACE_UNKNOWN', `\`${namespace}\` is no name of a namespace.`, { namespace });
    }
    const { folder, idFields, cacheBytes, maxRowBytes } = this.#options;
    const idField = Object.hasOwn(idFields, namespace) ? idFields[namespace] : undefined;
    return { namespace, path: join(folder, `${namespace}.ndjson`), idField, cacheBytes, maxRowBytes };
  }
}
