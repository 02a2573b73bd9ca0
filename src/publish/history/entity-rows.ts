/** Rows of the Entity table as the master tables of published days have them. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { MasterLine, PublishedFile } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { searchLines } from './search-lines.ts';

/** What differs, by column (`CP.4`); `lei_status` beside them. Ascending. `null`: it has nothing there. */
export type EntityFields = Readonly<Record<string, { readonly from: string | null; readonly to: string | null }>>;

type Values = Readonly<Record<string, string>>;
type Row = Pick<MasterLine, 'fields' | 'lei_status'>;

export function entityDifferences(from: Row | null, to: Row | null): EntityFields {
  const [old, now] = [valuesOf(from), valuesOf(to)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  const differing = names.filter((name) => old[name] !== now[name]);
  return Object.fromEntries(
    differing.map((name) => [name, { from: old[name] ?? null, to: now[name] ?? null }] as const),
  );
}

function valuesOf(row: Row | null): Values {
  if (row === null) return {};
  return row.lei_status === null ? row.fields : { ...row.fields, lei_status: row.lei_status };
}

/** Files of the same contents are searched once for a version. */
export class EntityRows {
  readonly #a3: Pick<JobDailyA3Data, 'open'>;
  readonly #found = new Map<string, Promise<readonly Row[]>>();

  constructor(a3: Pick<JobDailyA3Data, 'open'>) {
    this.#a3 = a3;
  }

  /**
   * The row of that version, with the columns of both tables. `null`: no table of the day has it, as where Entity changed while
   * the day was made.
   * @throws PermanentError `STORE_CORRUPT`
   */
  async of({ folder, manifest }: PublishedDay, version: string): Promise<Row | null> {
    const { masters } = manifest;
    if (masters === undefined) return null;
    const rows = (await Promise.all([masters.CO, masters.CP].map((file) => this.#find(folder, file, version)))).flat();
    if (rows[0] === undefined) return null;
    return { fields: Object.assign({}, ...rows.map(({ fields }) => fields)), lei_status: rows[0].lei_status };
  }

  #find(folder: string, file: PublishedFile, version: string): Promise<readonly Row[]> {
    const key = `${file.content_sha256} ${version}`;
    const finding =
      this.#found.get(key) ??
      searchLines<MasterLine, Row>(this.#a3, folder, file, {
        texts: [`"version":${JSON.stringify(version)}`],
        isMeant: (line) => line.version === version,
        keep: ({ fields, lei_status }) => ({ fields, lei_status }),
      });
    this.#found.set(key, finding);
    return finding;
  }
}
