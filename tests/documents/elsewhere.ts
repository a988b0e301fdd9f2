// Commands of the documents that are not run where the documents are: which test runs them, or why none does.

/** Where a command is run: the test that does it, or the reason that none does. */
export type Elsewhere = { readonly test: string } | { readonly reason: string };

const SETUP = { test: "tests/scripts/setup.test.ts" };
const ALL = { reason: "it runs everything, this test included" };
const CPYTHON = { reason: "it needs CPython, whose answers are recorded" };
const BY_HAND = { reason: "it searches for minutes, and is started by hand" };
const NPM_PACKAGE = { test: "tests/package/package.e2e.test.ts" };

/** By the beginning of the command. */
export const elsewhere: ReadonlyMap<string, Elsewhere> = new Map<string, Elsewhere>([
  ["git clone", { reason: "it is how the tests came here" }],
  ["cd postern", { reason: "it is how the tests came here" }],
  ["npm start", { test: "tests/cli/demonstration.e2e.test.ts" }],
  ["npm test", ALL],
  ["npm pack", NPM_PACKAGE],
  ["npm install ./postern-0.1.0.tgz", NPM_PACKAGE],
  ["node examples/fastify-app/main.ts", NPM_PACKAGE],
  // The same requests, without a port that must be free.
  ["curl ", { test: "tests/examples/fastify-app.test.ts" }],
  ["npm run check", ALL],
  ["npm run format", ALL],
  ["npm run bench", { test: "tests/bench/run.test.ts" }],
  ["npm run fuzz:python", BY_HAND],
  ["python3.13 ", CPYTHON],
  ["export PATH=", SETUP],
]);
