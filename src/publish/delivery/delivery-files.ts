/** The two files of a delivery that tell of the others. Pure. */
import { dataPackage, type FlatFile } from '../data-package.ts';
import type { Manifest } from '../published.ts';
import type { TableReservations } from './table-reservations.ts';

/** As `sha256sum` writes and checks it (`sha256sum -c SHA256SUMS`). */
export const CHECKSUM_FILE = 'SHA256SUMS';
export const PACKAGE_FILE = 'datapackage.json';

/** @param files in the order in which they are listed */
export function checksums(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** @param reservations of Table A-3; `null` where it is not delivered */
export function packageText(
  { business_date, run, code_version: version }: Manifest,
  files: readonly FlatFile[],
  reservations: TableReservations | null,
): string {
  return `${JSON.stringify(dataPackage({ business_date, run, version, reservations }, files), null, 2)}\n`;
}
