/**
 * Three suites: `unit` and `simulation` need nothing but Node, `integration` starts a Kafka broker and a MariaDB server
 * of its own.
 */
import { defineConfig } from 'vitest/config';

const common = {
  globals: false,
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  teardownTimeout: 30_000,
} as const;

export default defineConfig({
  test: {
    // Test files run side by side, one process a core: Vitest's own choice would leave one of two cores idle.
    fileParallelism: true,
    maxWorkers: '100%',
    reporters: ['default'],
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          // Files share the modules that a process has loaded: nothing of ours keeps state in one.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/simulation/**', 'test/integration/**'],
        },
      },
      {
        test: {
          ...common,
          // Changes modules of Node before anything of ours loads them.
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: 'test/integration/engines.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
