import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/conformance/stand-ins/global-setup.ts'],
    maxWorkers: '100%', // Vitest would leave a core to itself; these wait half of their time.
    include: ['test/conformance/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
