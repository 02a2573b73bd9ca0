/** ISO 17442 check digits, straight from table-a3.md section 8. */
const FORM = /^[A-Z0-9]{18}(0[2-9]|[1-8][0-9]|9[0-8])$/;

/** Whether the rule for LEIs applies at all: exactly 20 letters and digits. */
export function looksLikeLei(identifier: string): boolean {
  return /^[A-Za-z0-9]{20}$/.test(identifier);
}

export function isLei(text: string): boolean {
  return FORM.test(text) && asNumber(text) % 97n === 1n;
}

/** @param stem 18 of `A-Z` and `0-9` */
export function completeLei(stem: string): string {
  const digits = 98n - (asNumber(`${stem}00`) % 97n);
  return `${stem}${digits.toString().padStart(2, '0')}`;
}

function asNumber(text: string): bigint {
  return BigInt([...text].map((c) => Number.parseInt(c, 36)).join(''));
}
