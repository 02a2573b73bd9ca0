/** `███████░░░`; empty for an unknown share. Full only when all is done. */
export function progressBar(done: number, total: number | null, width: number): string {
  if (total === null) return '░'.repeat(width);
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
