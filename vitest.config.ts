import { defineConfig } from 'vitest/config'

/** Ends a test that hangs; how fast one is has no say in whether it passes. */
const hangsAfterMs = process.env.LONG === '1' ? 3_600_000 : process.env.CI === 'true' ? 300_000 : 60_000
const setupFiles = ['test/suites/loopback-only.setup.ts', 'test/suites/name-the-file.setup.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    teardownTimeout: 10_000,
    globalSetup: 'test/suites/one-seed.global.ts',
    projects: [
      {
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          setupFiles,
          testTimeout: hangsAfterMs,
          hookTimeout: 60_000,
        },
      },
      {
        // A bench measures: alone on the machine, one file after the other.
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.ts'],
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
