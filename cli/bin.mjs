#!/usr/bin/env node
// The command `postern`: starts cli/main.ts with a Node that can run it. Plain JavaScript, so that any Node since 18 can.
import * as modules from "node:module";

// Imported, Node's modules are filled with all their names first: that takes longer than what is done with them here.
const require = modules.createRequire(import.meta.url);
const { existsSync } = require("node:fs");
const { fileURLToPath } = require("node:url");

const [major, minor] = process.versions.node.split(".").map(Number);
const pinnedNode = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
const thisFile = fileURLToPath(import.meta.url);

/**
 * True where this Node has the pinned one's major, or is a later one and the set-up brought none. Odd-numbered releases are
 * refused: engine/node-release.ts says why.
 */
const fits = (major === 24 && minor >= 15) || (major > 24 && major % 2 === 0 && !existsSync(pinnedNode));

/**
 * What Node makes of our modules (types removed, code compiled) is kept, beside what they are made of: to make it anew takes
 * longer than an expression does.
 */
const cache = fileURLToPath(new URL("../node_modules/.cache/postern/modules", import.meta.url));

if (fits) {
  modules.enableCompileCache?.(cache);
  // A worker takes longer to start than this program: it begins before the program is loaded.
  const [command, ...options] = process.argv.slice(2);
  const isQuick = command === "eval" || command === "test";
  const runs = isQuick && !options.some((option) => /^(?:-h|--help|--limit-memory-mb.*)$/.test(option));
  const bundle = isQuick ? (await import("./bundled.ts")).findBundle() : undefined;
  let early;
  let program;
  if (bundle !== undefined) {
    try {
      if (runs) early = await import(bundle.entry("early"));
      early?.startEngineEarly(bundle.artifacts);
      if (bundle.isCurrent()) program = await import(bundle.entry("main"));
    } catch {
      // A part of it is gone: the files it was made of are here.
    }
    if (program === undefined) await early?.dropEarlyEngine();
  }
  if (program === undefined) {
    if (runs) early = await import("../engine/early.ts");
    early?.startEngineEarly();
    program = await import("./main.ts");
  }
  await program.runProcess();
  await early?.dropEarlyEngine();
} else if (existsSync(pinnedNode)) {
  const child = require("node:child_process").spawn(pinnedNode, [thisFile, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  // The terminal sends ^C to both processes; the child decides how to end and this one follows.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`postern: cannot start ${pinnedNode}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("close", (code, signal) => {
    process.exitCode = signal === null ? code : 130;
  });
} else {
  process.stderr.write(
    `postern: needs Node 24 from 24.15 on, or an even-numbered release after it; this is ${process.versions.node}.\n` +
      "In a checkout, `npm start` brings the right one once; elsewhere, install Node 24 LTS.\n",
  );
  process.exitCode = 2;
}
