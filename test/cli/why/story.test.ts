import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import { plain } from '../../../src/cli/terminal/paint.ts';
import { type StoryContext, tellStory } from '../../../src/cli/why/document-story.ts';
import { renderStory } from '../../../src/cli/why/render-story.ts';
import type { NamespaceCounts } from '../../../src/job/contracts.ts';
import { readDocumentHistory } from '../../../src/publish/history/document-history.ts';
import type { HistoryDay } from '../../../src/publish/history/published-days.ts';
import { readRowWarnings } from '../../../src/publish/history/row-warnings.ts';
import { openPublishedDay } from '../../../src/publish/read-published.ts';
import type { SliceLine } from '../../../src/publish/slice-output.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { type DaySlice, publishDay, rejectedLine, transformedRow, validLine } from '../../publish/day-fixture.ts';

const CONTEXT: StoryContext = { between: null, missing: [], modules: new Map(), text: null };
const SCREEN = { paint: plain, width: 80, commandWidth: 80 };
const HINTS = { flags: ' --data d', isQuiet: false };

const row = (values: Parameters<typeof transformedRow>[0]) =>
  transformedRow({ 'A3.2': 'BANK', 'A3.3': 'A-1', 'A3.6': 'CLIENT', ...values });

const OTHER = validLine('m-2', [row({ 'A3.3': 'A-2' })]);

/** A row of Lex without an id that can be read. */
const BROKEN: SliceLine = {
  op: 'unreadable',
  lex_id: null,
  after_id: 'm-2',
  rule: 'LEX-unparsable',
  message: 'm',
  raw: '{',
  raw_encoding: 'utf-8',
};

const HELD: readonly SliceLine[] = ['m-5', 'm-6', 'm-7'].map((lex_id) => ({ op: 'held', lex_id, reason: 'too_many' }));

/** Publishes these lines of mac day after day (none: mac is not part of the run), and tells the story of `m-1`. */
async function storyOf(
  lines: readonly (readonly SliceLine[])[],
  query: (counts: readonly NamespaceCounts[], day: number) => readonly NamespaceCounts[] = (counts) => counts,
  deleted: readonly number[] = [],
  /** Published before there was a list of removals that were held back. */
  isOld = false,
  dateOf: (day: number) => string = (day) => `2021-10-1${day + 1}`,
) {
  const a3 = new MemoryJobDailyA3Data();
  const days: HistoryDay[] = [];
  for (const [i, ofDay] of lines.entries()) {
    const id = { business_date: dateOf(i), attempt: 1 };
    const slices: readonly DaySlice[] = ofDay.length === 0 ? [] : [{ namespace: 'mac', lines: ofDay }];
    const { manifest } = await publishDay(a3, id, days[0]?.key ?? null, slices, {
      query: (counts) => query(counts, i),
    });
    const day = await openPublishedDay(a3, manifest);
    const { held_removals, ...older } = day.manifest;
    days.unshift({
      ...day,
      manifest: isOld ? older : { ...older, held_removals },
      base: i === 0 ? 'none' : 'known',
    } as HistoryDay);
  }
  const kept = days
    .map((day, i) => (deleted.includes(lines.length - i - 2) ? { ...day, base: 'gone' as const } : day))
    .filter((_, i) => !deleted.includes(lines.length - i - 1));
  const history = await readDocumentHistory(a3, kept, { namespace: 'mac', lex_id: 'm-1' });
  const place = { namespace: 'mac', lex_id: 'm-1' };
  const warnings = await readRowWarnings(a3, days, place, history[0]!.state.rows);
  return tellStory({ ...place, found_by: 'lex id' }, history, warnings, CONTEXT);
}

describe('the story of a document', () => {
  it('shows no contact details, in no form', async () => {
    const story = await storyOf([
      [validLine('m-1', [row({ 'A3.13': 'Ada Lovelace', 'A3.16': 'ada@example.com' })], 'x')],
      [validLine('m-1', [row({ 'A3.13': 'Charles Babbage', 'A3.16': 'ada@example.com' })], 'y')],
      [{ ...rejectedLine('m-1', 'z'), raw: '{"email":"ada@example.com"}' }],
    ]);

    const told = JSON.stringify(story) + renderStory(story, HINTS, SCREEN).join('\n');

    expect(told).not.toMatch(/Ada|Babbage|example\.com/);
    expect(told).toContain('A3.13: "*** (12 characters)" -> "*** (15 characters)"');
  });

  it('tells rows that have turned stale, what was rejected, and what healed it', async () => {
    const story = await storyOf([
      [validLine('m-1', [row({})], 'x')],
      [rejectedLine('m-1', 'y')],
      [OTHER],
      [OTHER],
      [validLine('m-1', [row({ 'A3.7': 'Texas' })], 'z')],
    ]);

    expect(story).toMatchObject({ state: 'published', rejected: null });
    expect(story.time_line.map((entry) => (entry.type === 'event' ? entry.event : entry.type))).toEqual([
      'new',
      'rejected',
      'standing',
      'healed',
    ]);
    expect(story.time_line[1]).toMatchObject({
      rows: [{ change: 'changed', fields: {}, stale: { from: null, to: '2021-10-12' } }],
      findings: [{ rule: 'A3.5-unreadable', citation: '31 CFR 148 App. A, A3.5; 12 CFR 371 App. B, A3.5' }],
    });
    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain('stale since 2021-10-12');
    expect(text).toContain('  2021-10-13  still rejected through 2021-10-14 (2 tables): as it was\n');
    expect(text).toContain('A3.7: nothing -> "Texas"\n              current again');
  });

  it('says since when it is rejected, and that older rows stand', async () => {
    const story = await storyOf([
      [validLine('m-1', [row({})], 'x')],
      [rejectedLine('m-1', 'y')],
      [rejectedLine('m-1', 'z')],
    ]);

    expect(story).toMatchObject({ state: 'stale', rejected: { since: '2021-10-13', standing_since: '2021-10-12' } });
    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain(
      '! in the table with older rows: the document is rejected since 2021-10-12, as of\n  2021-10-13.',
    );
    expect(text).toContain('look at   npx lexdelta rejected agreements-2021-10-13-attempt-1 --data d');
  });

  it('tells the warnings that the standing rows were made with, days later too', async () => {
    const finding = { field: 'A3.4', rule: 'A3.4-cut', severity: 'warning', message: 'It is cut.' } as const;
    const warned = {
      ...validLine('m-1', [row({})]),
      findings: [{ ...finding, value: 'ISDA Mas', agreement_id: 'A-1' }],
    };
    const story = await storyOf([[warned], [OTHER]]);

    expect(story.warnings).toMatchObject([{ rule: 'A3.4-cut' }]);
    expect(renderStory(story, HINTS, SCREEN)).toContain('  warning   A3.4-cut: It is cut. Found "ISDA Mas".');
    expect((await storyOf([[rejectedLine('m-1', 'x')]])).warnings).toBeNull();
  });

  it('never mixes what the standing rows were made of with what was rejected', async () => {
    const story = await storyOf([[validLine('m-1', [row({})], 'x')], [rejectedLine('m-1', 'y')]]);
    const text = renderStory(story, HINTS, SCREEN).join('\n');

    expect(story).toMatchObject({
      row_origin: { run: 'agreements-2021-10-11-attempt-1' },
      rejection_origin: { run: 'agreements-2021-10-12-attempt-1' },
    });
    expect(story.row_origin?.content_hash).not.toBe(story.rejection_origin?.content_hash);
    expect(text).toMatch(/\n {2}the rows that stand\n {2}made by {3}agreements-2021-10-11-attempt-1/);
    expect(text).toMatch(/\n {2}the document that is rejected\n {2}rejected {2}by agreements-2021-10-12-attempt-1/);
  });

  it('shows every field of a few rows, mandatory ones that are empty, and a name that was cut', async () => {
    const cut = { ...row({ 'A3.4': 'ISDA Mas' }), full_name: 'ISDA Master Agreement' };
    const some = await storyOf([[validLine('m-1', [cut, row({ 'A3.6': 'OTHER', 'A3.7': 'Texas' })])]]);
    const many = await storyOf([
      [
        validLine(
          'm-1',
          ['A', 'B', 'C', 'D'].map((client) => row({ 'A3.6': client })),
        ),
      ],
    ]);
    const text = renderStory(some, HINTS, SCREEN).join('\n');

    expect(text).toContain('  row 1 of 2\n  A3.2');
    expect(text).toContain(
      '  A3.4      ISDA Mas\n            cut; all of it: ISDA Master Agreement\n  A3.5      — (nothing',
    );
    expect(text).toContain('  A3.7      Texas');
    expect(text).not.toContain('A3.9 ');
    expect(renderStory(many, HINTS, SCREEN).join('\n')).toContain('rows      4: --json shows all fields');
  });

  it('names days on which its namespace was not read whole, or not at all', async () => {
    const story = await storyOf([[validLine('m-1', [row({})]), OTHER], [OTHER], []], (counts, day) =>
      day === 1 ? counts.map((one) => ({ ...one, complete: false })) : counts,
    );

    expect(story.time_line).toMatchObject([
      { type: 'event', event: 'new' },
      { type: 'not_read_whole', date: '2021-10-12' },
      { type: 'not_in_run', date: '2021-10-13' },
    ]);
    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain('  2021-10-12  its namespace was not read whole: a change in Lex may show later\n');
  });

  it('tells what became of it over deleted days, against the last table before them that is kept', async () => {
    const days = [
      [validLine('m-1', [row({})], 'x')],
      [validLine('m-1', [row({ 'A3.7': 'Texas' })], 'y')],
      [OTHER],
      [rejectedLine('m-1', 'z')],
    ];
    const story = await storyOf(days, undefined, [1]);

    expect(story.time_line).toMatchObject([
      { date: '2021-10-11', event: 'new', since: null },
      { date: '2021-10-13', event: 'changed', since: '2021-10-11', rows: [{ fields: { 'A3.7': { to: 'Texas' } } }] },
      { date: '2021-10-14', event: 'rejected', since: null },
    ]);
    expect(story.time_line[1]).toMatchObject({
      reasons: [{ kind: 'document' }],
      made_by: 'agreements-2021-10-12-attempt-1',
    });
    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain(
      '  2021-10-13  changed since 2021-10-11, the last table before that is kept, by\n              agreements-2021-10-12-attempt-1',
    );
    expect(text).not.toContain('no earlier day');
  });

  it('says where its time line ends, when the table before is deleted and nothing older is kept', async () => {
    const story = await storyOf([[validLine('m-1', [row({})])], [OTHER], [OTHER]], undefined, [0]);

    expect(story.time_line).toMatchObject([{ date: '2021-10-12', event: 'first', lost_base: '2021-10-11' }]);
    expect(renderStory(story, HINTS, SCREEN).join('\n')).toContain(
      '  2021-10-12  stands already: the table before, as of 2021-10-11, is not there\n              any more, nor is an older one',
    );
  });

  it('comes in the order of dates where a date was published late, and tells last published from newest', async () => {
    const days = [[validLine('m-1', [row({})], 'x')], [OTHER], [validLine('m-1', [row({ 'A3.7': 'Texas' })], 'y')]];
    const late = ['2021-11-04', '2021-11-08', '2021-11-05'];
    const story = await storyOf(days, undefined, [], false, (day) => late[day]!);

    expect(story).toMatchObject({ as_of: '2021-11-05', newest_date: '2021-11-08' });
    expect(story.time_line).toMatchObject([
      { date: '2021-11-04', event: 'new' },
      { date: '2021-11-05', event: 'changed', published_after: '2021-11-08' },
    ]);
    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain(
      'as of 2021-11-05, the table last published; the newest date,\n  2021-11-08, came before it.',
    );
    expect(text).toContain('attempt-1, published after the\n              table as of 2021-11-08\n');
    expect(text).toMatch(/\n {2}2021-11-08 {2}as it was$/);
  });

  it('leads to a table that is there for a rejection whose own day is deleted', async () => {
    const story = await storyOf([[OTHER], [rejectedLine('m-1', 'z')], [OTHER]], undefined, [1]);

    const text = renderStory(story, HINTS, SCREEN).join('\n');
    expect(text).toContain('look at   npx lexdelta rejected 2021-10-13 --data d');
  });

  it('tells nothing of deleted days that left it as it was, and what was removed or came in them', async () => {
    const same = await storyOf([[validLine('m-1', [row({})])], [OTHER], [OTHER]], undefined, [1]);
    const removed = await storyOf(
      [[validLine('m-1', [row({})]), OTHER], [{ op: 'removed', lex_id: 'm-1' }], [OTHER]],
      undefined,
      [1],
    );
    const rejected = await storyOf([[OTHER], [rejectedLine('m-1', 'z')], [OTHER]], undefined, [1]);

    expect(same.time_line.map(({ date }) => date)).toEqual(['2021-10-11']);
    expect(removed.time_line).toMatchObject([{ event: 'new' }, { event: 'removed', since: '2021-10-11' }]);
    expect(removed.time_line[1]).toMatchObject({ made_by: null });
    expect(rejected.time_line).toMatchObject([
      { event: 'rejected', since: '2021-10-11', made_by: 'agreements-2021-10-12-attempt-1' },
    ]);
  });

  it('says what could hide a change or a removal on a day that tells nothing of it', async () => {
    const story = await storyOf(
      [
        [validLine('m-1', [row({})]), OTHER],
        [OTHER, BROKEN, ...HELD],
        [OTHER, BROKEN, ...HELD],
      ],
      (counts, day) => (day === 0 ? counts : counts.map((one) => ({ ...one, complete: false, gaps: day - 1 }))),
      [],
      true,
    );

    const doubts = { namespace: 'mac', run: 'agreements-2021-10-12-attempt-1', date: '2021-10-12' };
    expect(story.time_line.slice(1, 3)).toEqual([
      { type: 'unreadable_rows', count: 1, alike: 0, ...doubts },
      { type: 'removals_held', count: 3, ...doubts },
    ]);
    expect(renderStory(story, HINTS, SCREEN).slice(-4)).toEqual([
      '  2021-10-12  3 removals of mac were held back that day: it may be among them',
      '  2021-10-13  as it was; its namespace was not read whole: a change in Lex may',
      '              show later; 1 line of mac was unreadable that day; 3 removals of',
      '              mac were held back that day: it may be among them',
    ]);
  });

  it('says that an unreadable line looks like it', async () => {
    const like = { ...BROKEN, after_id: 'm-0', looks_like: 'm-1' };
    const last = async (lines: readonly SliceLine[]) => {
      const story = await storyOf([[validLine('m-1', [row({})]), OTHER], lines]);
      return renderStory(story, HINTS, SCREEN).join('\n').replaceAll(/\s+/g, ' ');
    };

    expect(await last([like, BROKEN])).toContain(
      'as it was; 2 lines of mac were unreadable that day, and one of them looks like this document',
    );
    expect(await last([like])).toContain('1 line of mac was unreadable that day, and looks like this document');
    expect(await last([{ ...like, looks_like: 'm-11' }])).not.toContain('looks like');
  });

  it('tells of its own removal that it was held back, why, and how it is accepted, and of no other', async () => {
    const mine = { op: 'held', lex_id: 'm-1', reason: 'too_many' } as const;
    const story = await storyOf([
      [validLine('m-1', [row({})]), OTHER],
      [OTHER, ...HELD],
      [OTHER, mine, ...HELD],
    ]);
    const hints = { ...HINTS, acceptRemoval: 'lexdelta run --accept removals' };

    expect(story).toMatchObject({ state: 'published', held: 'too_many' });
    expect(story.time_line.slice(1)).toEqual([
      {
        type: 'removal_held',
        date: '2021-10-13',
        attempt: 1,
        run: 'agreements-2021-10-13-attempt-1',
        namespace: 'mac',
        reason: 'too_many',
      },
    ]);
    const lines = renderStory(story, hints, SCREEN);
    expect(lines[1]).toBe('✔ in the table, as of 2021-10-13. Its removal was held back.');
    expect(lines.slice(-4)).toEqual([
      '  2021-10-13  as it was; its removal was held back: Lex lists it no more, and',
      '              more of mac at once than may be removed unasked',
      '',
      '  accept    lexdelta run --accept removals',
    ]);
  });

  it('says nothing of the kind of a day on which the document was read', async () => {
    const days = [[validLine('m-1', [row({})], 'x')], [validLine('m-1', [row({})], 'y'), BROKEN, ...HELD]];
    const story = await storyOf(days, undefined, [], true);

    expect(story.time_line.map(({ type }) => type)).toEqual(['event', 'event']);
  });

  it('shows hostile texts harmlessly, and nothing wider than the screen', async () => {
    const hostile = { 'A3.3': 'A-1\u001b[2J', 'A3.7': `\u202e${'x'.repeat(200)}` };
    const rows = Array.from({ length: 30 }, (_, i) => row({ ...hostile, 'A3.6': `CLIENT-${i}-${'y'.repeat(40)}` }));
    const lines = [[validLine('m-1', [row(hostile)], 'x')], [validLine('m-1', rows, 'y')]];

    for (const story of [await storyOf(lines.slice(0, 1)), await storyOf(lines)]) {
      const text = renderStory(story, HINTS, SCREEN);
      expect(text.join('')).not.toMatch(/\p{Cc}|\p{Cf}/u);
      for (const line of text) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });
});
