import { cct } from './cct.ts';
import { docman } from './docman.ts';
import { mac } from './mac.ts';
import type { NamespaceModule } from './namespace-module.ts';
import { pwm } from './pwm.ts';

/** The namespaces that lexdelta knows by itself, in the order of the job's default input. */
export const BUILT_IN_NAMESPACES: readonly NamespaceModule[] = [mac, docman, pwm, cct];
