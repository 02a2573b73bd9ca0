/** The counts of a step's output: its numbers and yes-or-noes, lists by their length. Texts stay out of the log. */
export type Counts = { readonly [field: string]: number | boolean | Counts };

/** An output's counts lie at most so deep: `counts.new`, `gate.ratio`. */
const MAX_DEPTH = 2;

export function countsOf(output: unknown, depth = MAX_DEPTH): Counts {
  if (typeof output !== 'object' || output === null) return {};
  const counts: Record<string, number | boolean | Counts> = {};
  for (const [field, value] of Object.entries(output)) {
    if (field === 'cursor') continue;
    if (typeof value === 'number' || typeof value === 'boolean') counts[field] = value;
    else if (Array.isArray(value)) counts[field] = value.length;
    else if (typeof value === 'object' && value !== null && depth > 1) counts[field] = countsOf(value, depth - 1);
  }
  return counts;
}
