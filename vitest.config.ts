import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { exclude: ['dist/**', 'node_modules/**'], maxWorkers: 2, testTimeout: 60_000 },
});
