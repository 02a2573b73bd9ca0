/** What is wrong with a definition, collected so that one load names everything at once. */

export interface DefinitionProblem {
  /** JSON pointer (RFC 6901) of the field, `` for the whole definition. */
  readonly pointer: string;
  readonly message: string;
}

export class Problems {
  readonly list: DefinitionProblem[] = [];
  add(pointer: string, message: string): void {
    this.list.push({ pointer, message });
  }
}

export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
