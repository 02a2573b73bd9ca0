/** What a run needs to know beside its input. The command line makes it from flags, environment, files and defaults. */
import type { Severity } from '../agreements/transformed.ts';
import type { RetentionPolicy } from '../job/retention-policy.ts';
import type { ShardLimits } from '../publish/shard-layout.ts';

export interface RuntimeConfig {
  /** Absolute path of the data folder. */
  readonly dataFolder: string;
  /** URL or folder of Lex; `null` for commands that do not read it. */
  readonly lex: string | null;
  /** Bearer token for Lex, from the environment variable LEXDELTA_LEX_TOKEN alone. */
  readonly lexToken: string | null;
  readonly lexTimeouts: {
    /** Until the answer begins, and between two pieces of it. */
    readonly idleMs: number;
    /** For one whole answer. */
    readonly totalMs: number;
  };
  /** Severities that differ from the rules' defaults, by rule id. */
  readonly rules: Readonly<Record<string, Severity>>;
  /** Further namespaces: name → absolute path of its module (its default export). */
  readonly namespaceModules: Readonly<Record<string, string>>;
  /** Worker threads for reading and transforming; at least 1. */
  readonly threads: number;
  /** How long the job keeps what it has published. */
  readonly retention: RetentionPolicy;
  /** Nobody but tests gives it. */
  readonly workLimits?: WorkLimits;
}

/** Where work is cut into parts, as the steps name it; absent: where they cut it. Small parts let few documents meet every border. */
export interface WorkLimits {
  /** Bytes of page objects a slice. */
  readonly sliceBytes?: number;
  /** Of shards. */
  readonly limits?: ShardLimits;
  /** Slice outputs a list. */
  readonly listEntries?: number;
  /** After so long a call hands back its cursor; 0: after its first piece of work. */
  readonly turnMs?: number;
}
