/** Documents as text, in the hands of several writers: same content, other bytes. */
import type { Random } from './random.ts';

export interface Writing {
  readonly comma: string;
  readonly colon: string;
  /** Everything but ASCII as `\uXXXX`, as `json.dumps` does. */
  readonly escapesAll: boolean;
  readonly order: 'given' | 'reversed' | 'shuffled';
  /** Whole numbers now and then with a fraction or an exponent. */
  readonly oddNumbers: boolean;
}

export const COMPACT: Writing = { comma: ',', colon: ':', escapesAll: false, order: 'given', oddNumbers: false };

export function chooseWriting(random: Random): Writing {
  const dumps = { comma: ', ', colon: ': ', escapesAll: true };
  return {
    ...random.pick([
      COMPACT,
      COMPACT,
      dumps,
      { comma: ', ', colon: ': ', escapesAll: false },
      { comma: '\t,', colon: ' :  ', escapesAll: false },
    ]),
    order: random.pick(['given', 'given', 'reversed', 'shuffled']),
    oddNumbers: random.chance(0.1),
  };
}

/** One line, without line end. */
export function writeJson(value: unknown, writing: Writing, random: Random): string {
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, writing, random)).join(writing.comma)}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${writeText(key, writing)}${writing.colon}${writeJson(item, writing, random)}`);
    return `{${inOrder(members, writing, random).join(writing.comma)}}`;
  }
  if (typeof value === 'string') return writeText(value, writing);
  if (typeof value === 'number' && writing.oddNumbers && Number.isSafeInteger(value) && random.chance(0.5)) {
    return random.pick([`${value}.0`, value.toExponential(), value.toExponential().replace('e+', 'E+0')]);
  }
  return JSON.stringify(value);
}

function inOrder(members: readonly string[], writing: Writing, random: Random): readonly string[] {
  if (writing.order === 'given') return members;
  return writing.order === 'reversed' ? members.toReversed() : random.shuffle(members);
}

function writeText(text: string, writing: Writing): string {
  const json = JSON.stringify(text);
  if (!writing.escapesAll) return json;
  return json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same document over many lines: a line end and blanks at each place between tokens. Only for JSON arrays. */
export function spreadOverLines(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => {
    if (token === ':') return ' : ';
    return '{[,'.includes(token) ? `${token}\r\n\t ` : token === '}' || token === ']' ? `\n${token}` : token;
  });
}
