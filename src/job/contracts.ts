/**
 * What goes into and comes out of every state that does work. The two `.asl.json` machines build these inputs and read
 * these outputs; `steps/` implements them; both homes run them. Counts, numbers and keys only: never documents.
 * A state whose work grows with documents works in turns: its output's `cursor` goes back into its input until `null`.
 */

export type OverrideKind = 'query' | 'transform' | 'removals' | 'date' | 'fill';
/** An operator's acceptance of a failed check, for one attempt. */
export interface Override {
  readonly accept: OverrideKind;
  readonly by: string;
  readonly reason: string;
}

/** Business date (ISO) and attempt: every key of a run begins with them. */
export interface AttemptId {
  readonly business_date: string;
  readonly attempt: number;
}

// PlanReprocessing
export interface PlanReprocessingInput extends AttemptId {
  readonly namespaces: readonly string[];
  /** Manifest key of the base, `null` before the first publication. */
  readonly base: string | null;
  readonly cursor: ReprocessCursor | null;
}
export interface PlanReprocessingOutput {
  /** Number of the last replay request that this run serves; 0: none yet. */
  readonly replays_through: number;
  readonly look_ups: LookUpsServed | null;
  /** Documents on the reprocess list per namespace; -1: the whole namespace. */
  readonly reprocess: Readonly<Record<string, number>>;
  readonly cursor: ReprocessCursor | null;
}
/**
 * Which notes of changed look-ups have been served: all up to `through`, but those in `open` (at most 100), whose writers
 * were not done. `null` in its place: nobody knows, and every use is to be compared.
 */
export interface LookUpsServed {
  readonly through: number;
  readonly open: readonly number[];
}
/** What the first turn fixed, and how far the turns have come. */
export interface ReprocessCursor {
  /** Shard of the base to go on with. */
  readonly shard: number;
  /** Last replay request and last note that this run reads. */
  readonly replays_end: number;
  readonly notes_end: number;
  readonly look_ups: LookUpsServed;
  /** Documents on the lists so far; `writing`: the namespace whose list is begun. */
  readonly reprocess: Readonly<Record<string, number>>;
  readonly writing: string | null;
  /** Whether a document was found in a namespace that this run has not. */
  readonly is_elsewhere: boolean;
}

// GetTotalDocsInNamespaceAndCreateBatchesForLexQuery
export interface CreateQueryBatchesInput {
  readonly namespace: string;
  /** Documents per page, 1 to 10,000. */
  readonly query_batch_size: number;
  /** Upper bound on workers, 1 to 40: inline Map runs about 40 iterations at once. */
  readonly max_parallel_executions: number;
}
export interface CreateQueryBatchesOutput {
  readonly total_docs: number;
  /** `[0 .. w-1]`, empty for an empty namespace. Worker b reads pages b, b + w, b + 2w, … */
  readonly batch_index: readonly number[];
}

// QueryNamespace
export interface QueryNamespaceInput extends AttemptId {
  readonly namespace: string;
  readonly iteration: number;
  /** This worker, 0 to `batches` - 1. */
  readonly batch: number;
  readonly batches: number;
  readonly query_batch_size: number;
  /** Page to go on with; `null` on the first turn. */
  readonly cursor: number | null;
}
export interface QueryNamespaceOutput {
  readonly batch: number;
  /** Pages of this turn that were read, and that failed for good. */
  readonly pages: number;
  readonly failed_pages: number;
  /** Code and text of the last failed page of this turn. */
  readonly error: string | null;
  readonly cursor: number | null;
}

// CalculateAndUpdateQueriedDocsInNamespace
export interface CalculateQueriedDocsInput extends AttemptId {
  readonly job_id: string;
  readonly namespace: string;
  readonly iteration: number;
  readonly total_docs: number;
  readonly query_batch_size: number;
  /** Outputs of the workers: `null` error for those that ended well. */
  readonly workers: readonly { readonly batch: number; readonly error: string | null }[];
  /** 0 to 1: above this share of the known documents all removals are held back. */
  readonly max_removed_percentage: number;
  readonly overrides: readonly Override[];
  readonly cursor: CalculateCursor | null;
}
/** Opaque to the machine: the step's own place in its work. At most some KiB. */
export type CalculateCursor = Readonly<Record<string, string | number | boolean | null>>;

/** The outcome of each listed document, exactly one; see DESIGN, "The ledger". */
export interface OutcomeCounts {
  readonly new: number;
  readonly changed: number;
  /** Would otherwise be unchanged, touched or standing. */
  readonly reprocessed: number;
  readonly touched: number;
  readonly unchanged: number;
  readonly standing: number;
  /** Lines that were listed and are no documents: nothing was read there. */
  readonly unreadable: number;
}
export interface NamespaceCounts extends OutcomeCounts {
  readonly namespace: string;
  readonly iteration: number;
  /** `null`: Lex could not even be asked how many there are. */
  readonly total_docs: number | null;
  /** Distinct documents listed = the sum of the outcomes. Those that were read are the others than `unreadable`. */
  readonly total_docs_queried: number;
  /** new + changed + reprocessed. */
  readonly planned: number;
  /** Removals that this run carries out, and those held back, for whatever {@link HeldReason}. */
  readonly removed: number;
  readonly removals_held: number;
  readonly failed_pages: number;
  readonly gaps: number;
  readonly repaired_joints: number;
  /** No gap, no doubt and no unreadable line: every document that was there throughout was read. */
  readonly complete: boolean;
  /** Why something was not read: code and text, or `null`. */
  readonly cause: string | null;
}
export type CalculateQueriedDocsOutput =
  | { readonly cursor: CalculateCursor; readonly counts: null }
  | { readonly cursor: null; readonly counts: NamespaceCounts };

// ValidateNamespacesQueryingProcess
export interface ValidateQueryInput {
  readonly iteration: number;
  readonly max_query_iterations: number;
  readonly query_percentage_success: number;
  readonly overrides: readonly Override[];
  /** Results of this iteration, and those kept from earlier ones. */
  readonly results: readonly NamespaceCounts[];
  readonly kept: readonly NamespaceCounts[];
}
export interface GateResult {
  readonly passed: boolean;
  readonly numerator: number;
  readonly denominator: number;
  readonly ratio: number;
  readonly threshold: number;
  /** Failed, but accepted by an operator. */
  readonly accepted: boolean;
}
/** The share of rows that have `field`, of all fields the one that has fallen furthest, held to that of the base. */
export interface FillGate extends GateResult {
  readonly field: string;
  readonly base_numerator: number;
  readonly base_denominator: number;
}
export interface ValidateQueryOutput {
  readonly gate: GateResult;
  /** `pass`: go on; `retry`: query `retry` again in the next iteration; `fail`: after the last iteration. */
  readonly decision: 'pass' | 'retry' | 'fail';
  readonly retry: readonly string[];
  /** All namespaces when passed or failed; the ones that are kept when some are retried. Ascending by namespace. */
  readonly kept: readonly NamespaceCounts[];
  /** Namespaces below the threshold while the whole passes, and others worth a warning. */
  readonly warnings: readonly string[];
  /** For the failure: counts and causes in one sentence. */
  readonly cause: string | null;
}

// CreateBatchesForDeltaDocs
export interface CreateDeltaBatchesInput extends AttemptId {
  readonly job_id: string;
  readonly max_parallel_executions: number;
  /** Each namespace with its last iteration. */
  readonly namespaces: readonly { readonly namespace: string; readonly iteration: number }[];
  readonly cursor: DeltaBatchesCursor | null;
}
export type DeltaBatchesCursor = Readonly<Record<string, string | number | null>>;
export interface CreateDeltaBatchesOutput {
  /** Folder of the plan in jobdailybatchprocessing: `execution_input/<execution name>`. */
  readonly plan: string;
  readonly batch_index: readonly number[];
  readonly slices: number;
  readonly cursor: DeltaBatchesCursor | null;
}

// TransformDeltaBatch: its input, and its states
export interface TransformDeltaBatchInput extends AttemptId {
  readonly plan: string;
  readonly batch: number;
  /** Slices of the batch: `from` inclusive, `to` exclusive; `null`: all of them. */
  readonly from: number | null;
  readonly to: number | null;
}
export interface TransformDeltaBatchOutput {
  readonly slices: number;
  readonly failed: number;
  /** How the cause of the first failed slice begins; `null`: none failed. */
  readonly cause: string | null;
}
export type DeltaBatchInfoInput = TransformDeltaBatchInput;
export interface DeltaBatchInfoOutput {
  readonly from: number;
  readonly to: number;
}
export interface ProcessPayloadInput {
  readonly from: number;
  readonly to: number;
}
export interface ProcessPayloadOutput {
  readonly is_leaf: boolean;
  /** A leaf's slice numbers, at most 1,000; else empty. */
  readonly slices: readonly number[];
  /** Parts to recurse into, one after the other; empty for a leaf. */
  readonly delta_docs_batches: readonly { readonly from: number; readonly to: number }[];
}

// TransformDocumentData
export interface TransformDocumentDataInput extends AttemptId {
  readonly plan: string;
  readonly batch: number;
  readonly slice: number;
  /** Execution name of the job: the lineage of rows. */
  readonly job_id: string;
}
export interface SliceCounts {
  readonly planned: number;
  readonly valid: number;
  readonly rejected: number;
  /** Of those: had stood rejected with the same content, and were tried again. The gate counts them apart, as standing ones. */
  readonly rejected_again: number;
  readonly rows: number;
  readonly touched: number;
  readonly removed: number;
  readonly unreadable: number;
}
export interface TransformDocumentDataOutput extends SliceCounts {
  readonly slice: number;
}

// CalculateTotalTransformedDocs
export interface CalculateTransformedInput extends AttemptId {
  readonly plan: string;
  /** Σ planned of the query results. */
  readonly planned: number;
  readonly slices: number;
  readonly docs_transformation_percentage_success: number;
  readonly overrides: readonly Override[];
  readonly cursor: TransformedCursor | null;
}
export type TransformedCursor = Readonly<Record<string, string | number | null>>;
export interface CalculateTransformedOutput {
  readonly cursor: TransformedCursor | null;
  /** `null` while there is a cursor. */
  readonly gate: GateResult | null;
  readonly counts: SliceCounts | null;
  readonly failed_slices: number;
  readonly cause: string | null;
}

// CreateJobDailyA3Data, in five phases and the pointer after PublishHead
export interface PublishInput extends AttemptId {
  readonly job_id: string;
  readonly base: string | null;
}
export interface PlanShardsInput extends PublishInput {
  readonly phase: 'plan';
  readonly max_parallel_executions: number;
  readonly cursor: string | null;
}
export interface PlanShardsOutput {
  readonly shards: number;
  /** Workers of `build`, and of `check`. */
  readonly batch_index: readonly number[];
  readonly cursor: string | null;
}
export interface BuildShardsInput extends PublishInput {
  readonly phase: 'build' | 'check';
  readonly batch: number;
  readonly batches: number;
  /** Shard (build) or hash range (check) to go on with. */
  readonly cursor: number | null;
}
export interface BuildShardsOutput {
  readonly batch: number;
  readonly cursor: number | null;
}
export interface WriteMastersInput extends PublishInput {
  readonly phase: 'masters';
  readonly look_ups: LookUpsServed | null;
  /** Run to go on with. */
  readonly cursor: number | null;
}
export interface WriteMastersOutput {
  readonly cursor: number | null;
}
export interface WriteManifestInput extends PublishInput {
  readonly phase: 'manifest';
  readonly query: readonly NamespaceCounts[];
  readonly query_gate: GateResult;
  readonly transformation_gate: GateResult;
  readonly failed_slices: number;
  readonly replays_through: number;
  readonly look_ups: LookUpsServed | null;
  readonly overrides: readonly Override[];
  readonly started_at: string;
  /** 0 to 1: how far the share of rows that have a mandatory field may fall below the base's. */
  readonly max_fill_rate_drop: number;
  readonly max_removed_percentage: number;
  /** Goes into `times.json`. */
  readonly extraction: Extraction;
}
export interface WriteManifestOutput {
  readonly manifest: string;
  /** Hexadecimal, of its bytes: kept with the run, apart from what it vouches for. `null`: by a version that did not say. */
  readonly manifest_sha256: string | null;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly rejected: number;
  readonly stale: number;
  /** Namespaces of the base's table that the run did not name: they stay as the base has them. Ascending. */
  readonly left_out: readonly string[];
  /** These, and those that it could read nothing of: since which table their rows stand as they are. Ascending. */
  readonly carried_over: readonly CarriedOver[];
  /** `null`: by a version that did not list them. */
  readonly held_removals: HeldSummary | null;
  /** Namespaces of which far more has changed than usual. */
  readonly share_jumps: readonly ShareJump[];
  readonly table_findings: number;
  /** How many of them each rule has; a rule without one is left out. */
  readonly findings_by_rule: Readonly<Record<string, number>>;
  /** `null`: there was nothing to compare with. */
  readonly fill_gate: FillGate | null;
}
/**
 * Why a removal was held back. `too_many`: the removals of the namespace are above `max_removed_percentage`. `not_proven`: it was
 * not read whole, and Lex cannot be asked for single documents. `unanswered`: Lex did not answer when it was asked.
 */
export type HeldReason = 'too_many' | 'not_proven' | 'unanswered';
/** The removals that a run held back. */
export interface HeldSummary {
  /** Ascending by namespace. */
  readonly groups: readonly { readonly namespace: string; readonly reason: HeldReason; readonly count: number }[];
  /** At most 10 of the documents, the first ones. */
  readonly first: readonly { readonly namespace: string; readonly lex_id: string }[];
}
/** A namespace of which a run has read nothing. */
export interface CarriedOver {
  readonly namespace: string;
  /** Business date of the table that it was last read for; `null`: not known. */
  readonly since: string | null;
}
/** Far more of a namespace than usual was new, changed or transformed again. */
export interface ShareJump {
  readonly namespace: string;
  readonly date: string;
  /** Of the day that was published before. */
  readonly date_before: string;
  readonly run: string;
  /** New, changed and reprocessed documents, together and each. */
  readonly documents: number;
  readonly new: number;
  readonly changed: number;
  readonly reprocessed: number;
  /** `documents` of those listed, 0 to 1. */
  readonly changed_share: number;
  /** The median of the days before. */
  readonly usual_share: number;
  /** What explains it, as far as published days tell; in this order. */
  readonly causes: readonly ShareCause[];
}
/**
 * `mapping`: the version of its mapping or of the rules is another. `look-ups`: rows that its documents used have changed.
 * `replay`: an operator asked for it. `lex`: nothing of ours explains it.
 */
export type ShareCause = 'mapping' | 'look-ups' | 'replay' | 'lex';
/** When Lex was read: from its first question to its last answer, all iterations. ISO. */
export interface Extraction {
  readonly began: string;
  readonly ended: string;
}
export interface WriteAsOfInput extends AttemptId {
  readonly phase: 'as_of';
  readonly manifest: string;
}
export interface WriteAsOfOutput {
  readonly key: string;
}

// UpdateAgreementHashes, FinishHashes
export interface UpdateHashesInput {
  /** Manifest whose attempt's hashes are written. */
  readonly manifest: string;
  readonly fence: number;
  readonly batch: number;
  readonly batches: number;
  readonly cursor: HashesCursor | null;
}
export type HashesCursor = Readonly<Record<string, string | number>>;
export interface UpdateHashesOutput {
  readonly batch: number;
  readonly applied: number;
  readonly refused: number;
  readonly cursor: HashesCursor | null;
}

// CleanupDailyJob
export interface CleanupInput extends AttemptId {
  readonly job_id: string;
  readonly plan: string;
  /** What the run has published. */
  readonly manifest: string;
}
export interface CleanupOutput {
  readonly deleted: number;
  readonly more: boolean;
  /** `null` before the last call. */
  readonly retention: RetentionSummary | null;
}
/** What retention has deleted. */
export interface RetentionSummary {
  /** Tables that stay, and whose raw texts it has deleted; not given in rows of before these had a time of their own. */
  readonly texts?: number;
  readonly tables: number;
  /** Of these tables, at most 31 of them. */
  readonly dates: readonly string[];
  /** All files, records and what failed runs left included. */
  readonly files: number;
  readonly bytes: number;
  /** Not all that should go is gone: the next run goes on. */
  readonly more: boolean;
  /** Why it stopped; `null`: it did not fail. */
  readonly error: string | null;
}
