import { isJsonObject } from '../json.ts';
import { childPointer, type Problems } from './problems.ts';

const TOKEN = /\$\{([^{}]*)\}/g;

/** Replaces `${Token}` inside string values, as CDK's `definitionSubstitutions` does. */
export function substitute(
  value: unknown,
  substitutions: Readonly<Record<string, string>>,
  problems: Problems,
  pointer = '',
): unknown {
  if (typeof value === 'string') return substituteText(value, substitutions, problems, pointer);
  if (Array.isArray(value)) {
    return value.map((item, i) => substitute(item, substitutions, problems, childPointer(pointer, i)));
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const at = childPointer(pointer, key);
    if (key.includes('${')) problems.add(at, 'A token is replaced inside values only, not inside a field name.');
    return [key, substitute(inner, substitutions, problems, at)] as const;
  });
  return Object.fromEntries(entries);
}

function substituteText(
  text: string,
  substitutions: Readonly<Record<string, string>>,
  problems: Problems,
  pointer: string,
): string {
  return text.replace(TOKEN, (whole, token: string) => {
    if (Object.hasOwn(substitutions, token)) return substitutions[token]!;
    problems.add(pointer, `Nothing is substituted for the token \`${whole}\`.`);
    return whole;
  });
}
