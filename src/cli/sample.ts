import { fileURLToPath } from 'node:url';

/** Path of a part of the sample, which lies beside `src` in the repository and beside `dist` in the package. */
export function sampleFolder(part: string): string {
  return fileURLToPath(new URL(`../../sample/${part}`, import.meta.url));
}
