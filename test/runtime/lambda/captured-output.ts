import { afterEach, beforeEach, vi } from 'vitest';

/** Lines that a handler writes for CloudWatch Logs, while the test runs. */
export function captureOutput(): () => readonly Record<string, unknown>[] {
  let text = '';
  beforeEach(() => {
    text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());
  return () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
}
