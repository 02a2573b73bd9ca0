/**
 * State `ValidateNamespacesQueryingProcess`: the query gate, over all namespaces of the run and its iterations.
 * A pure function of its input.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { GateResult, NamespaceCounts, ValidateQueryInput, ValidateQueryOutput } from '../job/contracts.ts';
import { documentsRead, isAccepted, isListedWhole, queriedShare, queryGate } from '../job/gates.ts';

export async function validateQuery(input: ValidateQueryInput): Promise<ValidateQueryOutput> {
  const { query_percentage_success: threshold, iteration, max_query_iterations } = input;
  const all = [...input.kept, ...input.results].sort((a, b) => compareBytes(a.namespace, b.namespace));
  const gate = queryGate(all, threshold);
  const below = all.filter((one) => queriedShare(one) < threshold);
  if (gate.passed) return passed(gate, all, below);
  if (iteration < max_query_iterations) return retry(gate, all, below);
  const cause = causeOf(gate, all, below, iteration);
  if (!isAccepted(input.overrides, 'query')) {
    return { gate, decision: 'fail', retry: [], kept: all, warnings: warningsOf(all), cause };
  }
  return { ...passed({ ...gate, accepted: true }, all, below), cause };
}

function passed(
  gate: GateResult,
  all: readonly NamespaceCounts[],
  below: readonly NamespaceCounts[],
): ValidateQueryOutput {
  const shortfalls = below.map((one) => `${sharePhrase(one)}: below ${gate.threshold}.`);
  return { gate, decision: 'pass', retry: [], kept: all, warnings: [...shortfalls, ...warningsOf(all)], cause: null };
}

/** The namespaces below their own share; none is, because a total is unknown or rounding hides it: the lowest. */
function retry(
  gate: GateResult,
  all: readonly NamespaceCounts[],
  below: readonly NamespaceCounts[],
): ValidateQueryOutput {
  // A run has at least one namespace, or its gate would have passed.
  const lowest = all.reduce((least, one) => (rank(one) < rank(least) ? one : least));
  const again = new Set(below.length > 0 ? below : [lowest]);
  return {
    gate,
    decision: 'retry',
    retry: [...again].map(({ namespace }) => namespace),
    kept: all.filter((one) => !again.has(one)),
    warnings: [],
    cause: null,
  };
}

/** An unknown total comes before everything else. */
function rank(counts: NamespaceCounts): number {
  return counts.total_docs === null ? -1 : queriedShare(counts);
}

/** What an operator should know of namespaces that passed. */
function warningsOf(all: readonly NamespaceCounts[]): readonly string[] {
  return all.flatMap((one) => {
    const { namespace, total_docs, total_docs_queried, gaps, cause, removals_held, unreadable } = one;
    const warnings: string[] = [];
    const isWhole = isListedWhole(one);
    if (!isWhole && total_docs !== null)
      warnings.push(`${namespace}: not complete${gapsPhrase(gaps)}${because(cause)}.`);
    if (unreadable > 0) warnings.push(unreadablePhrase(one));
    if (isWhole && total_docs !== null && total_docs !== total_docs_queried) {
      warnings.push(`${namespace}: Lex counted ${total_docs} documents, and listed ${total_docs_queried}.`);
    }
    if (removals_held > 0) warnings.push(`${namespace}: ${removals_held} removals were held back.`);
    return warnings;
  });
}

function unreadablePhrase({ namespace, unreadable, total_docs_queried }: NamespaceCounts): string {
  const of = `${unreadable} of ${total_docs_queried} lines`;
  return `${namespace}: ${of} could not be read; their documents keep what they had.`;
}

/** None where Lex broke its order, or cannot tell its rows apart. */
function gapsPhrase(gaps: number): string {
  return gaps === 0 ? '' : `, ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`;
}

function causeOf(
  { numerator, denominator, ratio, threshold }: GateResult,
  all: readonly NamespaceCounts[],
  below: readonly NamespaceCounts[],
  iteration: number,
): string {
  const times = iteration === 1 ? '1 iteration' : `${iteration} iterations`;
  const told = below.length > 0 ? below : all;
  const lacking = [
    ...unaskedPhrases(told),
    ...told.filter((one) => one.total_docs !== null).map((one) => `${sharePhrase(one)}${because(reasonOf(one))}`),
  ];
  const share = `${numerator} of ${denominator} documents were read, ${percent(ratio)} where ${percent(threshold)} are needed`;
  return `After ${times} ${share}: ${lacking.join('; ')}.`;
}

/** Why documents were not read: a cause of its own, unreadable lines, or both. */
function reasonOf({ unreadable, cause }: NamespaceCounts): string | null {
  if (unreadable === 0) return cause;
  const lines = `${unreadable} ${unreadable === 1 ? 'line' : 'lines'} unreadable`;
  return cause === null ? lines : `${lines}; ${cause}`;
}

/** Namespaces whose total is unknown, together where the cause is the same: a Lex that is away is away for all. */
function unaskedPhrases(all: readonly NamespaceCounts[]): readonly string[] {
  const byCause = Map.groupBy(
    all.filter((one) => one.total_docs === null),
    (one) => one.cause,
  );
  return [...byCause].map(([cause, some]) => {
    const names = some.map(({ namespace }) => namespace).join(', ');
    return `Lex could not be asked how many documents it has for ${names}${because(cause)}`;
  });
}

function sharePhrase(counts: NamespaceCounts): string {
  const { namespace, total_docs } = counts;
  if (total_docs === null) return `${namespace}: nobody knows how many documents it has`;
  return `${namespace}: ${documentsRead(counts)} of ${total_docs} (${percent(queriedShare(counts))})`;
}

/** Cut, never rounded up: 89.99 % must not read as the 90 % that are needed. */
function percent(share: number): string {
  return `${Math.floor(share * 10_000 + 1e-6) / 100} %`;
}

function because(cause: string | null): string {
  return cause === null ? '' : ` (${cause.replace(/\.$/, '')})`;
}
