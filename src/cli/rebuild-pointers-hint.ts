import type { GlobalFlags } from './context.ts';
import { flagsForHints } from './define-command.ts';
import { PROGRAM } from './program-name.ts';

/** What mends pointers that are wrong or missing. */
export function rebuildPointersHint(flags: GlobalFlags): string {
  return `Next: ${PROGRAM} pointers rebuild${flagsForHints(flags)}`;
}
