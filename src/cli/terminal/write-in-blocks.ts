import type { Terminal } from './terminal.ts';

/** Written at once, about. */
const BLOCK_UNITS = 64 * 1024;

/** Writes texts as they come, some together. Ends early where nobody reads them any more. */
export async function writeInBlocks(
  parts: AsyncIterable<string>,
  terminal: Pick<Terminal, 'write' | 'isOutputClosed'>,
): Promise<void> {
  let text = '';
  for await (const part of parts) {
    text += part;
    if (text.length < BLOCK_UNITS) continue;
    await terminal.write(text);
    if (terminal.isOutputClosed) return;
    text = '';
  }
  await terminal.write(text);
}
