// `npm run faults`: the tests of tests/runtime/faults at length: 200 enrolments on each store under 30 kills, ten seconds without database.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
const child = spawn(
  process.execPath,
  [
    join(dirname(manifest), "vitest.mjs"),
    "run",
    "tests/runtime/faults",
    "--reporter=verbose",
    ...process.argv.slice(2),
  ],
  { cwd: dirname(import.meta.dirname), env: { ...process.env, POSTERN_FAULTS: "long" }, stdio: "inherit" },
);
child.on("close", (code) => process.exit(code ?? 1));
