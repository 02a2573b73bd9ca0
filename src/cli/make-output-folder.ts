import { messageOf, PermanentError } from '../errors.ts';
import { makeFolder } from '../stores/make-folder.ts';

/** Makes a folder that the user has named, and those above it. @throws PermanentError `FILE_NOT_WRITABLE` */
export function makeOutputFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new PermanentError('FILE_NOT_WRITABLE', `${folder} cannot be made: ${messageOf(error)}.`);
  }
}
