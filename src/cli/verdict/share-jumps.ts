/** What is said of a namespace of which far more than usual has changed. */
import type { ShareCause, ShareJump } from '../../job/contracts.ts';
import { PROGRAM } from '../program-name.ts';
import { percent, plural } from '../terminal/figures.ts';

/** The figures, then what may have caused them. Sentences. */
export function jumpText(jump: ShareJump): string {
  const { namespace, documents, changed_share, usual_share } = jump;
  const kinds = (['new', 'changed', 'reprocessed'] as const).filter((kind) => jump[kind] > 0).join(' or ');
  const share = `${percent(changed_share)}, usually ${percent(usual_share)}`;
  return [`${plural(documents, 'document')} of ${namespace} ${kinds} = ${share}.`, ...causesOf(jump)].join(' ');
}

const CAUSES: Readonly<Record<Exclude<ShareCause, 'lex'>, string>> = {
  mapping: 'Its mapping or the rules are of another version.',
  'look-ups': 'Look-up rows that its documents use have changed.',
  replay: 'A replay was asked for.',
};
const OF_LEX =
  'Lex changed them at once, or a member changes there by itself and should be declared volatile: then no row differs.';

function causesOf({ causes }: ShareJump): readonly string[] {
  const known = causes.flatMap((cause) => (cause === 'lex' ? [] : [CAUSES[cause]]));
  if (!causes.includes('lex')) return known;
  return known.length === 0
    ? ['Mapping, rules and look-ups are as before.', OF_LEX]
    : [...known, `Beside that, ${OF_LEX}`];
}

/** Shows which rows and fields differ; `null`: both tables are of one date, which no `diff` tells apart. */
export function jumpCommand(jumps: readonly ShareJump[], flags: string): string | null {
  const [first] = jumps;
  if (first === undefined || first.date_before === first.date) return null;
  const only = jumps.length === 1 ? ` --namespace ${first.namespace}` : '';
  return `${PROGRAM} diff ${first.date_before} ${first.date}${only}${flags}`;
}
