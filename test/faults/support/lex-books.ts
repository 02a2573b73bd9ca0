/** Documents as a Lex holds them: a line each, by namespace and id, to be changed between the days. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBytes } from '../../../src/agreements/byte-order.ts';
import { cctDocument, docmanDocument, macDocument, pwmDocument } from '../../fixtures/documents.ts';

export const NAMESPACES = ['mac', 'docman', 'pwm', 'cct'] as const;
export type Namespace = (typeof NAMESPACES)[number];

/** How a document differs from a valid one. */
export interface Variant {
  /** Another content that is valid too. */
  readonly law?: 'New York' | 'Nevada';
  /** Signed on a day that is not in the calendar: rejected. */
  readonly isRejected?: boolean;
  /** A counterparty that nobody has heard of: rejected, a placeholder, a message on the queue. */
  readonly counterparty?: string;
  /** The volatile field's value: other bytes, same content. */
  readonly seen?: number;
}

export function documentId(namespace: Namespace, n: number): string {
  return `${namespace}-${String(n).padStart(10, '0')}`;
}

/** The document's line. Documents of different numbers share no agreement. */
export function documentLine(namespace: Namespace, n: number, variant: Variant = {}): string {
  return JSON.stringify(MAKERS[namespace](documentId(namespace, n), n, variant));
}

/** The listing of a Lex. */
export class LexBooks {
  readonly #lines = new Map<string, Map<string, string>>(NAMESPACES.map((name) => [name, new Map()]));

  put(namespace: Namespace, n: number, variant: Variant = {}): this {
    return this.putLine(namespace, documentId(namespace, n), documentLine(namespace, n, variant));
  }

  /** Puts any text at the place of `id`. */
  putLine(namespace: Namespace, id: string, line: string): this {
    this.#lines.get(namespace)?.set(id, line);
    return this;
  }

  putMany(namespace: Namespace, from: number, to: number): this {
    for (let n = from; n <= to; n += 1) this.put(namespace, n);
    return this;
  }

  remove(namespace: Namespace, n: number): this {
    this.#lines.get(namespace)?.delete(documentId(namespace, n));
    return this;
  }

  line(namespace: string, id: string): string | null {
    return this.#lines.get(namespace)?.get(id) ?? null;
  }

  /** Ascending by id; `null` for a namespace that is not there. */
  lines(namespace: string): readonly string[] | null {
    const lines = this.#lines.get(namespace);
    if (lines === undefined) return null;
    return [...lines].sort(([a], [b]) => compareBytes(a, b)).map(([, line]) => line);
  }

  /** As a Lex folder, new or in place of what it held. */
  async write(folder: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    for (const name of NAMESPACES) {
      const text = (this.lines(name) ?? []).map((line) => `${line}\n`).join('');
      await writeFile(join(folder, `${name}.ndjson`), text);
    }
    return folder;
  }
}

const NO_DAY = { mac: '2010-02-30', docman: '02/30/2010', cct: 20_100_230 } as const;

const MAKERS: Readonly<Record<Namespace, (id: string, n: number, variant: Variant) => object>> = {
  mac(id, n, { law, isRejected, counterparty, seen }) {
    const document = macDocument();
    const { agreement } = document;
    document.lexId = id;
    agreement.agreementId = `MAC-${n}`;
    agreement.creditEnhancement.forRecordsEntity.agreementId = `MAC-${n}-G`;
    agreement.annexes[0]!.agreementId = `MAC-${n}-G`;
    if (law !== undefined) agreement.governingLaw = law;
    if (isRejected) agreement.executedOn = NO_DAY.mac;
    if (counterparty !== undefined) agreement.parties[1]!.entityId = counterparty;
    if (seen !== undefined) document.audit.viewCount = seen;
    return document;
  },
  docman(id, n, { law, isRejected, counterparty, seen }) {
    const document = { ...docmanDocument(), doc_id: id, agreement_ref: `DOC-${n}` };
    if (law !== undefined) document.law = law;
    if (isRejected) document.dated = NO_DAY.docman;
    if (counterparty !== undefined) document.party_2 = counterparty;
    if (seen !== undefined) document.indexed_at = String(seen);
    return document;
  },
  pwm(id, n, { law, isRejected, counterparty, seen }) {
    const document = { ...pwmDocument(), id };
    const [master, guarantee] = document.agreements;
    Object.assign(master!, { ref: `PWM-${n}-1` }, law === undefined ? {} : { law: LAW_CODES[law] });
    Object.assign(guarantee!, { ref: `PWM-${n}-2`, parentRef: `PWM-${n}-1` });
    master!.support![0]!.ref = `PWM-${n}-2`;
    if (isRejected) master!.crossDefault!.flag = 'perhaps';
    if (counterparty !== undefined) document.client.number = counterparty;
    if (seen !== undefined) document.lastContactAt = String(seen);
    return document;
  },
  cct(id, n, { law, isRejected, counterparty, seen }) {
    const document = { ...cctDocument(), k: id };
    document.ag.id = `CCT-${n}`;
    document.ch[0]!.id = `CCT-${n}A`;
    document.ce.re.d = `CCT-${n}A`;
    if (law !== undefined) document.ag.lw = LAW_CODES[law];
    if (isRejected) document.ag.dt = NO_DAY.cct;
    if (counterparty !== undefined) document.cp = [counterparty];
    if (seen !== undefined) document.ts = seen;
    return document;
  },
};

const LAW_CODES = { 'New York': 'US-NY', Nevada: 'US-NV' } as const;
