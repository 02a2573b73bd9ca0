import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { acknowledge } from '../lib/acknowledgements.ts';
import { type Resource, resourcesOf, synthesised, VARIANTS, type Variant } from './variants.ts';

describe('the rule packs NIST 800-53 R5 and AwsSolutions', () => {
  it.each(Object.keys(VARIANTS) as Variant[])('leave no finding without a reason: %s', (variant) => {
    const { findings, template } = synthesised(variant);

    expect(
      findings.map(({ ruleName, violatingConstructs }) => [
        ruleName,
        violatingConstructs.map(({ constructPath }) => constructPath),
      ]),
    ).toEqual([]);
    for (const resource of Object.values(template.Resources)) {
      for (const reason of reasonsIn(resource)) expect(reason.length).toBeGreaterThan(10);
    }
    expect(resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(([, table]) => reasonsIn(table))).toHaveLength(5);
  });

  it('stop the synthesis at a wildcard that nobody has explained', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'lexdelta-'));
    const app = new App({ outdir, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Unexplained');
    new ManagedPolicy(stack, 'Policy', {
      statements: [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })],
    });
    acknowledge(stack);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

    expect(() => app.synth()).toThrowError(/AwsSolutions-IAM5\[Resource::\*\]/);
    rmSync(outdir, { recursive: true });
  });
});

function reasonsIn({ Metadata }: Resource): readonly string[] {
  const { cdk_nag } = (Metadata ?? {}) as {
    readonly cdk_nag?: { readonly rules_to_suppress: readonly { readonly reason: string }[] };
  };
  return (cdk_nag?.rules_to_suppress ?? []).map(({ reason }) => reason);
}
