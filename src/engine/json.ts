/** Plain JSON data, and the one size limit that Step Functions puts on all of it. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Step Functions: input and output of a task, state or execution, in UTF-8 bytes of JSON text (256 KiB). */
export const MAX_DATA_BYTES = 262_144;

export function isJsonObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is once it has been sent as JSON text; what JSON cannot say (`undefined`) becomes null. */
export function throughJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
}

export function isWithinDataLimit(text: string): boolean {
  // A UTF-16 unit is at most 3 UTF-8 bytes, so that most texts need no counting.
  return text.length * 3 <= MAX_DATA_BYTES || Buffer.byteLength(text) <= MAX_DATA_BYTES;
}
