import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/once.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { shuffle: true },
  },
});
