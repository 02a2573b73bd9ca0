/** The variants of the stack that are synthesised in tests, and their templates. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { buildApp } from '../lib/build-app.ts';
import { DEPLOYED_FUNCTIONS } from '../lib/deployed-functions.ts';
import { parseParameters } from '../lib/parse-parameters.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const example = JSON.parse(readFileSync(here('../parameters.example.json'), 'utf8')) as Record<string, unknown>;
const context = (JSON.parse(readFileSync(here('../cdk.json'), 'utf8')) as { readonly context: Record<string, unknown> })
  .context;

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/';
const GIVEN_VPC = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'],
  routeTableIds: ['rtb-0a1b2c3d4e5f60718'],
};

/** What a user would write beside the example file. */
export const VARIANTS = {
  'own VPC': {},
  'given VPC': { network: { vpc: GIVEN_VPC } },
  'given VPC with its endpoints': {
    network: { vpc: { ...GIVEN_VPC, endpointSecurityGroupId: 'sg-0a1b2c3d4e5f60718' } },
  },
  'given keys and topic': {
    keys: {
      dataKeyArn: `${KEY}11111111-aaaa-4bbb-8ccc-000000000001`,
      operationsKeyArn: `${KEY}11111111-aaaa-4bbb-8ccc-000000000002`,
    },
    alarms: { topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' },
    lex: { ...(example['lex'] as object), dns: 'provider', tokenKeyArn: `${KEY}11111111-aaaa-4bbb-8ccc-000000000003` },
  },
  'small and for trying': {
    deletionProtection: false,
    reserveConcurrency: false,
    schedule: { isEnabled: false },
    agreementHashWarmThroughput: { readUnitsPerSecond: 24_000, writeUnitsPerSecond: 16_000 },
    rules: {},
    job: { max_parallel_executions: 8 },
    alarms: { email: 'on-call@example.com' },
  },
} as const;
export type Variant = keyof typeof VARIANTS;

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly Metadata?: unknown;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

export interface Finding {
  readonly ruleName: string;
  readonly severity: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

export function parametersOf(variant: Variant) {
  return parseParameters({ ...example, ...VARIANTS[variant] });
}

export interface Synthesised {
  readonly template: Template;
  /** Of both rule packs and of CDK's own rules; those that were acknowledged are left out. */
  readonly findings: readonly Finding[];
}

declare module 'vitest' {
  interface ProvidedContext {
    synthesised: Readonly<Record<Variant, Synthesised>>;
  }
}

/** Made once for all test files (`once.ts`). */
export function synthesised(variant: Variant): Synthesised {
  return inject('synthesised')[variant];
}

export function synthesise(variant: Variant): Synthesised {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  try {
    const bundles = join(folder, 'bundles');
    for (const { name } of DEPLOYED_FUNCTIONS) {
      mkdirSync(join(bundles, name), { recursive: true });
      writeFileSync(join(bundles, name, 'index.mjs'), 'export const handler = async () => ({});\n');
    }
    const outdir = join(folder, 'cdk.out');
    const { app, stack } = buildApp(parametersOf(variant), bundles, {
      outdir,
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
    });
    app.synth();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
      readonly pluginReports: readonly { readonly violations: readonly Finding[] }[];
    };
    const template = JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')) as Template;
    return { template, findings: report.pluginReports.flatMap(({ violations }) => violations) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resources of one type, by logical id. */
export function resourcesOf({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
