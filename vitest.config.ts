// Test runner settings: files under tests/, in processes of their own kind because isolates and workers are processes.
//
// A new process loads hundreds of modules before its first test, which for most files takes longer than their tests. So
// files that keep to themselves share processes (and modules); those that measure, kill, mock or bind do not.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// The processes that tests start load the same modules again and again: what Node makes of one is kept, as `postern` keeps it.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/postern/modules");

/** Files that change what others in their process would see: environment, mocks, signals, memory, time. */
const ALONE = [
  "tests/{documents,package}/**/*.test.ts",
  "tests/bench/{run,workloads}.test.ts",
  "tests/cli/{blueprint-files,fuzz,launcher,subject,test}.test.ts",
  "tests/fixtures/faulty.test.ts",
  "tests/scripts/{setup,soak}.test.ts",
  "tests/security/{bombs,codes,decoding-and-packages,javascript-boundary,layers,limits,outbound-http,secrets}.test.ts",
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
    // One more than there are cores: tests here wait for processes, deadlines and disks a quarter of their time.
    maxWorkers: availableParallelism() + 1,
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
