/** Namespaces and rules of a deployed function. */
import { BUILT_IN_NAMESPACES } from '../../agreements/namespaces/built-in.ts';
import { checkNamespaceModule } from '../../agreements/namespaces/check-module.ts';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import type { RuleSet } from '../../agreements/table-a3/rules.ts';
import { rulesInForce } from '../../agreements/table-a3/rules-in-force.ts';
import { PermanentError } from '../../errors.ts';
import { CONFIGURED_NAMESPACES } from './configured-namespaces.ts';
import { RULES_VARIABLE } from './environment.ts';

/**
 * The built-in namespaces and those that were bundled; a bundled one may replace a built-in one.
 * @throws PermanentError `CONFIG_INVALID`
 */
export function loadNamespaces(
  configured: readonly unknown[] = CONFIGURED_NAMESPACES,
): ReadonlyMap<string, NamespaceModule> {
  const modules = configured.map((module) => checkNamespaceModule(module, 'a bundled namespace module'));
  return new Map([...BUILT_IN_NAMESPACES, ...modules].map((module) => [module.namespace, module]));
}

/** @throws PermanentError `CONFIG_INVALID` */
export function loadRules(text: string | undefined = process.env[RULES_VARIABLE]): RuleSet {
  if (text === undefined || text === '') return rulesInForce(undefined, RULES_VARIABLE);
  let configured: unknown;
  try {
    configured = JSON.parse(text);
  } catch {
    throw new PermanentError('CONFIG_INVALID', `\`${RULES_VARIABLE}\` is no JSON.`);
  }
  return rulesInForce(configured, RULES_VARIABLE);
}

/** Bundling puts the package's version in the place of the variable. @throws PermanentError `CONFIG_INVALID` */
export function readCodeVersion(): string {
  const version = process.env['LEXDELTA_VERSION'];
  if (version !== undefined && version !== '') return version;
  throw new PermanentError('CONFIG_INVALID', 'The function lacks LEXDELTA_VERSION in its environment.');
}
