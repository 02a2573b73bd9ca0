/** Finds the id in a raw document, in most cases without parsing it. */

/** The field that holds the id, per built-in namespace. */
export const BUILT_IN_ID_FIELDS: Readonly<Record<string, string>> = {
  mac: 'lexId',
  docman: 'doc_id',
  pwm: 'id',
  cct: 'k',
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** @returns a function that gives the UTF-8 bytes of a row's id, or `null` when the row has none that can be read */
export function createIdReader(field: string): (row: Buffer) => Buffer | null {
  const name = Buffer.from(JSON.stringify(field));
  const prefix = Buffer.concat([Buffer.from('{'), name, Buffer.from(':"')]);
  return (row) => {
    const isAtStart = row.length > prefix.length && row.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
    const end = isAtStart ? row.indexOf(QUOTE, prefix.length) : -1;
    if (end === -1) return parseId(row, field);
    const id = row.subarray(prefix.length, end);
    // An escape must be undone, and of two members of one name the last counts: both are left to the parser.
    if (id.includes(BACKSLASH) || row.indexOf(name, end) !== -1) return parseId(row, field);
    return id;
  };
}

function parseId(row: Buffer, field: string): Buffer | null {
  try {
    const document: unknown = JSON.parse(row.toString());
    if (typeof document !== 'object' || document === null) return null;
    const id: unknown = Object.getOwnPropertyDescriptor(document, field)?.value;
    return typeof id === 'string' ? Buffer.from(id) : null;
  } catch {
    return null;
  }
}
