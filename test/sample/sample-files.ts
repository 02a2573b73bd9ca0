/** Reads the committed sample for the tests. */
import { readFileSync } from 'node:fs';
import { NAMESPACES, type Namespace, readSampleSource } from '../../scripts/sample/source.ts';

export const SAMPLE = new URL('../../sample/', import.meta.url);
export const DAYS = ['day-1', 'day-2'] as const;
export type DayName = (typeof DAYS)[number];

export interface SampleDocument {
  readonly namespace: Namespace;
  readonly lexId: string;
  /** The A3.3 of its one agreement. */
  readonly agreementId: string;
  readonly line: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export const source = readSampleSource(SAMPLE);

export function sampleText(path: string): string {
  return readFileSync(new URL(path, SAMPLE), 'utf8');
}

/** A day's documents, in the order of the namespaces and files. */
export function sampleDocuments(day: DayName): readonly SampleDocument[] {
  return NAMESPACES.flatMap((namespace) =>
    sampleText(`lex/${day}/${namespace}.ndjson`)
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const body = JSON.parse(line) as SampleDocument['body'];
        const lexId = field({ body }, LEX_ID[namespace]) as string;
        return { namespace, line, body, lexId, agreementId: field({ body }, AGREEMENT_ID[namespace]) as string };
      }),
  );
}

/** The value at a path of keys and indexes joined by dots; `undefined` where there is none. */
export function field({ body }: Pick<SampleDocument, 'body'>, path: string): unknown {
  const keys = path.split('.');
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], body);
}

const LEX_ID = { mac: 'lexId', docman: 'doc_id', pwm: 'id', cct: 'k' } as const;
const AGREEMENT_ID = {
  mac: 'agreement.agreementId',
  docman: 'agreement_ref',
  pwm: 'agreements.0.ref',
  cct: 'ag.id',
} as const;
