/** Opens a Lex by where it is. */
import { type FolderLexSourceOptions, openFolderLexSource } from './folder-lex-source.ts';
import type { HttpLexSourceOptions } from './http-lex-options.ts';
import { openHttpLexSource } from './http-lex-source.ts';
import type { LexSource } from './lex-source.ts';

export type LexSourceOptions = Omit<HttpLexSourceOptions, 'baseUrl'> & Omit<FolderLexSourceOptions, 'folder'>;

/**
 * @param location `http://…`, `https://…`, or else the path of a folder
 * @throws PermanentError `INPUT_INVALID`: the URL or the token cannot be used; `LEX_FOLDER_INVALID`: no folder
 */
export async function openLexSource(location: string, options: LexSourceOptions = {}): Promise<LexSource> {
  if (/^https?:\/\//i.test(location)) return openHttpLexSource({ ...options, baseUrl: location });
  return openFolderLexSource({ ...options, folder: location });
}
