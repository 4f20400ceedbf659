import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['__test__/**/*.test.js'],
    // A native addon that goes wrong takes its process down: each file has one of its own, so that only that file fails.
    pool: 'forks',
    execArgv: ['--expose-gc'],
    maxWorkers: 2,
    // Tests start children, workers and Python; a loaded machine must not make them fail.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
