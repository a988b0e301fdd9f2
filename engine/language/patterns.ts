// Code generation for `match`.
//
// A pattern becomes a JavaScript condition over a temporary; names are bound as it succeeds, left to right, as PEP 634
// allows. An irrefutable case ends the chain; what follows it is a syntax error the parser's tree still holds.
import type { Expr, Match, Pattern } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import type { Frame } from "./emitter.ts";
import { condition, value } from "./expressions.ts";
import { branched } from "./instrument.ts";
import { literal } from "./literals.ts";
import { block } from "./statements.ts";
import { storeName } from "./targets.ts";

/** `match subject: case …`. */
export function matchStatement(f: Frame, node: Match): string {
  const { program } = f;
  const subject = program.unique("m");
  const label = program.unique("L");
  let code = `const ${subject}=${value(f, node.subject)};`;
  const before = f.bound;
  for (const [i, branch] of node.cases.entries()) {
    const { pattern, guard } = branch;
    if (i < node.cases.length - 1 && guard === null) refuseIrrefutable(pattern);
    checkNames(pattern, new Set());
    f.bound = before;
    const matched = new Set<string>();
    const test = f.scoped(() => {
      const made = patternTest(f, pattern, subject, matched);
      for (const name of matched) f.bound = f.bound.with(name);
      return guard === null ? made : `${made}&&${condition(f, guard)}`;
    });
    const isCertain = guard === null && irrefutable(pattern) !== null;
    code += `if(${isCertain ? test : branched(f, pattern, "match", test)}){${block(f, branch.body)}break ${label};}`;
  }
  f.bound = before;
  return `${label}:{${code}}`;
}

/** The part of a pattern that matches anything, if there is one. */
function irrefutable(pattern: Pattern): (Pattern & { kind: "MatchAs" }) | null {
  if (pattern.kind === "MatchAs") return pattern.pattern === null ? pattern : irrefutable(pattern.pattern);
  if (pattern.kind !== "MatchOr") return null;
  for (const part of pattern.patterns) {
    const found = irrefutable(part);
    if (found !== null) return found;
  }
  return null;
}
/** Patterns follow that would never be tried. */
function refuseIrrefutable(pattern: Pattern): void {
  const found = irrefutable(pattern);
  if (found === null) return;
  const what = found.name === null ? "wildcard" : `name capture '${found.name}'`;
  throw new PySyntaxError(`${what} makes remaining patterns unreachable`, found.start, found.end);
}

/** Names a pattern binds; binding one twice is an error, alternatives must bind the same. */
function checkNames(pattern: Pattern, names: Set<string>): Set<string> {
  const bind = (name: string | null): void => {
    if (name === null) return;
    if (names.has(name)) {
      throw new PySyntaxError(
        `multiple assignments to name '${name}' in pattern`,
        pattern.start,
        pattern.end,
      );
    }
    names.add(name);
  };
  switch (pattern.kind) {
    case "MatchValue":
      if (pattern.value.kind === "JoinedStr") {
        const text = "patterns may only match literals and attribute lookups";
        throw new PySyntaxError(text, pattern.start, pattern.end);
      }
      break;
    case "MatchSequence":
      if (pattern.patterns.filter((part) => part.kind === "MatchStar").length > 1) {
        const text = "multiple starred names in sequence pattern";
        throw new PySyntaxError(text, pattern.start, pattern.end);
      }
      for (const part of pattern.patterns) checkNames(part, names);
      break;
    case "MatchMapping":
      checkKeys(pattern.keys, pattern);
      for (const part of pattern.patterns) checkNames(part, names);
      bind(pattern.rest);
      break;
    case "MatchClass": {
      const seen = new Set<string>();
      for (const [i, attribute] of pattern.kwd_attrs.entries()) {
        if (seen.has(attribute)) {
          const { start, end } = pattern.kwd_patterns[i] as Pattern;
          throw new PySyntaxError(`attribute name repeated in class pattern: ${attribute}`, start, end);
        }
        seen.add(attribute);
      }
      for (const part of [...pattern.patterns, ...pattern.kwd_patterns]) checkNames(part, names);
      break;
    }
    case "MatchStar":
      bind(pattern.name);
      break;
    case "MatchAs":
      if (pattern.pattern !== null) checkNames(pattern.pattern, names);
      bind(pattern.name);
      break;
    case "MatchOr": {
      const all = pattern.patterns.map((part) => checkNames(part, new Set(names)));
      const first = all[0] as Set<string>;
      for (const [i, other] of all.entries()) {
        if (i < all.length - 1) refuseIrrefutable(pattern.patterns[i] as Pattern);
        if (other.size !== first.size || ![...other].every((name) => first.has(name))) {
          throw new PySyntaxError("alternative patterns bind different names", pattern.start, pattern.end);
        }
      }
      for (const name of first) names.add(name);
      break;
    }
    default:
      break;
  }
  return names;
}

function checkKeys(keys: readonly Expr[], pattern: Pattern): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (key.kind === "JoinedStr") {
      const text = "mapping pattern keys may only match literals and attribute lookups";
      throw new PySyntaxError(text, pattern.start, pattern.end);
    }
    const constant = literal(key);
    if (constant === null) continue;
    if (seen.has(constant.identity)) {
      const text = `mapping pattern checks duplicate key (${constant.repr})`;
      throw new PySyntaxError(text, pattern.start, pattern.end);
    }
    seen.add(constant.identity);
  }
}

/** A condition that is true when the pure code `subject` matches; binds names on the way. */
function patternTest(f: Frame, pattern: Pattern, subject: string, matched: Set<string>): string {
  const bind = (name: string, code: string): string => {
    const stored = storeName(f, name, code, pattern);
    matched.add(f.mangled(name));
    return `(${stored},true)`;
  };
  /** Tests the parts of an array held in a temporary. */
  const parts = (array: string, patterns: readonly Pattern[]): string =>
    patterns
      .map((part, i) => patternTest(f, part, `${array}[${i}]`, matched))
      .filter((test) => test !== "true")
      .map((test) => `&&${test}`)
      .join("");
  switch (pattern.kind) {
    case "MatchValue":
      return f.mark(pattern, `${f.use("truth")}(${f.use("eq")}(${subject},${value(f, pattern.value)}))`);
    case "MatchSingleton":
      return `${subject}===${pattern.value === "None" ? "null" : pattern.value.toLowerCase()}`;
    case "MatchSequence": {
      const t = f.temp();
      const star = pattern.patterns.findIndex((part) => part.kind === "MatchStar");
      const n = pattern.patterns.length;
      const starred = pattern.patterns[star];
      const named = starred?.kind === "MatchStar" && starred.name !== null;
      const open = f.mark(
        pattern,
        `(${t}=${f.use("matchSequence")}(${subject},${star < 0 ? n : n - 1},${star},${named}))!==null`,
      );
      return `(${open}${parts(t, pattern.patterns)})`;
    }
    case "MatchStar":
      return pattern.name === null ? "true" : bind(pattern.name, subject);
    case "MatchMapping": {
      const t = f.temp();
      const keys = pattern.keys.map((key: Expr) => value(f, key)).join(",");
      const rest = pattern.rest !== null;
      const open = f.mark(pattern, `(${t}=${f.use("matchMapping")}(${subject},[${keys}],${rest}))!==null`);
      const tail = pattern.rest === null ? "" : `&&${bind(pattern.rest, `${t}[${pattern.keys.length}]`)}`;
      return `(${open}${parts(t, pattern.patterns)}${tail})`;
    }
    case "MatchClass": {
      const t = f.temp();
      // Unlike other attributes these are looked up as they are written, also in a class.
      const names = JSON.stringify(pattern.kwd_attrs);
      const open = f.mark(
        pattern,
        `(${t}=${f.use("matchClass")}(${subject},${value(f, pattern.cls)},${pattern.patterns.length},${names}))!==null`,
      );
      return `(${open}${parts(t, [...pattern.patterns, ...pattern.kwd_patterns])})`;
    }
    case "MatchAs": {
      const inner = pattern.pattern === null ? "true" : patternTest(f, pattern.pattern, subject, matched);
      if (pattern.name === null) return inner;
      const stored = bind(pattern.name, subject);
      return inner === "true" ? stored : `(${inner}&&${stored})`;
    }
    case "MatchOr":
      return `(${pattern.patterns.map((part) => patternTest(f, part, subject, matched)).join("||")})`;
  }
}
