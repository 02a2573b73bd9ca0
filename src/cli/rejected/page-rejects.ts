/**
 * The unreadable lines of a run that ended before anything was transformed: its page objects have them, which stay for
 * diagnosis.
 */
import type { AttemptId, NamespaceCounts } from '../../job/contracts.ts';
import { deltaKey, namespaceFolder, parseDeltaKey } from '../../steps/pages/delta-keys.ts';
import type { UnreadableLine } from '../../steps/pages/page-object.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import { type RejectedItem, unreadableItem } from './rejected-items.ts';

const LINE_FEED = 0x0a;
/** How such a line begins: the others are passed over without being parsed, they hold whole documents. */
const UNREADABLE = Buffer.from('{"op":"unreadable"');

/** Ascending by namespace. One page object is held at a time, at most some 16 MiB. */
export async function* readPageRejects(
  delta: Pick<ObjectStore, 'list' | 'get'>,
  id: AttemptId,
  query: readonly NamespaceCounts[],
): AsyncIterable<RejectedItem> {
  for (const { namespace, iteration, unreadable } of query) {
    if (unreadable === 0) continue;
    const folder = namespaceFolder(id, iteration, namespace);
    for await (const { key } of delta.list(folder)) {
      const name = parseDeltaKey(key);
      if (name === null) continue;
      const body = await delta.get(deltaKey(folder, name));
      if (body === null) continue;
      for (const line of unreadableLines(body)) yield unreadableItem(line, namespace, id.business_date);
    }
  }
}

function* unreadableLines(body: Buffer): Iterable<UnreadableLine> {
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(LINE_FEED, start);
    const end = found < 0 ? body.length : found;
    if (body.subarray(start, start + UNREADABLE.length).equals(UNREADABLE)) {
      yield JSON.parse(body.toString('utf8', start, end)) as UnreadableLine;
    }
    start = end + 1;
  }
}
