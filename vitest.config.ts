// Test runner settings: files under tests/, in processes of their own kind because isolates and workers are processes.
//
// A new process loads hundreds of modules before its first test, which for most files takes longer than their tests. So
// files that keep to themselves share processes (and modules); those that measure, kill, mock or bind do not.
import { defineConfig } from "vitest/config";

/** Files that change what others in their process would see: environment, mocks, signals, memory, time. */
const ALONE = [
  "tests/{architecture,bench,cli,documents,fixtures,package,playground,scripts,security}/**/*.test.ts",
  "tests/engine/sandbox/**/*.test.ts",
  // These run the object model in their own process, without its sandbox.
  "tests/engine/{python,regex,unicode}/*.test.ts",
  "tests/engine/expressions/models/querysets.test.ts",
  "tests/runtime/{faults,store}/**/*.test.ts",
  "tests/**/*.e2e.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    // Vitest leaves a core free, which is half of a machine of two; tests here wait for their workers a good deal.
    maxWorkers: "100%",
    passWithNoTests: false,
    globalSetup: ["tests/postgres/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["tests/**/*.test.ts"],
          exclude: ALONE,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE,
        },
      },
    ],
  },
});
