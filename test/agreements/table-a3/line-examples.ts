/** For every rule about a line of Lex: one that breaks it, and one that comes near and keeps it. */
import { MAX_ID_BYTES } from '../../../src/agreements/extract-id.ts';

export interface LineExample {
  readonly rule: string;
  readonly breaks: Buffer;
  readonly keeps: Buffer;
}

const line = (rule: string, breaks: string | readonly number[], keeps: string): LineExample => {
  return {
    rule,
    breaks: typeof breaks === 'string' ? Buffer.from(breaks) : Buffer.from(breaks),
    keeps: Buffer.from(keeps),
  };
};

const nested = (levels: number) => `{"lexId":"a","b":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const LATIN_1_E = 0xe9;

/** `lexId` is the id. */
export const LINE_EXAMPLES: readonly LineExample[] = [
  line('LEX-invalid-utf8', [...Buffer.from('{"lexId":"'), LATIN_1_E, ...Buffer.from('"}')], '\ufeff{"lexId":"é"}'),
  line('LEX-unparsable', '{"lexId":"a"', '{"lexId":"a"} \r'),
  line('LEX-not-an-object', '["lexId"]', '{"lexId":"a","b":["lexId"]}'),
  line('LEX-no-id', '{"lexId":""}', '{"lexId":"0"}'),
  line('LEX-bad-id', `{"lexId":"${'x'.repeat(MAX_ID_BYTES + 1)}"}`, `{"lexId":"${'x'.repeat(MAX_ID_BYTES)}"}`),
  line('LEX-lone-surrogate', '{"lexId":"a","b":"\\ud83d"}', '{"lexId":"a","b":"\\ud83d\\ude00"}'),
  line('LEX-too-deep', nested(5_000), nested(900)),
  line('LEX-number-too-large', '{"lexId":"a","b":1e999}', '{"lexId":"a","b":1e308}'),
];
