/** Four namespaces of documents that live: they come, go, change, are spoiled, mended, written anew and put back. */

import { compareBytes } from '../model/row.ts';
import { NAMESPACES, type Namespace } from '../model/shapes.ts';
import { documentEntry, Shelf } from '../server/shelf.ts';
import { type Fields, makeDocument } from './documents.ts';
import { chooseWriting, writeJson } from './json-text.ts';
import { makeParties, type Parties } from './parties.ts';
import type { Random } from './random.ts';
import { spoil } from './spoil.ts';

/** Parts after the number: what ids may hold, and what trips paths, key orders and text comparisons. */
const ODD_ENDINGS = [
  'ü',
  'u\u0308',
  '😀',
  'ﾏ',
  '/../x',
  '%2F',
  '?limit=1',
  '#',
  '+',
  '"',
  '\\',
  '~',
  '.',
  '!',
  '\u00ff',
  '\ue000',
];

interface Living {
  readonly serial: number;
  document: Fields;
  /** Every text that it had, the last one now. */
  readonly texts: string[];
}

export class World {
  readonly parties: Parties;
  readonly shelves = new Map<Namespace, Shelf>(NAMESPACES.map((namespace) => [namespace, new Shelf()]));
  private readonly living = new Map<Namespace, Map<string, Living>>(
    NAMESPACES.map((namespace) => [namespace, new Map()]),
  );
  private readonly random: Random;
  private nextSerial = 1;

  constructor(random: Random) {
    this.random = random;
    this.parties = makeParties(random.fork('parties'));
  }

  shelf(namespace: Namespace): Shelf {
    return this.shelves.get(namespace)!;
  }

  /** @param spoiledShare how many of them are such as must be rejected */
  fill(namespace: Namespace, documents: number, spoiledShare: number): void {
    for (let i = 0; i < documents; i++) this.add(namespace, this.newId(namespace), this.random.chance(spoiledShare));
  }

  add(namespace: Namespace, id: string, spoiled: boolean): void {
    const serial = this.living.get(namespace)!.get(id)?.serial ?? this.nextSerial++;
    const maker = { random: this.random, parties: this.parties, serial };
    const document = makeDocument(namespace, id, maker);
    if (spoiled) spoil(namespace, document, maker);
    this.write(namespace, id, serial, document);
  }

  /** New content at the same id. */
  change(namespace: Namespace, id: string, spoiled: boolean): void {
    this.add(namespace, id, spoiled);
  }

  /** The same content, or all but its volatile part, in other bytes. */
  saveAgain(namespace: Namespace, id: string): void {
    const living = this.living.get(namespace)!.get(id)!;
    if (this.random.chance(0.5)) touch(namespace, living.document, this.random);
    this.write(namespace, id, living.serial, living.document);
  }

  /** Back to what it was at some time before. */
  revert(namespace: Namespace, id: string): void {
    const { texts } = this.living.get(namespace)!.get(id)!;
    const text = this.random.pick(texts);
    texts.push(text);
    this.shelf(namespace).put(documentEntry(id, text));
  }

  remove(namespace: Namespace, id: string): void {
    this.shelf(namespace).remove(id);
  }

  /** Some of what went on an earlier day, or stands broken: what is to be put back tonight. No JSON array holds broken JSON. */
  missing(namespace: Namespace, mustBeJson: boolean): string[] {
    const shelf = this.shelf(namespace);
    return [...this.living.get(namespace)!.keys()].filter((id) => {
      const entry = shelf.get(id);
      if (entry?.is === 'unreadable' && mustBeJson) return true;
      return (entry === null || entry.is === 'unreadable' || entry.lines.length > 1) && this.random.chance(0.8);
    });
  }

  /** Puts back what was removed or broken, as it last was. */
  restore(namespace: Namespace, id: string): void {
    this.shelf(namespace).put(documentEntry(id, this.living.get(namespace)!.get(id)!.texts.at(-1)!));
  }

  /** The same id on two lines: with the same bytes it counts once, with others it is rejected. */
  double(namespace: Namespace, id: string, same: boolean): void {
    const living = this.living.get(namespace)!.get(id)!;
    const first = living.texts.at(-1)!;
    if (!same) this.saveAgain(namespace, id);
    const second = living.texts.at(-1)!;
    this.shelf(namespace).put({ id, lines: [Buffer.from(first), Buffer.from(second)], is: 'document' });
  }

  /** A line that cannot be read stands where the document stood. */
  breakLine(namespace: Namespace, id: string, mustBeJson: boolean): void {
    const text = this.living.get(namespace)!.get(id)!.texts.at(-1)!;
    const broken = mustBeJson
      ? this.random.pick(['{"no":"id"}', '42', 'null', '[]', '{}', '"text"'])
      : this.random.pick([
          text.slice(0, -1),
          text.slice(1),
          '{',
          'not json',
          '{"no":"id"}',
          '[1,2]',
          `${text}}`,
          '\u0001\u0002',
          text.slice(0, text.length >> 1),
        ]);
    this.shelf(namespace).put({ id, lines: [Buffer.from(broken)], is: 'unreadable' });
  }

  /** An id that stands right after another, or `null` where none fits. */
  idAfter(namespace: Namespace, id: string): string | null {
    const ids = this.shelf(namespace).ids();
    const next = ids[ids.indexOf(id) + 1];
    const made = `${id}+`;
    return next === undefined || compareBytes(made, next) < 0 ? made : null;
  }

  newId(namespace: Namespace): string {
    for (;;) {
      const id = `${namespace}-${String(this.random.int(1, 5000)).padStart(10, '0')}${this.random.chance(0.15) ? this.random.pick(ODD_ENDINGS) : ''}`;
      if (!this.living.get(namespace)!.has(id)) return id;
    }
  }

  private write(namespace: Namespace, id: string, serial: number, document: Fields): void {
    const living = this.living.get(namespace)!;
    const text = writeJson(document, chooseWriting(this.random), this.random);
    const texts = living.get(id)?.texts ?? [];
    texts.push(text);
    living.set(id, { serial, document, texts });
    this.shelf(namespace).put(documentEntry(id, text));
  }
}

function touch(namespace: Namespace, document: Fields, random: Random): void {
  const stamp = random.int(1, 1e9);
  if (namespace === 'mac') document['audit'] = { viewCount: stamp };
  if (namespace === 'docman') document['indexed_at'] = String(stamp);
  if (namespace === 'pwm') document['lastContactAt'] = `stamp ${stamp}`;
  if (namespace === 'cct') document['ts'] = stamp;
}
