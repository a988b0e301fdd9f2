// The import rule of docs/architecture.md: read from the files themselves, one failing line per forbidden import.
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

interface Rule {
  /** Folders (or single files) of the project that may be imported, besides the folder itself. */
  readonly folders: readonly string[];
  /** Whether Node's modules and the packages of package.json may be imported. */
  readonly libraries: boolean;
  /** It is no module of a package, so that packages for development do: it is bundled when it is built, or left out. */
  readonly unpackaged?: boolean;
}

/** Most specific folder first: the first that holds a file is its rule. */
const rules: readonly (readonly [folder: string, rule: Rule])[] = [
  ["engine/unicode", { folders: [], libraries: false }],
  ["engine/language", { folders: ["engine/unicode"], libraries: false }],
  // The host's half of RE2: runs in the worker process, not in the isolate.
  ["engine/regex/re2-host.ts", { folders: ["engine/regex"], libraries: true }],
  ["engine/regex", { folders: [], libraries: false }],
  // `ast` shows programs what the parser makes of a text, so the parser is part of the guest.
  [
    "engine/python/modules/ast",
    { folders: ["engine/python", "engine/language", "engine/regex", "engine/unicode"], libraries: false },
  ],
  ["engine/python", { folders: ["engine/regex", "engine/unicode"], libraries: false }],
  // Left out of a package, which has what it makes.
  ["engine/sandbox/bundle.ts", { folders: ["engine/sandbox"], libraries: true, unpackaged: true }],
  [
    "engine/sandbox",
    {
      folders: ["engine/language", "engine/python", "engine/regex", "engine/types.ts", "engine/errors.ts"],
      libraries: true,
    },
  ],
  [
    "engine/expressions",
    {
      folders: [
        "engine/sandbox",
        "engine/language",
        "engine/python",
        "engine/regex",
        "engine/unicode",
        "engine/types.ts",
        "engine/errors.ts",
      ],
      libraries: true,
    },
  ],
  [
    "engine/check",
    {
      folders: [
        "engine/language",
        "engine/python",
        "engine/regex",
        "engine/expressions",
        "engine/unicode",
        "engine/types.ts",
        "engine/errors.ts",
      ],
      libraries: false,
    },
  ],
  ["engine", { folders: [], libraries: true }],
  ["providers", { folders: [], libraries: true }],
  ["yaml", { folders: ["engine/types.ts"], libraries: true }],
  ["runtime", { folders: ["engine", "providers", "yaml"], libraries: true }],
  ["testing", { folders: ["engine", "runtime", "providers", "yaml"], libraries: true }],
  // What the page shows of suites and searches is what `postern test` and `postern fuzz` do.
  [
    "server/playground",
    { folders: ["server", "engine", "runtime", "providers", "testing", "yaml"], libraries: true },
  ],
  // Types only: a test below.
  [
    "playground",
    {
      folders: ["server/playground/api.ts", "server/playground/trial-api.ts"],
      libraries: true,
      unpackaged: true,
    },
  ],
  ["server", { folders: ["engine", "runtime", "providers", "yaml"], libraries: true }],
  [
    "cli",
    { folders: ["engine", "runtime", "providers", "testing", "server", "fixtures", "yaml"], libraries: true },
  ],
  ["index.ts", { folders: ["engine", "runtime"], libraries: false }],
  // What an embedder has: the package's doors, and packages of its own.
  ["examples/plain-node", { folders: [], libraries: true }],
  ["examples/fastify-app", { folders: [], libraries: true }],
];

/** Folders whose files may import anything; of the escapes, importing is what is tried. */
const free = ["tests", "scripts", "bench", "vitest.config.ts", "fixtures/escapes", "fixtures/bombs"];

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist"].includes(entry.name) || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.(ts|tsx|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

/** What a file imports: static and dynamic imports, re-exports, type imports. */
function importsOf(text: string): string[] {
  const forms = [
    /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]));
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

const { name, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Why a file may not import this, or undefined where it may. */
function objection(file: string, specifier: string): string | undefined {
  const found = rules.find(([folder]) => within(file, folder));
  if (found === undefined) {
    return free.some((folder) => within(file, folder)) ? undefined : "no import rule covers this file";
  }
  const [own, rule] = found;
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    if ([own, ...rule.folders].some((folder) => within(target, folder))) return undefined;
    return `${own} may import ${["itself", ...rule.folders].join(", ")}`;
  }
  if (!rule.libraries) return `${own} imports neither Node nor packages`;
  if (specifier.startsWith("node:")) return undefined;
  if (builtinModules.includes(specifier)) return "write Node's own modules with node:";
  const packageName = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (rule.unpackaged && packageName in devDependencies) return undefined;
  if (packageName === name)
    return within(file, "examples") ? undefined : "only examples come in by the package's doors";
  return packageName in dependencies ? undefined : "not among package.json's dependencies";
}

const files = sourceFiles(root).map((path) => ({
  path: relative(root, path),
  imports: importsOf(readFileSync(path, "utf8")),
}));

test("imports never run upward, and pure folders import no library", () => {
  const broken = files.flatMap(({ path, imports }) =>
    imports.flatMap((specifier) => {
      const reason = objection(path, specifier);
      return reason === undefined ? [] : [`${path} imports ${specifier}: ${reason}`];
    }),
  );
  expect(broken).toEqual([]);
});

test("the page takes nothing but types from the server", () => {
  const broken = files
    .filter(({ path }) => within(path, "playground"))
    .flatMap(({ path }) =>
      [
        ...readFileSync(join(root, path), "utf8").matchAll(
          /^(?:import|export)\b[^;]*?from "\.\.[^"]*server\/[^"]*"/gm,
        ),
      ]
        .map(([text]) => text)
        .filter((text) => !/^(?:import|export) type /.test(text))
        .map((text) => `${path}: ${text}`),
    );
  expect(broken).toEqual([]);
});

test("the reader sees the imports that this rule is about", () => {
  // Without this the rule would hold for an import form that the reader does not know.
  expect(
    importsOf(
      [
        `import { a } from "./a.ts";`,
        `import type { B } from '../b.ts';`,
        `import {\n  c,\n  d,\n} from "./c.ts";`,
        `export * from "./e.ts";`,
        `import "./f.ts";`,
        `const g = await import("./g.ts");`,
        `const text = "from nowhere";`,
      ].join("\n"),
    ).sort(),
  ).toEqual(["../b.ts", "./a.ts", "./c.ts", "./e.ts", "./f.ts", "./g.ts"]);
  expect(objection("engine/language/parser.ts", "node:fs")).toBe(
    "engine/language imports neither Node nor packages",
  );
  expect(objection("providers/http.ts", "../runtime/index.ts")).toBe("providers may import itself");
  expect(objection("runtime/flow.ts", "../tests/fakes.ts")).toContain("runtime may import");
  expect(objection("runtime/flow.ts", "vitest")).toBe("not among package.json's dependencies");
});
