/** The CDK app: one stack, checked by two rule packs whenever it is synthesised. */
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { acknowledge } from './acknowledgements.ts';
import { LexdeltaStack } from './lexdelta-stack.ts';
import type { Parameters } from './parameters.ts';

/** The template carries each reason, for auditors. */
const AUDITED = { writeSuppressionsToCloudFormation: true };

export function buildApp(
  parameters: Parameters,
  bundles: string,
  props: AppProps = {},
): { readonly app: App; readonly stack: LexdeltaStack } {
  const app = new App(props);
  const stack = new LexdeltaStack(app, { parameters, bundles });
  acknowledge(stack);
  Validations.of(app).addPlugins(new NIST80053R5Checks(app, AUDITED), new AwsSolutionsChecks(app, AUDITED));
  return { app, stack };
}
