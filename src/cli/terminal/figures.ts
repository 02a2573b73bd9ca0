/** Figures as people read them. */

/** `1,234,567` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 document`, `2 documents` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `999 bytes`, `1.2 kB`, `34 MB`: decimal, as disks and buckets are sold. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte');
  const [unit, word] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = bytes / unit;
  return `${value < 10 ? (Math.round(value * 10) / 10).toLocaleString('en-US') : count(Math.round(value))} ${word}`;
}

/** `98.6 %`: rounded down, so that nothing short of all shows as `100 %`, nor anything below a threshold as the threshold. */
export function percent(ratio: number): string {
  return rounded(ratio, 1);
}

/** A share and its bound as {@link percent}, with as many digits as tell them apart: `84.91 %` and `84.97 %`. */
export function sharesApart(share: number, bound: number): readonly [share: string, bound: string] {
  const shown = (digits: number) => [rounded(share, digits), rounded(bound, digits)] as const;
  const differing = [1, 2, 3, 4, 6, 8].find((digits) => shown(digits)[0] !== shown(digits)[1]);
  return shown(differing ?? 1);
}

/** Down. */
function rounded(ratio: number, digits: number): string {
  const unit = 10 ** digits;
  const value = Math.floor(ratio * 100 * unit + 1e-7) / unit;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })} %`;
}

/** A threshold as it was given: `90 %`, `99.95 %`. */
export function exactPercent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(12)).toString()} %`;
}

/** `0.4s`, `41s`, `9m41s`, `2h05m` */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  const minutes = Math.round(whole / 60);
  return `${count(Math.floor(minutes / 60))}h${two(minutes % 60)}m`;
}

/** `2021-10-20 06:02:11 UTC` of an ISO time; what is none stays as it is. */
export function utcTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
