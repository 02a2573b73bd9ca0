import { createHash } from 'node:crypto';

/** Step Functions: 1 to 80 characters. */
const MAX_NAME_LENGTH = 80;
/** White space, brackets, wildcards, special and control characters (Step Functions, StartExecution `name`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/u;

/** What is wrong with an execution's name, or null. */
export function executionNameProblem(name: string): string | null {
  if (name.length === 0) return 'is empty';
  if ([...name].length > MAX_NAME_LENGTH) return `is longer than ${MAX_NAME_LENGTH} characters`;
  const found = FORBIDDEN.exec(name);
  return found === null ? null : `holds the character ${JSON.stringify(found[0])}, which no execution name may hold`;
}

/**
 * The name of a nested execution that was given none: the same for the same attempt of the same state in the same
 * frame, and no other. Long names end in a hash, so that nesting cannot outgrow the limit.
 */
export function nestedExecutionName(parent: string, framePath: string, attempt: number): string {
  const name = `${parent}${framePath}.${attempt}`;
  if ([...name].length <= MAX_NAME_LENGTH) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 24);
  return `${[...name].slice(0, MAX_NAME_LENGTH - hash.length - 1).join('')}.${hash}`;
}
