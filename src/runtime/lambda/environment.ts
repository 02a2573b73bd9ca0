/** The names that a function is given as environment variables. Checked once, all that are missing in one message. */
import { PermanentError } from '../../errors.ts';

export const VARIABLES = {
  jobStatsTable: 'LEXDELTA_JOB_STATS_TABLE',
  agreementHashTable: 'LEXDELTA_AGREEMENT_HASH_TABLE',
  queryCountsTable: 'LEXDELTA_QUERY_COUNTS_TABLE',
  governingLawTable: 'LEXDELTA_GOVERNING_LAW_TABLE',
  entityTable: 'LEXDELTA_ENTITY_TABLE',
  jobDailyDeltaBucket: 'LEXDELTA_JOB_DAILY_DELTA_BUCKET',
  jobDailyBatchProcessingBucket: 'LEXDELTA_JOB_DAILY_BATCH_PROCESSING_BUCKET',
  jobDailyA3DataBucket: 'LEXDELTA_JOB_DAILY_A3_DATA_BUCKET',
  enrichmentQueueUrl: 'LEXDELTA_ENRICHMENT_QUEUE_URL',
  lexUrl: 'LEXDELTA_LEX',
  /** ARN of the secret that holds Lex's token. */
  lexTokenSecret: 'LEXDELTA_LEX_TOKEN_SECRET',
  stateMachine: 'LEXDELTA_STATE_MACHINE',
  /** The job's input without its date, as JSON. */
  jobInput: 'LEXDELTA_JOB_INPUT',
  timeZone: 'LEXDELTA_TIME_ZONE',
  daysBack: 'LEXDELTA_DAYS_BACK',
  /** Dates of weekdays that are no business days, as a JSON list. */
  holidays: 'LEXDELTA_HOLIDAYS',
  /** How long things are kept, as JSON. */
  retention: 'LEXDELTA_RETENTION',
} as const;
export type VariableName = keyof typeof VARIABLES;

/** Severities that differ from the rules' defaults, as JSON; not given: none. */
export const RULES_VARIABLE = 'LEXDELTA_RULES';
/** PEM file of the authorities that Lex's certificate goes back to; not given: those that Node knows. */
export const LEX_CA_FILE_VARIABLE = 'LEXDELTA_LEX_CA_FILE';

/** @throws PermanentError `CONFIG_INVALID` */
export function readVariables<Name extends VariableName>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => (environment[VARIABLES[name]] ?? '') === '');
  if (missing.length > 0) {
    const list = missing.map((name) => VARIABLES[name]).join(', ');
    throw new PermanentError('CONFIG_INVALID', `The function lacks ${list} in its environment.`);
  }
  return Object.fromEntries(names.map((name) => [name, environment[VARIABLES[name]]!])) as Record<Name, string>;
}
