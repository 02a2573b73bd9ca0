/**
 * Three business days in which every right of every function is used at least once: small ones, of a handful of documents,
 * with everything in them that only happens now and then.
 */
import { hash } from 'node:crypto';
import { entityItem, lawItem } from '../../../src/agreements/make-look-up-items.ts';
import type { QueryNamespaceInput, TransformDocumentDataInput } from '../../../src/job/contracts.ts';
import { manifestKey, publishedFolder, recordsFolder } from '../../../src/publish/attempt-files.ts';
import { placeHold } from '../../../src/publish/retention/holds.ts';
import { asOfKey } from '../../../src/publish/write-as-of.ts';
import { replayKey } from '../../../src/steps/reprocess/replay-requests.ts';
import { changeLookUps } from '../../../src/stores/change-look-ups.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import { KNOWN, macDocument, pwmDocument } from '../../fixtures/documents.ts';

export type Documents = Readonly<Record<string, readonly object[]>>;

export interface Day {
  readonly date: string;
  /** What Lex holds when the run begins. */
  readonly documents: Documents;
  /** What Lex holds from the end of the first page on. */
  readonly documentsAfterOnePage?: Documents;
  /** Whether this slice fails, so that its output is absent. */
  readonly failsSlice?: (input: TransformDocumentDataInput) => boolean;
  /** Whether its table is cut into shards as if it were large. */
  readonly isCut?: boolean;
  /** Whether its table has files above 8 MiB, which go up in parts. */
  readonly isUploadedInParts?: boolean;
  /** What operators do before the run. */
  readonly before: (stores: JobStores) => Promise<void>;
}

/** Pages hold so few documents that there are several. */
export const PAGE_SIZE = 2;
/** Base64 takes three quarters of its size when it is packed: together these are more than a part of 8 MiB. */
const LARGE_TEXT_BYTES = 3 * 1024 * 1024;
const LARGE_DOCUMENTS = 3;
const LATE_PARTY = 'LATE-1';

const FIRST = [mac(10), mac(20), mac(30), mac(40), mac(50, { party: LATE_PARTY })];
const PWM = [pwm(10), pwm(20), pwm(30)];

export const DAYS: readonly Day[] = [
  {
    date: '2021-10-20',
    documents: { mac: FIRST, pwm: PWM },
    isCut: true,
    before: (stores) =>
      changeLookUps(stores, {
        entities: KNOWN.filter((item) => 'entity_key' in item),
        laws: KNOWN.filter((item) => 'law_key' in item),
      }),
  },
  {
    // One changed, one removed, one touched, one new, one that an operator asks for; one party has become known; a joint
    // breaks while Lex is read; a slice fails.
    date: '2021-10-21',
    documents: {
      mac: [mac(10, { revision: 8 }), mac(20, { views: 99 }), mac(40), mac(50, { party: LATE_PARTY }), mac(60)],
      pwm: PWM,
    },
    documentsAfterOnePage: {
      mac: [mac(5), mac(10, { revision: 8 }), mac(20, { views: 99 }), mac(40), mac(50, { party: LATE_PARTY }), mac(60)],
      pwm: PWM,
    },
    failsSlice: ({ slice, batch }) => slice === 1 && batch === 0, // The last one: the removal is in another.
    async before(stores) {
      await changeLookUps(stores, {
        entities: [entityItem(LATE_PARTY, ['CP'], { 'CP.4': 'Late Party Ltd' })],
        laws: [lawItem('New York', 'State of New York')],
      });
      const request = {
        format: 1,
        by: 'Ada',
        at: '2021-10-21T00:00:00Z',
        documents: [{ namespace: 'pwm', lex_id: 'pwm-0000000010' }],
      };
      await stores.jobDailyA3Data.putOnce(replayKey(1), Buffer.from(JSON.stringify({ ...request, namespaces: [] })));
    },
  },
  {
    // So much later that the tombstone of the second day is swept.
    date: '2021-11-03',
    documents: {
      mac: [
        mac(10, { revision: 8 }),
        mac(20, { views: 99 }),
        mac(40),
        mac(60),
        ...Array.from({ length: LARGE_DOCUMENTS }, (_, i) => largeMac(100 + i)),
      ],
      pwm: PWM,
    },
    isUploadedInParts: true,
    // Tables that are too old, by more than the newest five of weekdays.
    before: ({ jobDailyA3Data }) => publishOldDays(jobDailyA3Data),
  },
];

const OLD_DAYS = ['2021-01-04', '2021-01-05', '2021-01-06', '2021-01-07', '2021-01-08', '2021-01-11'];

/** Just enough of them for retention to delete some, one of which is held, and raw texts of some that stay. */
export async function publishOldDays(a3: JobStores['jobDailyA3Data']): Promise<void> {
  const nothing = Buffer.from('{}');
  for (const business_date of OLD_DAYS) {
    const id = { business_date, attempt: 1 };
    await a3.putOnce(`${recordsFolder(id)}/000-000000000.ndjson`, nothing);
    await a3.putOnce(`${publishedFolder(id)}/ledger.json`, nothing);
    await a3.putOnce(`${publishedFolder(id)}/texts/shard-00000.ndjson.gz`, nothing);
    await a3.putOnce(manifestKey(id), nothing);
    await a3.putPointer(asOfKey(business_date), Buffer.from(JSON.stringify({ manifest: manifestKey(id) })));
  }
  await placeHold(a3, '2021-01-05', { by: 'Ada', reason: 'a letter', at: '2021-10-01T00:00:00Z' });
}

/** True when the first page of `mac` has just been read. */
export function isEndOfFirstPage(input: QueryNamespaceInput): boolean {
  return input.namespace === 'mac' && input.batch === 0 && input.cursor === null;
}

function mac(
  number: number,
  change: { readonly party?: string; readonly revision?: number; readonly views?: number } = {},
) {
  const document = macDocument();
  const { agreement } = document;
  const { party, revision = document.revision, views = 0 } = change;
  const parties = agreement.parties.map((one) =>
    one.role === 'COUNTERPARTY' && party !== undefined ? { ...one, entityId: party, legalName: 'Late Party Ltd' } : one,
  );
  return {
    ...document,
    lexId: `mac-${String(number).padStart(10, '0')}`,
    revision,
    agreement: { ...agreement, agreementId: `MAC-${number}`, parties, annexes: [] },
    audit: { ...document.audit, viewCount: views },
  };
}

/** Rejected, so that its text is published as it is. */
function largeMac(number: number) {
  const chunks = Array.from({ length: LARGE_TEXT_BYTES / 32 }, (_, i) => hash('sha256', `${number} ${i}`, 'buffer'));
  return { ...mac(number, { party: `UNKNOWN-${number}` }), scan: Buffer.concat(chunks).toString('base64') };
}

function pwm(number: number) {
  const document = pwmDocument();
  const [master] = document.agreements;
  return {
    ...document,
    id: `pwm-${String(number).padStart(10, '0')}`,
    agreements: [{ ...master, ref: `PWM-${number}`, support: [] }],
  };
}
