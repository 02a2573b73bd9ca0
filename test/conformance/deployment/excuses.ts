/**
 * What of a deployment on ministack differs from one on AWS: the one table, each row with its reason. Nothing else is taken
 * out of the template, and nothing else of ministack is mended.
 */
import type { GuardedStandIn } from '../stand-ins/guarded-ministack.ts';

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Parameters other than the defaults, because of the stand-in. */
export const CHOSEN = [
  {
    choice: 'network.vpc, with its endpoints',
    reason:
      'ministack makes no flow log and no rules of security groups by themselves, and routes nothing: endpoints of the ' +
      'stack would prove nothing there.',
  },
  {
    choice: 'lex.url by http on this machine, lex.dns "provider"',
    reason: 'The sample’s Lex has an address, and no name that a private zone could hold.',
  },
] as const;

interface TakenOut {
  readonly type: string;
  /** Property that holds the name, and the name after the stack's. */
  readonly name: readonly [property: string, suffix: string];
  readonly reason: string;
}

const METRIC_MATH = 'ministack knows alarms on one metric alone: metric math ends in CREATE_FAILED.';
const alarm = (article: string): TakenOut => ({
  type: 'AWS::CloudWatch::Alarm',
  name: ['AlarmName', `-${article}`],
  reason: METRIC_MATH,
});

/** Resources that ministack cannot make. That they are right is asserted on the template, in `infra/test/`. */
export const TAKEN_OUT: readonly TakenOut[] = [
  alarm('run-failed'),
  alarm('dead-letters'),
  alarm('functions-throttled'),
  alarm('tables-throttled'),
  {
    type: 'AWS::CloudWatch::Dashboard',
    name: ['DashboardName', ''],
    reason: 'It names the alarms above, which are not there.',
  },
];

/** What ministack would do otherwise, and is mended from outside (`../stand-ins/start_ministack.py`). */
export const MENDED = [
  {
    action: 'sqs:SendMessageBatch',
    difference: 'ministack asks for the right sqs:SendMessageBatch, which IAM does not know',
    reason: 'On AWS a batch takes sqs:SendMessage, and so it does here.',
  },
] as const;

/** What ministack does otherwise, and nothing here depends on. */
export const SEEN = [
  {
    difference: 'a run that is watched shows its namespaces as waiting, and no slices',
    reason: 'ministack’s history tells nothing of what happens inside a Map.',
  },
] as const;

/** @throws Error when a resource of the table is not in the template: then the table is out of date */
export function takeOut(
  template: Template,
  stackName: string,
): { readonly template: Template; readonly taken: readonly string[] } {
  const entries = Object.entries(template.Resources);
  const taken = TAKEN_OUT.map(({ type, name: [property, suffix] }) => {
    const name = `${stackName}${suffix}`;
    const found = entries.find(([, { Type, Properties }]) => Type === type && Properties[property] === name);
    if (found === undefined)
      throw new Error(`The template has no ${type} ${name} any more: excuses.ts is out of date.`);
    return found[0];
  });
  const kept = entries.filter(([id]) => !taken.includes(id));
  return { template: { ...template, Resources: Object.fromEntries(kept) }, taken };
}

/** The table for people, with how often each was needed. */
export function tellExcuses(standIn: Pick<GuardedStandIn, 'mended'>): string {
  const mended = standIn.mended();
  const times = (action: string): number => mended.filter((one) => one === action).length;
  return [
    'Excused differences of the deployment. Parameters chosen for the stand-in:',
    ...CHOSEN.map(({ choice, reason }) => `- ${choice}\n  ${reason}`),
    'Taken out of the template:',
    ...TAKEN_OUT.map(({ type, name: [, suffix], reason }) => `- ${type} <stack>${suffix}\n  ${reason}`),
    'Mended in ministack:',
    ...MENDED.map(({ action, difference, reason }) => `- ${difference}\n  ${reason} (${times(action)} times)`),
    'Seen, and of no consequence:',
    ...SEEN.map(({ difference, reason }) => `- ${difference}\n  ${reason}`),
  ].join('\n');
}
