import { installInfra } from '../deployment/install-infra.ts';
import { installDynamoDbLocal, installMinistack, installReaders } from './install.ts';

/** Once, before the test files run side by side: two installations into one folder would spoil each other. */
export default function setup(): void {
  installDynamoDbLocal();
  installMinistack();
  installReaders();
  installInfra();
}
