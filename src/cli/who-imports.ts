import { userInfo } from 'node:os';
import { PermanentError } from '../errors.ts';

const MAX_LENGTH = 100;

/** `--by`, else the user of the operating system; `null`: it does not tell. @throws PermanentError `USAGE` */
export function whoImports(by: string | undefined): string | null {
  if (by === undefined) return userOfSystem();
  const name = by.trim();
  if (name !== '' && name.length <= MAX_LENGTH) return name;
  throw new PermanentError('USAGE', `--by needs a name of at most ${MAX_LENGTH} characters.`);
}

/** A container may run under a number that has no name. */
function userOfSystem(): string | null {
  try {
    return userInfo().username || null;
  } catch {
    return null;
  }
}
