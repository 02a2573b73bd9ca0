/** What verification finds wrong: the first faults of each claim, and how many there are. */
import { LexdeltaError } from '../../errors.ts';

/** What a verification shows, in the order in which it is told. */
export const CLAIMS = [
  'manifest',
  'files',
  'rows',
  'rejected',
  'texts',
  'parquet',
  'uses',
  'changes',
  'ledger',
  'findings',
  'masters',
] as const;

export type Claim = (typeof CLAIMS)[number];

export interface Fault {
  readonly claim: Claim;
  /** Path below the day's folder; of what lies elsewhere (its base, its pointer) the key. */
  readonly file: string;
  /** From 1; `null`: of the file as a whole. */
  readonly line: number | null;
  /** Goes on where the file's name ends: what is there, and what was expected. Never a value of a field. */
  readonly what: string;
}

/** Faults of a claim that are told one by one. */
const TOLD = 20;

export class Faults {
  readonly #told = new Map<Claim, Fault[]>();
  readonly #counts = new Map<Claim, number>();

  add(claim: Claim, file: string, line: number | null, what: string): void {
    const told = this.#told.get(claim) ?? [];
    this.#told.set(claim, told);
    if (told.length < TOLD) told.push({ claim, file, line, what });
    this.#counts.set(claim, this.count(claim) + 1);
  }

  /** Takes over what another collection has. */
  addAll(others: Faults): void {
    for (const claim of CLAIMS) {
      const told = others.#told.get(claim) ?? [];
      for (const { file, line, what } of told) this.add(claim, file, line, what);
      const untold = others.count(claim) - told.length;
      if (untold > 0) this.#counts.set(claim, this.count(claim) + untold);
    }
  }

  /** Those of some claims. */
  only(isKept: (claim: Claim) => boolean): Faults {
    const kept = new Faults();
    for (const claim of CLAIMS.filter(isKept)) {
      kept.#told.set(claim, [...(this.#told.get(claim) ?? [])]);
      kept.#counts.set(claim, this.count(claim));
    }
    return kept;
  }

  /** Of one claim, or of all. */
  count(claim?: Claim): number {
    if (claim !== undefined) return this.#counts.get(claim) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** In the order of the claims, each in the order it was found in. */
  get told(): readonly Fault[] {
    return CLAIMS.flatMap((claim) => this.#told.get(claim) ?? []);
  }
}

/** What a reader says of a damaged file, without the file's name; `null`: the error is of another kind. */
export function damageOf(error: unknown, key: string): string | null {
  if (!(error instanceof LexdeltaError) || error.code !== 'STORE_CORRUPT') return null;
  const name = `\`${key}\` `;
  return (error.what.startsWith(name) ? error.what.slice(name.length) : error.what).replace(/\.$/, '');
}
