import { describe, expect, it } from 'vitest';
import { DocumentFiles } from '../../../src/publish/history/document-files.ts';
import { textOfReject } from '../../../src/publish/history/text-of-reject.ts';
import { writeTextsRecord } from '../../../src/publish/retention/texts-record.ts';
import { textsRecordOf } from '../retention/texts-record-of.ts';
import { publishThree } from '../verify/days.ts';

describe('the raw text of a rejected document', () => {
  it('is told by its length, digest and part, and as deleted once it is gone by a record', async () => {
    const [a3, days] = await publishThree();
    const [day, place] = [days[1]!, { namespace: 'mac', lex_id: 'm-03' }];
    const { rejected } = await new DocumentFiles(a3, place).rejects(day);
    const told = () => textOfReject(a3, day, rejected!);
    const { part } = await told();
    expect(await told()).toMatchObject({ bytes: '{"raw":"bad"}'.length, deleted: null });
    expect(await a3.get(`${day.folder}/${part}`)).not.toBeNull();

    await writeTextsRecord(a3, textsRecordOf(day.manifest, 'Ada'));
    expect(await told()).toMatchObject({ deleted: null });
    await a3.remove([`${day.folder}/${part}`]);

    expect(await told()).toMatchObject({ part, deleted: { at: '2021-11-08T22:00:00.000Z', by: 'Ada' } });
  });
});
