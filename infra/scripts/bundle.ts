/**
 * Bundles each function to one file, `bundles/<function>/index.mjs`, before CDK synthesises. Everything is inside, the AWS
 * SDK too: what was tested is what runs, and a scanner sees it. `bundles/report.json` says what went into each.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { DEPLOYED_FUNCTIONS } from '../lib/deployed-functions.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const BUNDLES = fileURLToPath(new URL('../bundles/', import.meta.url));
export const CA_FILE = 'lex-ca.pem';

export interface BundleOptions {
  readonly folder?: string;
  /** Name → absolute path. */
  readonly namespaceModules?: Readonly<Record<string, string>>;
  /** Absolute path of a PEM file for those that call Lex. */
  readonly certificateAuthorityFile?: string | null;
}

export interface BundleReport {
  readonly bytes: number;
  /** What each package or folder of ours adds. */
  readonly from: Readonly<Record<string, number>>;
}

/** @returns a report by function */
export async function bundleFunctions(options: BundleOptions = {}): Promise<Readonly<Record<string, BundleReport>>> {
  const folder = options.folder ?? BUNDLES;
  rmSync(folder, { recursive: true, force: true });
  const report: Record<string, BundleReport> = {};
  for (const { name, file, places } of DEPLOYED_FUNCTIONS) {
    const outfile = join(folder, name, 'index.mjs');
    mkdirSync(dirname(outfile), { recursive: true });
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [`src/runtime/lambda/${file}.ts`],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      mainFields: ['module', 'main'],
      metafile: true,
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true, // Not shortened either: a stack trace at 6 a.m. names functions, and errors keep their names.
      legalComments: 'none',
      define: { 'process.env.LEXDELTA_VERSION': JSON.stringify(version()) },
      // For packages that are CommonJS: what they require are Node's own modules.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      plugins: [withoutSideEffects(), configuredNamespaces(options.namespaceModules ?? {})],
      logLevel: 'warning',
    });
    report[name] = reportOf(metafile);
    const ca = options.certificateAuthorityFile ?? null;
    if (ca !== null && places.includes('lex')) copyFileSync(ca, join(folder, name, CA_FILE));
  }
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  return report;
}

/** Our modules do nothing when they are loaded, so that what a function does not use is left out. */
function withoutSideEffects(): Plugin {
  return {
    name: 'without-side-effects',
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir, kind }) =>
        kind === 'entry-point' ? null : { path: resolve(resolveDir, path), sideEffects: false },
      );
    },
  };
}

function configuredNamespaces(modules: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'configured-namespaces',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]lambda[\\/]configured-namespaces\.ts$/ }, () => {
        const paths = Object.values(modules);
        const imports = paths.map((path, i) => `import module${i} from ${JSON.stringify(path)};\n`).join('');
        return {
          contents: `${imports}export const CONFIGURED_NAMESPACES = [${paths.map((_, i) => `module${i}`)}];`,
          resolveDir: root,
        };
      });
    },
  };
}

function reportOf({ outputs }: Metafile): BundleReport {
  const output = Object.values(outputs)[0]!;
  const from: Record<string, number> = {};
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    if (bytesInOutput === 0) continue;
    const origin = originOf(path);
    from[origin] = (from[origin] ?? 0) + bytesInOutput;
  }
  return { bytes: output.bytes, from: Object.fromEntries(Object.entries(from).sort(([, a], [, b]) => b - a)) };
}

function originOf(path: string): string {
  const inPackage = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  return inPackage?.[1] ?? /^src\/[^/]+/.exec(path)?.[0] ?? path;
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { readonly version: string }).version;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, { bytes }] of Object.entries(await bundleFunctions()))
    process.stdout.write(`${String(bytes).padStart(9)} ${name}\n`);
}
