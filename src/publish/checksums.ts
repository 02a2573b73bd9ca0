/** `SHA256SUMS` of a published day: what GNU `sha256sum --check` reads in the day's folder, so that nobody needs us to check it. */
import { compareBytes } from '../agreements/byte-order.ts';
import type { Manifest, ParquetFile, PublishedFile } from './published.ts';

export const MANIFEST_PATH = 'manifest.json';
export const CHECKSUMS_PATH = 'SHA256SUMS';

/** Every file that the manifest lists. */
export function listedFiles(manifest: Manifest): readonly (PublishedFile | ParquetFile)[] {
  const { shards, masters, held_removals, findings, ledger, contract } = manifest;
  return [
    ...shards.flatMap(({ table, parquet, changes, rejected, texts, uses }) => {
      return [
        table,
        ...(parquet === undefined ? [] : [parquet]),
        changes,
        rejected,
        ...(texts == null ? [] : [texts]),
        uses,
      ];
    }),
    ...(masters === undefined ? [] : [masters.CO, masters.CP]),
    ...(held_removals == null ? [] : [held_removals]),
    findings,
    ledger,
    ...(contract === undefined ? [] : [contract]),
  ];
}

/** One line a file, ascending by path: digest, two blanks, path below the day's folder. */
export function checksums(manifest: Manifest, manifestSha256: string): string {
  return [...listedFiles(manifest), { path: MANIFEST_PATH, sha256: manifestSha256 }]
    .toSorted((a, b) => compareBytes(a.path, b.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}
