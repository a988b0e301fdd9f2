// Replacing what a pattern finds: `sub`, `subn`, and the templates that these and `Match.expand` take.
import { parseTemplate, type Spans } from "../../regex/regex.ts";
import { asBytes, latin1Text } from "../bytes.ts";
import { typeError } from "../exceptions.ts";
import { call1, defineMethods, isCallable } from "../function.ts";
import { hash } from "../hash.ts";
import { asStr, type PyObject, type PyValue, typeName } from "../object.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { pythonFunctions } from "./python-function.ts";
import {
  back,
  compile,
  guarded,
  limitOf,
  matchType,
  PyMatch,
  type PyPattern,
  patternType,
  reModule,
  type Subject,
  withOptions,
} from "./re.ts";

/** A replacement taken apart: literal texts and numbers of groups. */
interface Template {
  readonly parts: readonly (string | number)[];
  readonly bytes: boolean;
  /** It has no backslash. */
  readonly literal: boolean;
}

function template(pattern: PyPattern, replacement: PyValue): Template {
  const text = asStr(replacement) ?? bytesText(replacement);
  if (text === undefined) {
    // CPython looks into its cache first.
    hash(replacement);
    throw typeError(`decoding to str: need a bytes-like object, ${typeName(replacement)} found`);
  }
  const bytes = asStr(replacement) === undefined;
  const parts = guarded(replacement, () => parseTemplate(text, pattern.compiled, { bytes }));
  return { parts, bytes, literal: !text.includes("\\") };
}
function bytesText(value: PyValue): string | undefined {
  const bytes = asBytes(value);
  return bytes === undefined ? undefined : latin1Text(bytes);
}

/** `sequence item …`, as joining texts of two kinds complains. */
function mixed(at: number, bytes: boolean, name: string): PyObject {
  return typeError(
    `sequence item ${at}: expected ${bytes ? "a bytes-like object" : "str instance"}, ${name} found`,
  );
}

/** What a template comes to for a match. */
function expand({ parts, bytes }: Template, s: Subject, spans: Spans): string {
  let out = "";
  // Joined to what is before the first group, be that nothing.
  let items = typeof parts[0] === "number" ? 1 : 0;
  for (const part of parts) {
    if (typeof part === "string") out += part;
    else if ((spans[2 * part] as number) < 0) continue;
    else if (bytes !== s.bytes) throw mixed(items, bytes, s.bytes ? "bytes" : "str");
    else out += s.text.slice(spans[2 * part], spans[2 * part + 1]);
    items += 1;
  }
  return out;
}

function substitute(
  pattern: PyPattern,
  replacement: PyValue,
  value: PyValue,
  count: PyValue,
): [PyValue, number] {
  const limit = limitOf(count);
  const made = isCallable(replacement) ? undefined : template(pattern, replacement);
  const s = pattern.subject(value);
  const all = limit < 0 ? [] : pattern.all(s, 0, s.text.length, limit);
  let out = "";
  let from = 0;
  // What is joined in the end, and the first of it that cannot be.
  let items = 0;
  let wrong: PyObject | undefined;
  for (const spans of all) {
    charge(1);
    const at = spans[0] as number;
    if (from < at) {
      out += s.text.slice(from, at);
      items += 1;
    }
    from = spans[1] as number;
    let piece: string | undefined;
    let name: string;
    if (made === undefined) {
      const result = call1(replacement, new PyMatch(pattern, s, spans, 0, s.text.length));
      if (result === null) continue;
      piece = s.bytes ? bytesText(result) : asStr(result);
      name = typeName(result);
    } else {
      const text = expand(made, s, spans);
      piece = made.bytes === s.bytes ? text : undefined;
      // A replacement without a backslash stands for itself.
      name = made.literal ? typeName(replacement) : made.bytes ? "bytes" : "str";
    }
    if (piece === undefined) wrong ??= mixed(items, s.bytes, name);
    else {
      allocate(piece.length + 8);
      out += piece;
    }
    items += 1;
  }
  if (wrong !== undefined) throw wrong;
  return [back(out + s.text.slice(from), s.bytes), all.length];
}
defineMethods(patternType, {
  "sub(repl, string, count=0)": (self: PyPattern, repl: PyValue, value: PyValue, count: PyValue = 0) =>
    substitute(self, repl, value, count)[0],
  "subn(repl, string, count=0)": (self: PyPattern, repl: PyValue, value: PyValue, count: PyValue = 0) =>
    tuple(substitute(self, repl, value, count)),
});
defineMethods(matchType, {
  "expand(template)": (self: PyMatch, text: PyValue) => {
    const made = template(self.pattern, text);
    return back(expand(made, self.subject, self.spans), made.bytes);
  },
});
/** What the module's function of this name does. */
const substituting =
  (name: "sub" | "subn") =>
  (p: PyValue, repl: PyValue, value: PyValue, rest: PyTuple, count?: PyValue, flags?: PyValue): PyValue => {
    const [most, bits] = withOptions(name, 3, "count", rest, count, flags);
    const [text, made] = substitute(compile(p, bits), repl, value, most);
    return name === "sub" ? text : tuple([text, made]);
  };
const functions = pythonFunctions({
  "sub(pattern, repl, string, *args, count=0, flags=0)": substituting("sub"),
  "subn(pattern, repl, string, *args, count=0, flags=0)": substituting("subn"),
});
for (const [name, f] of Object.entries(functions)) reModule.attributes.set(name, f);

/** `re.sub(regex, repl, value)`: authentik's `regex_replace`. */
export function regexReplace(regex: PyValue, repl: PyValue, value: PyValue): PyValue {
  return substitute(compile(regex), repl, value, 0)[0];
}
