/** What a further `run` of the same date has to say again, so that a printed command works as it stands. */
import type { Override, OverrideKind } from '../job/contracts.ts';
import { JOB_DEFAULTS, type JobDefaults } from '../job/job-defaults.ts';
import type { JobInput } from '../job/job-input.ts';
import type { GlobalFlags } from './context.ts';
import { flagsForHints, shellWord } from './define-command.ts';
import type { InputFlags } from './run-input.ts';

/** Where only the reader knows what belongs there. */
export const FILL_IN = '…';

export interface RunHint {
  /** For example ` --namespaces mac --lex https://lex --data /srv/lexdelta`. */
  readonly flags: string;
  /** What was accepted by flags, in one name and for one reason. */
  readonly accepted: Accepted | null;
}

interface Accepted {
  readonly kinds: readonly OverrideKind[];
  readonly by: string;
  readonly reason: string;
}

/** Flags as the user gave them; what came on standard input is told by flags, where flags can tell it. */
export function hintOfRun(
  flags: InputFlags & GlobalFlags & { readonly lex?: string },
  input: JobInput,
  defaults: JobDefaults = JOB_DEFAULTS,
): RunHint {
  const where = `${flags.lex === undefined ? '' : ` --lex ${shellWord(flags.lex)}`}${flagsForHints(flags)}`;
  if (flags.input === undefined || flags.input === '-') {
    const told = tellInput(input, defaults);
    return { ...told, flags: told.flags + where };
  }
  const given = [
    ['--input', flags.input],
    ['--namespaces', flags.namespaces],
    ['--max-parallel-executions', flags.maxParallelExecutions],
    ['--query-batch-size', flags.queryBatchSize],
  ] as const;
  const own = given.map(([flag, value]) => (value === undefined ? '' : ` ${flag} ${shellWord(value)}`)).join('');
  const fromFlags = input.overrides.slice(input.overrides.length - (flags.accept?.length ?? 0));
  return { flags: own + where, accepted: acceptedOf(fromFlags) };
}

/**
 * For a run that another command started.
 * @param input `null`: nobody knows it any more
 * @param isLexKnown whether the environment, a configuration file or a stack says where Lex is
 * @param defaults what a run has there that is given no input
 */
export function hintOfInput(
  input: JobInput | null,
  isLexKnown: boolean,
  flags: GlobalFlags,
  defaults: JobDefaults = JOB_DEFAULTS,
): RunHint {
  const told = input === null ? { flags: '', accepted: null } : tellInput(input, defaults);
  return { ...told, flags: `${told.flags}${isLexKnown ? '' : ` --lex ${FILL_IN}`}${flagsForHints(flags)}` };
}

/** ` --accept query transform --by Ada --reason 'Lex is down'`, with one kind more if one is given. */
export function acceptFlags({ accepted }: RunHint, more: OverrideKind | null = null): string {
  const kinds = [...new Set([...(accepted?.kinds ?? []), ...(more === null ? [] : [more])])];
  if (kinds.length === 0) return '';
  const who = more === null && accepted !== null ? accepted : { by: 'NAME', reason: 'TEXT' };
  return ` --accept ${kinds.join(' ')} --by ${shellWord(who.by)} --reason ${shellWord(who.reason)}`;
}

/** Fields that have no flag. */
const FILE_ONLY = [
  'query_percentage_success',
  'docs_transformation_percentage_success',
  'max_query_iterations',
  'max_removed_percentage',
  'max_fill_rate_drop',
] as const;

/** An input by flags; what flags cannot say needs its file again. */
function tellInput(input: JobInput, defaults: JobDefaults): RunHint {
  const accepted = acceptedOf(input.overrides);
  const isTellable =
    FILE_ONLY.every((key) => input[key] === defaults[key]) && (accepted !== null || input.overrides.length === 0);
  if (!isTellable) return { flags: ` --input ${FILL_IN}`, accepted: null };
  const names = input.namespaces.map(({ namespace }) => namespace).join(',');
  const differing = (flag: string, value: string | number, usual: string | number) =>
    value === usual ? '' : ` ${flag} ${value}`;
  const flags = [
    differing('--namespaces', names, defaults.namespaces.join(',')),
    differing('--max-parallel-executions', input.max_parallel_executions, defaults.max_parallel_executions),
    differing('--query-batch-size', input.query_batch_size, defaults.query_batch_size),
  ];
  return { flags: flags.join(''), accepted };
}

function acceptedOf(overrides: readonly Override[]): Accepted | null {
  const [first] = overrides;
  if (first === undefined) return null;
  const { by, reason } = first;
  const isOne = overrides.every((one) => one.by === by && one.reason === reason);
  return isOne ? { kinds: overrides.map(({ accept }) => accept), by, reason } : null;
}
