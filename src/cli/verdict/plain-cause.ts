import { type ErrorCode, REPAIRS, repairsOf } from '../../errors.ts';

/** A failed function's error as AWS and the embedded engine record it: JSON with its message inside. */
const FUNCTION_ERROR =
  /\w+: ?\{"errorType":"[^"]*","errorMessage":"((?:[^"\\]|\\.)*)"(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}?/g;
/** The same without the name in front, or cut off in the middle. */
const BARE_ERROR = /\{"errorType":"[^"]*","errorMessage":"((?:[^"\\]|\\.)*)"?(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}?/g;

/** The text with the message in place of such JSON, and without the repairs that follow codes: one of them is enough. */
export function plainCause(text: string): string {
  const unwrap = (whole: string, message: string): string => {
    try {
      return JSON.parse(`"${message}"`) as string;
    } catch {
      return whole;
    }
  };
  const plain = text.replace(FUNCTION_ERROR, unwrap).replace(BARE_ERROR, unwrap);
  const codes = new Set([...plain.matchAll(/\[([A-Z_]+)\]/g)].map(([, code]) => code as ErrorCode));
  return [...codes].reduce((rest, code) => {
    if (!Object.hasOwn(REPAIRS, code)) return rest;
    // Where the cause stands in brackets its last full stop is gone.
    return repairsOf(code).reduce(
      (left, repair) => left.replaceAll(` ${repair}`, '').replaceAll(` ${repair.replace(/\.$/, '')}`, ''),
      rest,
    );
  }, plain);
}
