/** Every code we raise, with its repair. A code is permanent: retire it, never rename or reuse it. */
export const REPAIRS = {
  // Input and command line
  INPUT_INVALID: 'Mend the input and start again. Nothing was created.',
  USAGE: 'See `lexdelta --help`.',
  NODE_TOO_OLD: 'Install Node 22.18 or newer, or run `npm ci` so that the `node` package is there.',
  CONFIG_INVALID: 'Mend the configuration file and start again. Nothing was created.',
  FILE_NOT_READABLE: 'Check the path and its permissions.',
  FILE_NOT_WRITABLE: 'Check the path, its permissions and that it is no folder or device, or name another one.',
  IMPORT_REFUSED: 'Mend the lines named above, or allow them with --allow-rejects. Nothing was imported.',
  IMPORT_REMOVES_MANY:
    'Check that the files are whole; --dry-run shows what that touches. If it is right so, add --allow-removals. Nothing was imported.',
  RUN_UNKNOWN: 'See `lexdelta runs` for the runs that are there.',
  // The run
  JOB_ALREADY_RUNNING: 'Wait until that run has ended, then start again.',
  DATE_NOT_BEGUN:
    'Check the date, above all its year. A table of a day to come is made only with --accept date --by NAME --reason TEXT. Nothing was created.',
  DATE_UNEXPECTED:
    'Check the date, and make the days before it first. If it is right, accept it with --accept date --by NAME --reason TEXT. Nothing was created.',
  DATE_OUT_OF_ORDER:
    'Check the date, above all its year. If a day of the past is wanted, accept it with --accept date --by NAME --reason TEXT. It then is the base of the next run.',
  QUERY_GATE_FAILED: 'See the cause of each namespace, mend it, and start the next attempt.',
  TRANSFORMATION_GATE_FAILED:
    'See `lexdelta rejected <run> --by-rule`, mend the causes, and start the next attempt. No hash was written.',
  FILL_RATE_DROPPED:
    'Find out why the field is empty: a mapping, or Lex. If it is right so, accept it with --accept fill. No hash was written.',
  NAMESPACE_EMPTIED: 'Check Lex. If the namespace is really empty, accept it with --accept removals.',
  LEDGER_MISMATCH: 'Nothing was published. Keep the data folder and report this: it is a defect.',
  RUN_SUPERSEDED: 'Another process runs this execution, or took its lock. This one changed nothing more.',
  HEAD_MOVED: 'Another run published meanwhile. Start a new attempt.',
  REBUILD_UNFINISHED: 'Run `lexdelta hashes rebuild` again: it starts over. Then start the run.',
  PLAN_INVALID: 'Start a new attempt. The plan of this one cannot be read.',
  // Lex
  LEX_UNREACHABLE: 'The step is retried. If it keeps failing, check the Lex URL and the interface endpoint.',
  LEX_BUSY: 'The step is retried after the time that Lex asked for.',
  LEX_TIMEOUT: 'The step is retried. If it keeps failing, Lex is too slow for the time limit.',
  LEX_BODY_CUT: 'The page is read again.',
  LEX_PAGE_SHORT: 'The page is read again. Lex named more documents than it gave.',
  LEX_SNAPSHOT_GONE: 'The page is read again, without the snapshot.',
  LEX_NAMESPACE_UNKNOWN: 'Check the namespace in the input, and the Lex URL.',
  LEX_UNAUTHORIZED: 'Check the token (environment variable LEXDELTA_LEX_TOKEN).',
  LEX_TOKEN_MISSING: 'Put the token into the secret: as its whole text, or as the field `token` of a JSON object.',
  LEX_BAD_REQUEST: 'Check query_batch_size against the maximum that Lex allows.',
  LEX_ANSWER_INVALID: 'Check that the Lex URL points at a Lex, and its version.',
  LEX_WRONG_NAMESPACE: 'Lex answered for another namespace. Check its routing.',
  LEX_REDIRECTED: 'A redirect to another origin is not followed. Check the Lex URL.',
  LEX_OUT_OF_ORDER: 'Lex must list documents in ascending id. The page is left out, its documents keep what they had.',
  LEX_FOLDER_INVALID: 'Check the folder: one file `<namespace>.ndjson` a namespace, ascending id.',
  // Enrichment
  ENTITY_SERVICE_UNREACHABLE:
    'The message is tried again later. If it keeps failing, check the URL of the entity service and the network.',
  ENTITY_SERVICE_BUSY: 'The message is tried again later, after the time that the entity service asked for.',
  ENTITY_SERVICE_UNAUTHORIZED: 'Check the token (environment variable LEXDELTA_ENTITY_TOKEN). No message was lost.',
  ENTITY_SERVICE_REFUSED:
    'See `lexdelta entities dead`; when the service takes the question, `lexdelta entities retry` asks again.',
  ENTITY_ANSWER_INVALID:
    'Have the entity service answer as docs/entity-service.md says, then `lexdelta entities retry` asks again.',
  GLEIF_NOT_IMPORTED: 'Import a golden copy first: `lexdelta entities import --gleif FILE`.',
  DOCUMENT_NOT_CANONICAL: 'The document has no canonical form. Mend it in Lex; it is rejected until then.',
  // Stores
  STORE_BUSY: 'Another process holds the write lock of the data folder. End that process, then start again.',
  STORE_FULL: 'Make room on the disk, then start the same command again: the run goes on.',
  STORE_WRITE_FAILED:
    'Check the disk (its errors stand in the system log), then start the same command again: the run goes on.',
  STORE_READ_ONLY:
    'Give this user the right to write to what is named above. To read only, a copy of the data folder will do as well.',
  STORE_FORMAT_NEWER: 'The data folder was written by a newer lexdelta. Use that version, or another --data folder.',
  STORE_CORRUPT:
    'What helps depends on what is damaged: what is published, and the data folder as a whole, come back from a backup; records of an attempt are made again by a new one (docs/runbook.md, backup and restore).',
  STORE_KEY_INVALID: 'A key is relative, has no empty or dotted part, and at most 1,024 bytes.',
  STORE_ITEM_INVALID: 'Mend that item in the table, or import it again. Then start a new attempt.',
  STORE_THROTTLED:
    'A step tries again by itself. If it keeps failing, raise the warm throughput of the table or the quota that AWS names.',
  STORE_UNREACHABLE:
    'A step tries again by itself. If it keeps failing, check the network (VPC endpoint, proxy), the region and the AWS status page.',
  STORE_ACCESS_DENIED:
    'Give the role that AWS names the right that AWS names, on that resource and in the endpoint policy.',
  STORE_KMS_DENIED: 'Check that the key is enabled and that its policy lets that role use it through this service.',
  STORE_MISSING: 'Check the name, the account and the region; deploy the stack if it is not there.',
  AWS_REGION_UNKNOWN: 'Give --region, AWS_REGION, or a profile (AWS_PROFILE) that has a region.',
  STACK_UNKNOWN: 'Check the name, the region (--region, AWS_REGION) and the account (AWS_PROFILE).',
  STACK_INCOMPLETE:
    'Check the name; deploy the stack again if its deployment failed; use the lexdelta that deployed it.',
  AWS_CREDENTIALS_INVALID: 'Sign in again (for example `aws sso login`), then start the same command again.',
  DELTA_CHANGED: 'A page object changed after it was planned. Start a new attempt.',
  PUBLISHED_CONFLICT: 'Start a new attempt. Published files are never replaced.',
  PUBLISHED_BUSY: 'The step is retried: another writer holds the key.',
  NO_TABLE_FOR_DATE: 'See `lexdelta runs` for the dates that have a table.',
  POINTER_WRONG:
    'Write it again from what was published: `lexdelta pointers rebuild`. Until then nothing is read for that date.',
  NO_MASTER_TABLES: 'Deliver Table A-3 alone (--tables a3). Dates published from now on have all three.',
  DELIVERY_FAULTY:
    'Nothing was delivered. Mend these at their source and publish the date again; values may be delivered as they are with --allow-faults.',
  TABLE_DELETED:
    'See `lexdelta retention --dry-run` for the dates that stay, and the record below `retention/` for what it was.',
  TEXT_DELETED:
    'Its length and SHA-256 stay. Ask Lex for the document; `rawTextDays` says how long such texts are kept.',
  AGREEMENT_UNKNOWN:
    'Check the spelling, and the namespace and the days that were asked for. If it is in Lex, see `lexdelta show` of the last run: was all of it read?',
  // Engine
  DEFINITION_INVALID: 'Mend the state machine definition. Only the declared part of the States Language is run.',
  EXPRESSION_INVALID: 'Mend the expression. Only the declared part of the expression language is run.',
  EXECUTION_EXISTS: 'Use another execution name.',
  EXECUTION_UNKNOWN: 'Check the execution name.',
} as const;

/** In the place of the repair of `STORE_CORRUPT`, by what is damaged. */
const CORRUPT_REPAIRS = {
  published:
    'It is a published copy, which every new attempt reads again: restore this very file from a backup. `lexdelta verify <date>` proves that it is the right one (docs/runbook.md, backup and restore).',
  kept: 'It is no file of an attempt, so a new attempt does not mend it: restore this very file from a backup (docs/runbook.md, backup and restore).',
  lmdb: 'No command can work with it: restore the data folder from a backup, or begin again from what is published (docs/runbook.md, backup and restore).',
  records:
    'Start a new attempt. If that fails by the same file, it belongs to the table in force: restore it from a backup, or run `lexdelta hashes rebuild`.',
  working: 'It is a file of this attempt alone. Start a new attempt.',
} as const;

/** Names of files in backquotes, as sentences have them. The working files of an attempt begin with its date. */
const DAMAGED: readonly (readonly [RegExp, keyof typeof CORRUPT_REPAIRS])[] = [
  [/`published\//, 'published'],
  [/`(?:holds|look-ups|replay|retention)\//, 'kept'],
  [/`[^`]*\bdata\.mdb`/, 'lmdb'],
  [/`records\//, 'records'],
  [/`(?:\d{4}-\d{2}-\d{2}|execution_input)\//, 'working'],
];

/** @param what the sentence that says what happened */
export function repairOf(code: ErrorCode, what: string): string {
  if (code !== 'STORE_CORRUPT') return REPAIRS[code];
  const found = DAMAGED.find(([pattern]) => pattern.test(what));
  return found === undefined ? REPAIRS.STORE_CORRUPT : CORRUPT_REPAIRS[found[1]];
}

/** Every repair that a code may come with. */
export function repairsOf(code: ErrorCode): readonly string[] {
  return code === 'STORE_CORRUPT' ? [REPAIRS.STORE_CORRUPT, ...Object.values(CORRUPT_REPAIRS)] : [REPAIRS[code]];
}

export type ErrorCode = keyof typeof REPAIRS;
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** `message` = code, what happened, repair. `details` holds ids and counts, never document contents. */
export abstract class LexdeltaError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** What happened, without the code and the repair: a full sentence from the user's side. */
  readonly what: string;
  constructor(code: ErrorCode, what: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(`[${code}] ${what} ${repairOf(code, what)}`, options);
    this.code = code;
    this.what = what;
    this.details = details;
  }
}

/** The same input may succeed later: `Retry` in both machines names this error. Literal, so bundling keeps it. */
export class TransientError extends LexdeltaError {
  override readonly name = 'TransientError';
}

/** The same input will fail again: no `Retry`, the run fails and says why. */
export class PermanentError extends LexdeltaError {
  override readonly name = 'PermanentError';
}

/** True for a Node system error with this `code`, for example `ENOENT`. */
export function hasErrno(error: unknown, errno: string): boolean {
  return error instanceof Error && 'code' in error && error.code === errno;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
