/** Writes a number to every kind of store, tells it when that is acknowledged, and goes on with the next. */
import { writeSync } from 'node:fs';
import { openEmbeddedStores } from '../../../../src/stores/embedded/open-stores.ts';

const stores = openEmbeddedStores({ folder: process.argv[2]! });
const [first, second] = ['first', 'second'].map((name) => stores.environment.table<number>(name, 'json'));

for (let n = Number(process.argv[3]); ; n += 1) {
  const text = String(n).padStart(6, '0');
  const fingerprint = { raw_hash: null, content_hash: 'a'.repeat(64), hash_scheme: 1, mapping_version: text };
  await Promise.all([
    stores.environment.commit(
      () => {
        first!.put(text, n);
        second!.put(text, n);
      },
      { durable: n % 2 === 0 },
    ),
    stores.agreementHash.apply('mac', [{ op: 'good', lex_id: text, fingerprint }], { fence: 1, business_date: 'd' }),
    stores.jobDailyDelta.put(`pages/${text}`, Buffer.alloc(10_000, text)),
    stores.jobDailyA3Data.putOnce(`parts/${text}`, Buffer.alloc(10_000, text)),
  ]);
  writeSync(1, `${n}\n`);
}
