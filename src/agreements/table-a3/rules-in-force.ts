import { hash } from 'node:crypto';
import { PermanentError } from '../../errors.ts';
import type { NamespaceModule } from '../namespaces/namespace-module.ts';
import { RULES, type RuleSet } from './rules.ts';

export const DEFAULT_RULES: RuleSet = Object.freeze(Object.fromEntries(RULES.map((rule) => [rule.id, rule.severity])));

/**
 * The defaults with the severities of the configuration, `{ "<rule id>": "error" | "warning" }`; `undefined`: none.
 * @param where path in the configuration, for messages
 * @throws PermanentError `CONFIG_INVALID`: unknown or fixed rule, other severity; all problems in one message
 */
export function rulesInForce(configured: unknown, where: string): RuleSet {
  if (configured === undefined) return DEFAULT_RULES;
  if (typeof configured !== 'object' || configured === null || Array.isArray(configured)) {
    throw new PermanentError('CONFIG_INVALID', `\`${where}\`: expected an object of rule ids and severities.`);
  }
  const problems = Object.entries(configured).flatMap(([id, severity]) => findProblem(where, id, severity) ?? []);
  if (problems.length > 0) throw new PermanentError('CONFIG_INVALID', problems.join(' '));
  return { ...DEFAULT_RULES, ...(configured as RuleSet) };
}

function findProblem(where: string, id: string, severity: unknown): string | null {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule === undefined) return `\`${where}.${id}\`: there is no such rule.`;
  if (severity !== 'error' && severity !== 'warning') return `\`${where}.${id}\`: expected "error" or "warning".`;
  if (rule.isFixed && severity !== rule.severity)
    return `\`${where}.${id}\`: this rule is always ${rule.severity === 'error' ? 'an error' : 'a warning'}.`;
  return null;
}

/** Rules that say what becomes of a document. */
const OF_DOCUMENTS: ReadonlySet<string> = new Set(
  RULES.filter(({ scope }) => scope === 'line' || scope === 'document' || scope === 'record').map(({ id }) => id),
);

/**
 * For example `mac-1-3f2a9c01`: changes with the module's version and with any rule or severity in force that says what
 * becomes of a document. Rules of the whole table and of imports transform nothing.
 */
export function mappingVersion(module: Pick<NamespaceModule, 'namespace' | 'version'>, rules: RuleSet): string {
  const lines = Object.keys(rules)
    .filter((id) => OF_DOCUMENTS.has(id))
    .sort()
    .map((id) => `${id}=${rules[id]}\n`);
  return `${module.namespace}-${module.version}-${hash('sha256', lines.join(''), 'hex').slice(0, 8)}`;
}
