/** The two days: day one as filed, day two with the committed corrections. */
import { compareBytes } from '../../src/agreements/byte-order.ts';
import { type Document, documentOf } from './shapes.ts';
import { type Mended, NAMESPACES, type Namespace, type SampleSource, type SourceAgreement } from './source.ts';
import { namespaceOf } from './split.ts';

const READ_ON_DAY_1 = '2021-10-20T01:02:03Z';
const READ_ON_DAY_2 = '2021-10-21T01:02:03Z';

/** A namespace's documents as NDJSON: ascending lex id, each line ending in a line feed. */
export type Day = Readonly<Record<Namespace, string>>;

export function dayOne(source: SampleSource): Day {
  return ndjson(
    source.agreements.map((agreement) => {
      const namespace = namespaceOf(agreement, source.reading, source.laws);
      const filing = { namespace, revision: 1, readAt: READ_ON_DAY_1 };
      return { namespace, document: documentOf(agreement, filing, source) };
    }),
  );
}

export function dayTwo(source: SampleSource): Day {
  const { filed_again, saved_in_other_key_order, only_read } = source.dayTwo;
  const corrected = mendedAgreements(source);
  return ndjson(
    source.agreements.map((agreement, index) => {
      const mended = corrected[index] ?? agreement;
      const before = namespaceOf(agreement, source.reading, source.laws);
      const namespace = filed_again.find(({ agreement: id }) => id === agreement.id)?.to ?? before;
      const isRead = mended !== agreement || namespace !== before || only_read.includes(agreement.id);
      const filing = {
        namespace,
        revision: mended === agreement ? 1 : 2,
        readAt: isRead ? READ_ON_DAY_2 : READ_ON_DAY_1,
      };
      const document = documentOf(mended, filing, source);
      return { namespace, document: saved_in_other_key_order.includes(agreement.id) ? reversed(document) : document };
    }),
  );
}

/** All agreements as of the second day, in the order of the source. Untouched ones are the same objects. */
export function mendedAgreements({ agreements, dayTwo: { mended } }: SampleSource): readonly SourceAgreement[] {
  return agreements.map((agreement) => mended.filter((one) => one.agreement === agreement.id).reduce(mend, agreement));
}

/** @throws Error when the agreement does not hold what the correction says it held */
function mend(agreement: SourceAgreement, correction: Mended): SourceAgreement {
  const found =
    correction.field === 'parties'
      ? agreement.parties.includes(correction.was)
      : agreement[correction.field] === correction.was;
  if (!found) throw new Error(`${agreement.id}: \`${correction.field}\` does not hold \`${correction.was}\`.`);
  if (correction.field !== 'parties') return { ...agreement, [correction.field]: correction.is };
  return {
    ...agreement,
    parties: agreement.parties.flatMap((party) => (party === correction.was ? correction.is : [party])),
  };
}

function ndjson(filed: readonly { readonly namespace: Namespace; readonly document: Document }[]): Day {
  const lines = (namespace: Namespace): string =>
    filed
      .filter((one) => one.namespace === namespace)
      .map(({ document }) => document)
      .sort((a, b) => compareBytes(a.lexId, b.lexId))
      .map(({ body }) => `${JSON.stringify(body)}\n`)
      .join('');
  return Object.fromEntries(NAMESPACES.map((namespace) => [namespace, lines(namespace)])) as Record<Namespace, string>;
}

/** The same content with the keys of every object in the opposite order. */
function reversed({ lexId, body }: Document): Document {
  return { lexId, body: reversedKeys(body) as Document['body'] };
}

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  );
}
