/** The raw texts of a shard: line by line those of its rejections, as their entries vouch for them. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { Cursor } from '../cursor.ts';
import type { PublishedFile, RejectedEntry, RejectedText } from '../published.ts';
import { textDigest } from '../rejected-text.ts';
import type { Faults } from './faults.ts';
import { REJECTED_TEXT } from './line-shapes.ts';
import { type Line, parseLines, readLines } from './read-lines.ts';

export class TextsCheck {
  readonly #texts: Cursor<Line<RejectedText>>;
  readonly #path: string;
  readonly #faults: Faults;

  private constructor(a3: Pick<JobDailyA3Data, 'open'>, folder: string, file: PublishedFile, faults: Faults) {
    const checks = { claim: 'texts', path: file.path, shape: REJECTED_TEXT, faults } as const;
    this.#texts = new Cursor(parseLines<RejectedText>(readLines(a3, folder, file, faults), checks));
    this.#path = file.path;
    this.#faults = faults;
  }

  static async open(
    a3: Pick<JobDailyA3Data, 'open'>,
    folder: string,
    file: PublishedFile,
    faults: Faults,
  ): Promise<TextsCheck> {
    const check = new TextsCheck(a3, folder, file, faults);
    await check.#texts.advance();
    return check;
  }

  /** Entries in their order. Of one without its shape, and of a text without its own, that is told already. */
  async add({ value: entry, number }: Line<RejectedEntry>): Promise<void> {
    while (this.#texts.head !== null && this.#texts.head.number < number) await this.#texts.advance();
    const text = this.#texts.head;
    if (text?.number !== number) return;
    const tell = (what: string) => this.#faults.add('texts', this.#path, number, what);
    const { namespace, lex_id, place, kind } = text.value;
    const isOf =
      namespace === entry.namespace && lex_id === entry.lex_id && place === entry.place && kind === entry.kind;
    const { bytes, sha256 } = textDigest(text.value);
    if (!isOf) tell('is of another document than the rejection of the same line');
    else if (bytes !== entry.raw_text.bytes || sha256 !== entry.raw_text.sha256)
      tell(`has SHA-256 ${sha256}, ${bytes} bytes, where the rejection has ${entry.raw_text.sha256}`);
  }

  /** To the end of the file, which is checked by then. */
  async end(): Promise<void> {
    while (this.#texts.head !== null) await this.#texts.advance();
  }
}
