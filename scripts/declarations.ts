// Reads the declarations that tsc has written: which names a door exports, and the text and docstring of each.
//
// tsc writes every declaration in one way, so that a scan for where statements end is enough, and no compiler is needed here.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** An exported name. */
export interface Declaration {
  readonly name: string;
  /** The docstring without its stars; empty where there is none. */
  readonly doc: string;
  /** The statement without `export` and `declare`. Overloads stand one after the other. */
  readonly text: string;
}

/** A top-level statement of a file, with the docstring before it. */
interface Statement {
  readonly doc: string;
  readonly text: string;
}

const DOC = /^\/\*\*([\s\S]*?)\*\//;

function docText(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^ *\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** Where a comment or a literal that begins at `at` ends; `at` where none does. */
function skip(text: string, at: number): number {
  const pair = text.slice(at, at + 2);
  if (pair === "/*") return text.indexOf("*/", at) + 2;
  if (pair === "//") return text.indexOf("\n", at);
  const quote = text[at] as string;
  if (!`"'\``.includes(quote)) return at;
  let end = at + 1;
  while (text[end] !== quote) end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

/** The end of the statement that begins at `start`: a `;` outside of all brackets, or the `}` of a body. */
function endOf(text: string, start: number): number {
  const hasBody = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|module|namespace|enum)\b/.test(
    text.slice(start, start + 60),
  );
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const skipped = skip(text, i);
    if (skipped > i) {
      i = skipped - 1;
      continue;
    }
    const character = text[i] as string;
    if ("{([".includes(character)) depth += 1;
    else if ("})]".includes(character)) {
      depth -= 1;
      // In a line of its own: `class C<T = {}>` has another pair before.
      if (depth === 0 && hasBody && text[i - 1] === "\n") return i + 1;
    } else if (character === ";" && depth === 0) return i + 1;
  }
  return text.length;
}

function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  let doc = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const [comment, inside] = DOC.exec(rest) ?? [];
    const [blank] = /^(?:\s+|\/\/[^\n]*|\/\*(?!\*)[\s\S]*?\*\/)/.exec(rest) ?? [];
    if (comment !== undefined) {
      doc = docText(inside as string);
      at += comment.length;
    } else if (blank !== undefined) at += blank.length;
    else {
      const end = endOf(text, at);
      statements.push({ doc, text: text.slice(at, end) });
      doc = "";
      at = end;
    }
  }
  return statements;
}

const DECLARED =
  /^export (?:declare )?(?:abstract )?(?:interface|class|type|function|const|let|enum|namespace) ([\w$]+)/;
const LISTED = /^export (?:type )?\{([^}]*)\}(?: from "([^"]+)")?/;
const IMPORTED = /^import (?:type )?\{([^}]*)\} from "([^"]+)"/;
const STARRED = /^export (?:type )?\* from "([^"]+)"/;

/** The names of a list in braces: what each is called there, and here. */
function listed(list: string): [there: string, here: string][] {
  return [...list.matchAll(/(?:type )?([\w$]+)(?: as ([\w$]+))?/g)].map(([, there = "", here = there]) => [
    there,
    here,
  ]);
}

/** The declarations of a compiled module by exported name, re-exports followed. Throws Error for one that is not found. */
export function exportsOf(file: string): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const from = (specifier: string): Map<string, Declaration> =>
    exportsOf(resolve(dirname(file), specifier.replace(/\.ts$/, ".d.ts")));
  const imported = new Map<string, () => Declaration | undefined>();
  for (const { doc, text } of statementsOf(readFileSync(file, "utf8"))) {
    const [, imports = "", origin = ""] = IMPORTED.exec(text) ?? [];
    for (const [there, here] of listed(imports)) imported.set(here, () => from(origin).get(there));
    const [, name] = DECLARED.exec(text) ?? [];
    const [, list, source] = LISTED.exec(text) ?? [];
    const [, everything] = STARRED.exec(text) ?? [];
    if (name !== undefined) {
      const plain = text.replace(/^export (?:declare )?/, "");
      const before = found.get(name);
      const overloads = before === undefined ? plain : `${before.text}\n${plain}`;
      found.set(name, { name, doc: before?.doc || doc, text: overloads });
    } else if (everything !== undefined) {
      for (const [each, declaration] of from(everything)) found.set(each, declaration);
    } else if (list !== undefined) {
      const there = source === undefined ? undefined : from(source);
      for (const [own, as] of listed(list)) {
        const declaration = there === undefined ? (imported.get(own)?.() ?? found.get(own)) : there.get(own);
        if (declaration === undefined) throw new Error(`${file} exports ${own}, which cannot be found`);
        found.set(as, { ...declaration, name: as });
      }
    }
  }
  return found;
}
