import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/cli/terminal/sparkline.ts';

describe('a spark line', () => {
  it.each([
    [[], ''],
    [[0, 0], '▁▁'],
    [[0, 0.5, 1], '▁▅█'],
    [[null, 0.01, null, 0.02], '·▅·█'],
  ])('of %j is %s', (values, line) => {
    expect(sparkline(values)).toBe(line);
  });
});
