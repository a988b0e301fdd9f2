// Writes docs/api/: what each door of the package exports, from the docstrings. `npm run build && node scripts/api-reference.ts`
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Declaration, exportsOf } from "./declarations.ts";

const root = dirname(import.meta.dirname);

/** The doors that have a page, and what comes in by them. `postern` itself is the first two. */
const DOORS = [
  ["engine", "Expressions: policies, mappings, what they may use and reach, and what they come to."],
  ["runtime", "Flows on a store: blueprints, executions, challenges, and the stores."],
  ["providers", "Sending an SMS, the guarded HTTP client under it, and an inbox for tests."],
  ["server", "authentik's HTTP API on a runtime."],
  ["testing", "What tests are made of: matchers, arbitraries, a runtime in memory, suites, recordings."],
] as const;

/** How names are grouped, and what belongs where. */
const GROUPS: readonly (readonly [title: string, is: (declaration: Declaration) => boolean])[] = [
  ["Functions", ({ text }) => text.startsWith("function ")],
  ["Values", ({ text }) => /^(?:const|let) /.test(text)],
  ["Classes", ({ text }) => /^(?:abstract )?class /.test(text)],
  ["Types", ({ text }) => /^(?:interface|type) /.test(text)],
];

/** The page's anchor of a name, as Markdown makes it. */
const anchor = (name: string): string => name.toLowerCase();

/** The docstring as Markdown: links become links of the page, tags become sentences. */
function proseOf(doc: string, names: ReadonlySet<string>): string {
  return doc
    .replace(/\{@link ([\w$]+)([.\w$]*)\}/g, (_, name: string, rest: string) =>
      names.has(name) ? `[\`${name}${rest}\`](#${anchor(name)})` : `\`${name}${rest}\``,
    )
    .replace(/^@throws /gm, "\nThrows ")
    .replace(/^@param (\S+) /gm, "\n`$1`: ")
    .replace(/^@returns? /gm, "\nReturns ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** The declaration as the page shows it: two blanks for each step, nothing private, and no import that stands in a type. */
function codeOf(text: string): string {
  return text
    .replace(/^ +/gm, (blanks) => " ".repeat(Math.ceil(blanks.length / 2)))
    .replace(/^ *(?:#private|private [^;\n]*);\n/gm, "")
    .replace(/import\("[^"]+"\)\./g, "");
}

function pageOf(door: string, summary: string, declarations: ReadonlyMap<string, Declaration>): string {
  const names = new Set(declarations.keys());
  const sections = GROUPS.flatMap(([title, is]) => {
    const own = [...declarations.values()].filter(is).sort((a, b) => (a.name < b.name ? -1 : 1));
    const entries = own.map(
      (declaration) =>
        `### \`${declaration.name}\`\n\n${proseOf(declaration.doc, names)}\n\n` +
        `<!-- declaration -->\n\`\`\`ts\n${codeOf(declaration.text)}\n\`\`\`\n`,
    );
    return own.length === 0 ? [] : [`## ${title}\n\n${entries.join("\n")}`];
  });
  return `# \`postern/${door}\`\n\n${summary} Made from the docstrings by \`scripts/api-reference.ts\`.\n\n${sections.join("\n")}`;
}

/**
 * The pages by their names in docs/api/, from the declarations below `dist`. Throws Error that lists the exported names
 * without a docstring.
 */
export function apiReference(dist: string): Map<string, string> {
  const pages = new Map<string, string>();
  const silent: string[] = [];
  const rows: string[] = [];
  for (const [door, summary] of DOORS) {
    const declarations = exportsOf(join(dist, door, "index.d.ts"));
    for (const { name, text } of declarations.values())
      if (!GROUPS.some(([, is]) => is({ name, text, doc: "" })))
        throw new Error(`${name} is declared in a way that the pages do not know: ${text}`);
    for (const { name, doc } of declarations.values())
      if (doc === "") silent.push(`postern/${door}: ${name}`);
    pages.set(`${door}.md`, pageOf(door, summary, declarations));
    const made = [...declarations.values()].filter(({ text }) => /^(?:function|const) /.test(text));
    const first = made.map(({ name }) => `\`${name}\``).sort();
    rows.push(`| [\`postern/${door}\`](${door}.md) | ${summary} | ${first.join(", ")} |`);
  }
  if (silent.length > 0) throw new Error(`exported without a docstring:\n${silent.join("\n")}`);
  pages.set(
    "README.md",
    "# API reference\n\nEvery name that the package exports, from the docstrings. `postern` itself exports what `postern/engine` and " +
      "`postern/runtime` do.\n[embedding.md](../embedding.md) says how they are used together.\n\n" +
      `| door | | functions and values |\n|---|---|---|\n${rows.join("\n")}\n`,
  );
  return pages;
}

/** The pages as they lie in docs/api/. */
export function writtenReference(): Map<string, string> {
  const names = ["README.md", ...DOORS.map(([door]) => `${door}.md`)];
  return new Map(names.map((name) => [name, readFileSync(join(root, "docs/api", name), "utf8")]));
}

if (import.meta.main) {
  mkdirSync(join(root, "docs/api"), { recursive: true });
  for (const [name, text] of apiReference(join(root, "dist")))
    writeFileSync(join(root, "docs/api", name), text);
}
