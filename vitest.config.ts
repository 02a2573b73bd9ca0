import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs more than Node: `npm run conformance`.
    exclude: ['**/node_modules/**', 'test/conformance/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { shuffle: true },
    // One a core: by default vitest leaves one idle, half of a small machine.
    maxWorkers: '100%',
  },
});
