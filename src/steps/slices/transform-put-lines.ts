/**
 * The documents of a slice: mapped, looked up, and judged by every document rule. A document never fails its slice:
 * what goes wrong inside one of them rejects it alone, with a rule of its own.
 */
import type { Fingerprint } from '../../agreements/fingerprint.ts';
import type { NamespaceModule } from '../../agreements/namespaces/namespace-module.ts';
import { finishDocument } from '../../agreements/table-a3/finish.ts';
import type { LineRuleId } from '../../agreements/table-a3/line-rules.ts';
import type { LookUps } from '../../agreements/table-a3/look-ups.ts';
import { type PreparedDocument, prepareDocument } from '../../agreements/table-a3/prepare.ts';
import type { RuleSet } from '../../agreements/table-a3/rules.ts';
import { mappingVersion } from '../../agreements/table-a3/rules-in-force.ts';
import type { Finding, TransformedDocument } from '../../agreements/transformed.ts';
import type { RejectedLine, ValidLine } from '../../publish/slice-output.ts';
import type { EntityTable, GoverningLawTable } from '../../stores/look-ups.ts';
import type { PutLine } from '../pages/page-object.ts';
import { fetchLookUps } from './look-up-rows.ts';

/** Our own failure, not the document's: kept apart so that nobody mends a good document. */
export const INTERNAL_RULE = 'LEX-internal' satisfies LineRuleId;

/** Nothing about the document changes when lexdelta is mended, so it would stand rejected. */
const WHEN_FAILED = 'Please report it, and have it transformed again (lexdelta replay) once lexdelta is mended.';

export interface PutDocument {
  readonly line: PutLine;
  readonly raw: string;
}

/** An entity that nobody knows, and the first document of the slice that names it. */
export interface UnknownEntity {
  readonly entity_key: string;
  readonly text: string;
  readonly lex_id: string;
}

export interface TransformedPuts {
  readonly lines: readonly (ValidLine | RejectedLine)[];
  /** Each key once. */
  readonly unknown: readonly UnknownEntity[];
}

export interface TransformPutsDeps {
  readonly entities: Pick<EntityTable, 'get'>;
  readonly laws: Pick<GoverningLawTable, 'get'>;
  readonly module: NamespaceModule;
  readonly rules: RuleSet;
}

/** @throws whatever the look-up stores throw */
export async function transformPutLines(
  documents: readonly PutDocument[],
  deps: TransformPutsDeps,
): Promise<TransformedPuts> {
  const prepared = documents.map((document) => prepare(document, deps.module));
  const lookUps = await fetchLookUps(
    {
      entityKeys: prepared.flatMap((each) => (each instanceof Rejection ? [] : each.entityKeys)),
      lawKeys: prepared.flatMap((each) => (each instanceof Rejection ? [] : each.lawKeys)),
    },
    deps,
  );
  const version = mappingVersion(deps.module, deps.rules);
  const unknown = new Map<string, UnknownEntity>();
  const lines = documents.map((document, i) => {
    const result = finish(prepared[i]!, lookUps, deps.rules);
    const { lex_id } = document.line;
    if (!(result instanceof Rejection)) {
      for (const entity of result.unknown_entities) {
        if (!unknown.has(entity.entity_key)) unknown.set(entity.entity_key, { ...entity, lex_id });
      }
    }
    return lineOf(document, result, version);
  });
  return { lines, unknown: [...unknown.values()] };
}

/** A document that is refused before its rules were asked. */
class Rejection {
  readonly findings: readonly Finding[];
  constructor(rule: string, message: string) {
    this.findings = [{ field: null, rule, severity: 'error', message, value: null, agreement_id: null }];
  }
}

function prepare({ line }: PutDocument, module: NamespaceModule): PreparedDocument | Rejection {
  if (line.reject !== null) return new Rejection(line.reject.rule, line.reject.message);
  return guarded(() => prepareDocument(module, line.document));
}

function finish(
  prepared: PreparedDocument | Rejection,
  lookUps: LookUps,
  rules: RuleSet,
): TransformedDocument | Rejection {
  if (prepared instanceof Rejection) return prepared;
  return guarded(() => finishDocument(prepared, lookUps, rules));
}

function guarded<T>(work: () => T): T | Rejection {
  try {
    return work();
  } catch (error) {
    // The error's own text may quote the document; its kind does not.
    const kind = error instanceof Error ? error.constructor.name : typeof error;
    return new Rejection(INTERNAL_RULE, `lexdelta failed on this document (${kind}). ${WHEN_FAILED}`);
  }
}

function lineOf(
  { line, raw }: PutDocument,
  result: TransformedDocument | Rejection,
  mapping_version: string,
): ValidLine | RejectedLine {
  const { lex_id, status, raw_hash, content_hash, hash_scheme } = line;
  const fingerprint: Fingerprint = { raw_hash, content_hash, hash_scheme, mapping_version };
  const { findings } = result;
  const again = line.again === undefined ? {} : { again: line.again };
  if (result instanceof Rejection) {
    return { op: 'rejected', lex_id, status, ...again, fingerprint, findings, uses: [], raw };
  }
  if (result.valid) return { op: 'valid', lex_id, status, fingerprint, rows: result.rows, findings };
  return { op: 'rejected', lex_id, status, ...again, fingerprint, findings, uses: result.uses, raw };
}
