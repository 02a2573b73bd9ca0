/** The CDK app is a package of its own, with packages of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const INFRA = join(import.meta.dirname, '..', '..', '..', 'infra');

/** Does nothing when they are there. */
export function installInfra(): void {
  if (existsSync(join(INFRA, 'node_modules', '.package-lock.json'))) return;
  execFileSync('npm', ['--prefix', INFRA, 'ci'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
