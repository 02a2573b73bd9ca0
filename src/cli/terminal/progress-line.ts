import { DrawnBlock } from './drawn-block.ts';
import { cutToWidth } from './harmless.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 200;
const LINE_EVERY_MS = 30_000;

/**
 * Shows how far a command is, on stderr: on a terminal one line that is drawn again, elsewhere a line every 30 seconds.
 * @param line how far it is now; `null`: nothing to tell yet
 * @returns ends it; what comes next is the result
 */
export function showProgressLine(terminal: Terminal, line: () => string | null): () => void {
  if (terminal.isQuiet) return () => undefined;
  const drawn = new DrawnBlock(terminal);
  const tick = (): void => {
    const text = line();
    if (text === null) return;
    if (terminal.canRedraw) drawn.draw([cutToWidth(text, terminal.errorWidth - 1)]);
    else terminal.note(text);
  };
  const timer = setInterval(tick, terminal.canRedraw ? REDRAW_MS : LINE_EVERY_MS);
  return () => {
    clearInterval(timer);
    drawn.clear();
  };
}
