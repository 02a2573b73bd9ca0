const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A bar a value, the highest of them full; `·` where there is none. All zero: all low. */
export function sparkline(values: readonly (number | null)[]): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return '·';
      const level = highest === 0 ? 0 : Math.round((value / highest) * (BARS.length - 1));
      return BARS[Math.max(0, level)] ?? BARS[0];
    })
    .join('');
}
