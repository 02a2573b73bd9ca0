import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'lexdelta.js');
/** Tells on stderr what of AWS's SDK is loaded. */
const WATCH = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  if (specifier.startsWith('@aws-sdk/')) process.stderr.write('LOADED ' + specifier + '\\n');
  return next(specifier, context);
} });`)}`;

async function lexdelta(...args: readonly string[]): Promise<string> {
  const options = { cwd: tmpdir(), env: { PATH: process.env['PATH'], HOME: '/nowhere', AWS_REGION: 'eu-west-1' } };
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', WATCH, PROGRAM, ...args], options).catch(
    (error: { readonly stderr: string }) => error,
  );
  return stderr;
}

describe('the AWS SDK', () => {
  it.each([
    [['--help']],
    [['run', '--help']],
    [['runs', '--data', 'not-there']],
    [['as-of', '10-20-2021', '--data', 'x']],
  ])('is not loaded for %j', async (args) => {
    expect(await lexdelta(...args)).not.toContain('LOADED');
  });

  it('is loaded for a stack', async () => {
    const told = await lexdelta('runs', '--aws', 'ours');

    expect(told).toContain('LOADED @aws-sdk/client-cloudformation');
  });
});
