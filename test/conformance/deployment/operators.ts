/** Operators of the deployed stack: the command line with the rights of the policies in `infra/operators`, and no others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Right, Statement } from '../rights/deployed-rights.ts';
import { Roles } from '../rights/roles.ts';
import type { DeployedStack } from './deployed-stack.ts';
import { environmentWith } from './environment.ts';
import { INFRA } from './install-infra.ts';
import { type Lexdelta, runLexdelta } from './run-lexdelta.ts';

export type Policy = 'read' | 'run' | 'import' | 'enrich' | 'retain';

export class Operators {
  readonly #stack: DeployedStack;
  readonly #folder: string;
  readonly #roles: Roles;

  /** @param folder where commands are run */
  constructor(stack: DeployedStack, folder: string) {
    this.#stack = stack;
    this.#folder = folder;
    this.#roles = new Roles(stack, stack.account);
  }

  async with(...policies: readonly Policy[]): Promise<Lexdelta> {
    const rights = policies.flatMap((policy) => this.#rightsOf(policy));
    const { credentials } = await this.#roles.with('an operator', rights);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
    const env = environmentWith({
      ...this.#stack.settings,
      HOME: this.#folder,
      LEXDELTA_AWS_STACK: this.#stack.stackName,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    return (...args) => runLexdelta({ cwd: this.#folder, env }, args);
  }

  /** With this stack's names in it. */
  #rightsOf(policy: Policy): readonly Right[] {
    const { outputs, stackName: Stack, region: Region, account: Account } = this.#stack;
    const names: Readonly<Record<string, string>> = { ...outputs, Stack, Region, Account };
    const file = join(INFRA, 'operators', `${policy}.json`);
    const text = readFileSync(file, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = names[name];
      if (value === undefined) throw new Error(`${file} names ${name}, which is no output of the stack.`);
      return value;
    });
    const { Statement: statements } = JSON.parse(text) as { readonly Statement: readonly Statement[] };
    return statements.flatMap(({ Action, Resource, Condition: condition = null }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource, condition }))),
    );
  }
}
