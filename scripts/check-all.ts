// Runs every check that must hold (format and lint, types, tests) and ends with the line `N passed, N failed`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const require = createRequire(import.meta.url);

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** The program file behind a package's command. */
function program(packageName: string, command: string): string {
  const manifest = join(root, "node_modules", packageName, "package.json");
  const bin: Record<string, string> = require(manifest).bin;
  return join(dirname(manifest), bin[command]);
}

function run(file: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: "inherit" });
    child.on("error", (error) => {
      console.error(`cannot start ${file}: ${error.message}`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** One check that either holds or does not. */
async function check(title: string, file: string, args: readonly string[]): Promise<Count> {
  console.log(`── ${title}`);
  const ok = (await run(file, args)) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

/** Runs vitest; what it counted, or one failure where it could not count or ended badly without a failed test. */
async function tests(args: readonly string[]): Promise<Count> {
  console.log("── tests");
  const folder = mkdtempSync(join(tmpdir(), "postern-tests-"));
  const report = join(folder, "report.json");
  try {
    const code = await run(program("vitest", "vitest"), [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...args,
    ]);
    const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    // A file that fails before its first test has no failed test of its own.
    const empty = testResults.filter(
      (file: { status: string; assertionResults: unknown[] }) =>
        file.status === "failed" && file.assertionResults.length === 0,
    ).length;
    const failed = numFailedTests + empty;
    return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
  } catch (error) {
    console.error(`vitest left no report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const counts = [
  await check("format and lint (biome)", program("@biomejs/biome", "biome"), ["ci", "--colors=off", "."]),
  await check("types (tsc)", program("typescript", "tsc"), ["-p", "."]),
  await check("types of the playground (tsc)", program("typescript", "tsc"), ["-p", "playground"]),
  await tests(process.argv.slice(2)),
];
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
