/** `cdk synth` and `cdk deploy` run this: bundles the functions, then builds the stack of the parameter file. */
import { fileURLToPath } from 'node:url';
import { ParameterError } from './lib/checker.ts';
import { loadParameters } from './lib/load-parameters.ts';

const file = process.env['LEXDELTA_PARAMETERS'] ?? fileURLToPath(new URL('./parameters.json', import.meta.url));

try {
  const parameters = loadParameters(file);
  // Only now: the CDK takes seconds to load, and a wrong parameter should not wait for it.
  const { buildApp } = await import('./lib/build-app.ts');
  const { BUNDLES, bundleFunctions } = await import('./scripts/bundle.ts');
  /** Two syntheses at a time need two folders of bundles. */
  const bundles = process.env['LEXDELTA_BUNDLES'] ?? BUNDLES;
  const { namespaceModules, lex } = parameters;
  await bundleFunctions({ folder: bundles, namespaceModules, certificateAuthorityFile: lex.certificateAuthorityFile });
  buildApp(parameters, bundles).app.synth();
} catch (error) {
  if (!(error instanceof ParameterError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
