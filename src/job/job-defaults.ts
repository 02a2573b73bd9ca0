/** What a run has that is started without an input of its own: all but its date and what is accepted. */
import { DEFAULT_INPUT, parseJobInput } from './job-input.ts';

export type JobDefaults = {
  readonly [K in keyof typeof DEFAULT_INPUT]: (typeof DEFAULT_INPUT)[K] extends number ? number : readonly string[];
};

/** Of the command line, and of a stack that does not say its own. */
export const JOB_DEFAULTS: JobDefaults = DEFAULT_INPUT;

/**
 * Those of a deployed stack, as its schedule has them.
 * @throws InputError
 */
export function parseJobDefaults(value: object): JobDefaults {
  const input = parseJobInput({ ...value, business_date: '2000-01-01' });
  const { business_date: _date, overrides: _overrides, namespaces, ...figures } = input;
  return { ...figures, namespaces: namespaces.map(({ namespace }) => namespace) };
}
