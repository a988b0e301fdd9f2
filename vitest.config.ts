// Test runner settings: files under tests/, each in a process of its own because isolates and workers are processes.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    // Vitest leaves a core free, which is half of a machine of two; tests here wait for their workers a good deal.
    maxWorkers: "100%",
    globalSetup: ["tests/postgres/global-setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
  },
});
