/** A generated namespace of `mac` documents of about 2.4 KB, as Lex lists it on day one and on day two. */
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** Every hundredth document has another governing law on day two. */
export const CHANGED_EVERY = 100;

const PADDING = Array.from({ length: 24 }, (_, i) => ({
  clause: `${i + 1}.${(i * 7) % 10}`,
  heading: `Provision ${i + 1} of the schedule`,
  state: i % 3 === 0 ? 'amended' : 'as printed',
}));

export function lexId(index: number): string {
  return `mac-${String(index).padStart(10, '0')}`;
}

/** One document as Lex sends it, without line end. */
export function makeDocument(index: number, day: 1 | 2): string {
  const changed = day === 2 && index % CHANGED_EVERY === 0;
  return JSON.stringify({
    lexId: lexId(index),
    revision: changed ? 8 : 7,
    agreement: {
      agreementId: `MAC-${index}`,
      form: 'ISDA Master Agreement 2002',
      executedOn: `20${String(10 + (index % 10))}-01-25`,
      governingLaw: changed ? 'England' : 'New York',
      parties: [
        { role: 'RECORDS_ENTITY', entityId: 'KD3XUN7C6T14HNAYLU02', legalName: 'Goldman Sachs Bank USA' },
        { role: 'COUNTERPARTY', entityId: `C-${index % 5000}`, legalName: `Counterparty ${index % 5000}` },
      ],
      crossDefault: { applies: false, entityIds: [] },
      creditEnhancement: { forRecordsEntity: { applies: false }, forCounterparty: { applies: false } },
      annexes: [],
      schedule: PADDING,
    },
    audit: { retrievedAt: '2021-10-20T01:02:03Z', viewCount: 12 },
  });
}

/** Writes `<folder>/mac.ndjson` as of day two unless it is there. */
export async function writeNamespace(folder: string, documents: number): Promise<void> {
  const file = join(folder, 'mac.ndjson');
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  const out = createWriteStream(`${file}.partial`, { highWaterMark: 1 << 20 });
  for (let start = 0; start < documents; start += 1000) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(start + 1000, documents); i += 1) lines.push(`${makeDocument(i, 2)}\n`);
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  renameSync(`${file}.partial`, file);
}
