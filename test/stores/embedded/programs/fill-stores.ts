/** Writes to a store until it refuses, and tells the code; then whether what was acknowledged can be read. */
import { openEmbeddedStores } from '../../../../src/stores/embedded/open-stores.ts';

const [folder, store] = [process.argv[2]!, process.argv[3]!];
const stores = openEmbeddedStores({ folder });
const table = stores.environment.table('filling', 'binary');
const body = Buffer.alloc(40_000, 'x');
const writers: Record<string, (n: number) => Promise<unknown>> = {
  lmdb: (n) => stores.environment.commit(() => table.put(`${n}`, body), { durable: n % 2 === 0 }),
  delta: (n) => stores.jobDailyDelta.put(`pages/${n}`, Buffer.alloc(40_000 * n, 'x')),
  a3: (n) => stores.jobDailyA3Data.putOnce(`parts/${n}`, Buffer.alloc(40_000 * n, 'x')),
};
const readers: Record<string, (n: number) => Promise<Buffer | null>> = {
  lmdb: async (n) => table.get(`${n}`),
  delta: (n) => stores.jobDailyDelta.get(`pages/${n}`),
  a3: (n) => stores.jobDailyA3Data.get(`parts/${n}`),
};

let acknowledged = 0;
let code = 'none';
try {
  for (let n = 1; n < 5_000; n += 1) {
    await writers[store]!(n);
    acknowledged = n;
  }
} catch (error) {
  code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
let readable = 0;
for (let n = 1; n <= acknowledged; n += 1) if ((await readers[store]!(n)) !== null) readable += 1;
const refused = await readers[store]!(acknowledged + 1);
process.stdout.write(
  `${JSON.stringify({ code, acknowledged, readable, refused: refused === null ? 'absent' : 'there' })}\n`,
);
process.exit(0);
