// The module `fnmatch`: shell patterns, by way of regular expressions.
import { escapePattern } from "../../regex/regex.ts";
import { bytesOf, PyBytes } from "../bytes.ts";
import { typeError } from "../exceptions.ts";
import { method1, special } from "../function.ts";
import { hash } from "../hash.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, type PyValue, typeName } from "../object.ts";
import { length } from "../operators.ts";
import { list } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { pythonFunctions } from "./python-function.ts";
import { compile, type PyPattern } from "./re.ts";

/** The inside of a character class: ranges that are empty are left out, set operations escaped. */
function classBody(inside: string): string {
  let body = inside.replaceAll("\\", "\\\\");
  if (inside.includes("-")) {
    // Hyphens that make ranges stand between chunks; those at either end and beside a range are characters.
    const chunks: string[] = [];
    let from = 0;
    let hyphen = inside.indexOf("-", inside[0] === "!" ? 2 : 1);
    while (hyphen >= 0) {
      chunks.push(inside.slice(from, hyphen));
      from = hyphen + 1;
      hyphen = inside.indexOf("-", hyphen + 3);
    }
    const last = inside.slice(from);
    if (last !== "") chunks.push(last);
    else chunks[chunks.length - 1] += "-";
    for (let k = chunks.length - 1; k > 0; k--) {
      const left = Array.from(chunks[k - 1] as string);
      const right = Array.from(chunks[k] as string);
      if (point(left.at(-1)) > point(right[0])) {
        chunks[k - 1] = left.slice(0, -1).join("") + right.slice(1).join("");
        chunks.splice(k, 1);
      }
    }
    body = chunks.map((chunk) => chunk.replace(/[\\-]/g, "\\$&")).join("-");
  }
  return body.replace(/[&~|]/g, "\\$&");
}
function point(char: string | undefined): number {
  return char?.codePointAt(0) ?? -1;
}

/** The pieces of a pattern as regular expressions; null for a run of `*`. */
function pieces(pattern: string): (string | null)[] {
  const out: (string | null)[] = [];
  for (let i = 0; i < pattern.length; ) {
    const char = String.fromCodePoint(pattern.codePointAt(i) as number);
    i += char.length;
    if (char === "*") {
      if (out.length === 0 || out.at(-1) !== null) out.push(null);
    } else if (char === "?") out.push(".");
    else if (char !== "[") out.push(escapePattern(char));
    else {
      let first = i;
      if (pattern[first] === "!") first += 1;
      if (pattern[first] === "]") first += 1;
      const close = pattern.indexOf("]", first);
      if (close < 0) {
        out.push("\\[");
        continue;
      }
      const body = classBody(pattern.slice(i, close));
      i = close + 1;
      if (body === "") out.push("(?!)");
      else if (body === "!") out.push(".");
      else if (body[0] === "!") out.push(`[^${body.slice(1)}]`);
      else out.push(`[${/^[[^]/.test(body) ? "\\" : ""}${body}]`);
    }
  }
  return out;
}

/** `fnmatch.translate`: fixed text between stars is taken at its first place, which never has to be undone. */
function translate(pattern: PyValue): string {
  const text = asStr(pattern);
  if (text === undefined) {
    length(pattern);
    throw typeError(`a shell pattern must be a str, not '${typeName(pattern)}'`);
  }
  charge(text.length);
  allocate(text.length * 8);
  const parts = pieces(text);
  const firstStar = parts.indexOf(null);
  if (firstStar < 0) return `(?s:${parts.join("")})\\Z`;
  let out = parts.slice(0, firstStar).join("");
  for (let i = firstStar; i < parts.length; ) {
    const next = parts.indexOf(null, i + 1);
    const fixed = parts.slice(i + 1, next < 0 ? undefined : next).join("");
    out += next < 0 ? `.*${fixed}` : `(?>.*?${fixed})`;
    i = next < 0 ? parts.length : next;
  }
  return `(?s:${out})\\Z`;
}

function compiled(pattern: PyValue): PyPattern {
  // CPython remembers patterns by their hash.
  hash(pattern);
  if (!(pattern instanceof PyBytes)) return compile(translate(pattern));
  const text = Array.from(pattern.bytes, (byte) => String.fromCharCode(byte)).join("");
  return compile(bytesOf(translate(text)));
}

/** `os.path.normcase` where paths are case-sensitive: only the type is looked at. */
function path(value: PyValue): PyValue {
  if (asStr(value) !== undefined || value instanceof PyBytes) return value;
  const shown = special(value, "__fspath__", []);
  if (shown === undefined)
    throw typeError(`expected str, bytes or os.PathLike object, not ${typeName(value)}`);
  if (asStr(shown) !== undefined || shown instanceof PyBytes) return shown;
  throw typeError(`expected ${typeName(value)}.__fspath__() to return str or bytes, not ${typeName(shown)}`);
}

function matches(name: PyValue, pattern: PyValue): boolean {
  return method1(compiled(pattern), "match", name) !== null;
}

defineModule("fnmatch", {
  values: pythonFunctions({
    "fnmatch(name, pat)": (name: PyValue, pattern: PyValue) => {
      const given = path(name);
      return matches(given, path(pattern));
    },
    "fnmatchcase(name, pat)": matches,
    "filter(names, pat)": (names: PyValue, pattern: PyValue) => {
      const wanted = compiled(path(pattern));
      return list(collect(names).filter((name) => method1(wanted, "match", name) !== null));
    },
    "translate(pat)": translate,
  }),
});
