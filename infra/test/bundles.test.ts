import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { LambdaHandler } from '../../src/runtime/lambda/lambda-handler.ts';
import { DEPLOYED_FUNCTIONS, type DeployedName } from '../lib/deployed-functions.ts';
import { BUNDLES, type BundleReport } from '../scripts/bundle.ts';

const names = DEPLOYED_FUNCTIONS.map(({ name }) => name);
const report = JSON.parse(readFileSync(join(BUNDLES, 'report.json'), 'utf8')) as Record<DeployedName, BundleReport>;
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 900_000 };

/** Larger ones would say that something came in that nobody asked for. */
const MAX_BYTES = 2_000_000;

async function load(name: DeployedName): Promise<LambdaHandler> {
  return ((await import(pathToFileURL(join(BUNDLES, name, 'index.mjs')).href)) as { readonly handler: LambdaHandler })
    .handler;
}

describe('the bundles', () => {
  beforeAll(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true));

  it.each(names)('hold what the function needs and no more: %s', (name) => {
    const { bytes, from } = report[name];
    const reachesLex = DEPLOYED_FUNCTIONS.find((one) => one.name === name)!.places.includes('lex');

    expect(bytes).toBeLessThan(MAX_BYTES);
    for (const foreign of ['lmdb', 'jsonata', 'commander', 'msgpackr', 'src/engine', 'src/cli'])
      expect(from).not.toHaveProperty([foreign]);
    expect(Object.hasOwn(from, 'undici')).toBe(reachesLex);
  });

  it.each(names)('load by themselves, and keep the name of an error that the machines decide by: %s', async (name) => {
    const handler = await load(name);
    const needsNames = DEPLOYED_FUNCTIONS.find((one) => one.name === name)!.variables.length > 0;

    expect(handler).toBeInstanceOf(Function);
    if (!needsNames) return;
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'PermanentError', code: 'CONFIG_INVALID' });
  });

  it('work: a payload is cut into parts, and the query gate decides', async () => {
    const cut = await load('ProcessPayloadForRecursion');
    const gate = await load('ValidateNamespacesQueryingProcess');

    expect(await cut({ from: 0, to: 3 }, context)).toEqual({
      is_leaf: true,
      slices: [0, 1, 2],
      delta_docs_batches: [],
    });
    expect(
      await gate(
        { iteration: 1, max_query_iterations: 3, query_percentage_success: 0.9, overrides: [], results: [], kept: [] },
        context,
      ),
    ).toMatchObject({ decision: 'pass' });
  });

  it('carry the version of the code that they are', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      readonly version: string;
    };

    const bundle = readFileSync(join(BUNDLES, 'CreateJobDailyA3Data', 'index.mjs'), 'utf8');
    expect(bundle.includes(`"${version}"`)).toBe(true);
    expect(bundle.includes('env.LEXDELTA_VERSION')).toBe(false);
  });
});
