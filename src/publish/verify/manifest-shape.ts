/** The shapes of a manifest and a ledger; a day of before a part was published lacks that part. */
import { A3_FIELDS, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import {
  exactly,
  flag,
  list,
  mapOf,
  nullable,
  number,
  object,
  oneOf,
  type Shape,
  sha256,
  text,
  whole,
} from './shape.ts';

const outcomes = {
  new: whole,
  changed: whole,
  reprocessed: whole,
  touched: whole,
  unchanged: whole,
  standing: whole,
  unreadable: whole,
};

const stored = { path: text, bytes: whole, sha256 };
const file = object({ ...stored, lines: whole, content_sha256: sha256 });
const place = object({ namespace: text, lex_id: text });
const filled = object(Object.fromEntries(ROW_FIELDS.map((field) => [field, whole])));

const shard = object(
  {
    number: whole,
    after: nullable(place),
    through: nullable(place),
    rows: whole,
    stale_rows: whole,
    unreadable: whole,
    marks: list(place),
    table: file,
    changes: file,
    rejected: file,
    uses: file,
  },
  { filled, parquet: object({ ...stored, rows: whole }), texts: nullable(file) },
);

const gate = {
  passed: flag,
  numerator: whole,
  denominator: whole,
  ratio: number,
  threshold: number,
  accepted: flag,
};

const gates = object(
  { query: object(gate), transformation: object(gate) },
  {
    fill: nullable(object({ ...gate, field: oneOf(...A3_FIELDS), base_numerator: whole, base_denominator: whole })),
  },
);

const query = object({
  namespace: text,
  iteration: whole,
  total_docs: nullable(whole),
  total_docs_queried: whole,
  ...outcomes,
  planned: whole,
  removed: whole,
  removals_held: whole,
  failed_pages: whole,
  gaps: whole,
  repaired_joints: whole,
  complete: flag,
  cause: nullable(text),
});

export const MANIFEST: Shape = object(
  {
    format: exactly(1),
    business_date: text,
    attempt: whole,
    run: text,
    base: nullable(text),
    code_version: text,
    mapping_versions: mapOf(text),
    rows: whole,
    shards: list(shard),
    findings: file,
    ledger: file,
    gates,
    query: list(query),
    overrides: list(object({ accept: text, by: text, reason: text })),
    replays_through: whole,
  },
  {
    fill_rates: object({ rows: whole, filled }),
    masters: object({ CO: file, CP: file }),
    contract: file,
    checksums: exactly('SHA256SUMS'),
    look_ups: nullable(object({ through: whole, open: list(whole) })),
    held_removals: nullable(file),
    carried_over: list(object({ namespace: text, since: nullable(text) })),
  },
);

const accepted = object({
  accept: text,
  by: text,
  reason: text,
  needed: nullable(flag),
  evidence: nullable(object({ of: text, numerator: whole, denominator: whole, threshold: number })),
});

export const LEDGER: Shape = object(
  {
    namespaces: list(
      object(
        {
          namespace: text,
          total_docs: nullable(whole),
          listed: whole,
          ...outcomes,
          published: whole,
          rejected: whole,
          not_transformed: whole,
          removed: whole,
          removals_held: whole,
          complete: flag,
        },
        { held_listed: whole },
      ),
    ),
    rows: object({ base: whole, added: whole, removed: whole, changed: whole, total: whole, stale: whole }),
    rejected_now: whole,
    unreadable_now: whole,
  },
  { accepted: list(accepted) },
);
