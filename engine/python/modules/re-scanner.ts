// The scanners of patterns, and `re.Scanner`: one match after another through a text.
import { getAttribute, setAttribute } from "../attribute.ts";
import { NotImplementedError, pyError, typeError } from "../exceptions.ts";
import { call0, call2, defineAttributes, defineMethods, isCallable, method1 } from "../function.ts";
import { collect, unpack } from "../iterator.ts";
import { asStr, makeType, PyObject, type PyValue } from "../object.ts";
import { getItem, truth } from "../operators.ts";
import { list, tuple } from "../sequence.ts";
import { PySlice } from "../types/slice.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";
import { compile, type PyMatch, type PyPattern, patternType, reModule, type Search } from "./re.ts";

/** `pattern.scanner(string)`: goes on where the last match ended. */
class PyScanner extends PyObject {
  readonly search: Search;
  /** Where the next match may begin, in UTF-16 offsets. */
  private at: number;
  /** The last match was empty and stood at `at`: the next may not be empty there. */
  private mustAdvance = false;
  private ended = false;
  constructor(search: Search) {
    super();
    this.search = search;
    this.at = search.from;
  }
  next(anchored: boolean): PyMatch | null {
    if (this.ended) return null;
    const { pattern, subject, to } = this.search;
    const found = pattern.all(subject, this.at, to, this.mustAdvance ? 2 : 1);
    const isEmptyHere = found[0]?.[0] === this.at && found[0][1] === this.at;
    const spans = this.mustAdvance && isEmptyHere ? found[1] : found[0];
    if (spans === undefined || (anchored && spans[0] !== this.at)) {
      this.ended = true;
      return null;
    }
    this.at = spans[1] as number;
    this.mustAdvance = spans[0] === spans[1];
    return this.search.match(spans);
  }
}
const scannerType = makeType("SRE_Scanner", { of: PyScanner, module: "_sre", subclassable: false });
defineMethods(scannerType, {
  "match()": (self: PyScanner) => self.next(true),
  "search()": (self: PyScanner) => self.next(false),
});
defineAttributes<PyScanner>(scannerType, { pattern: (self) => self.search.pattern });
defineMethods(patternType, {
  "scanner(string, pos=0, endpos=9223372036854775807)": (
    self: PyPattern,
    value: PyValue,
    pos?: PyValue,
    endpos?: PyValue,
  ) => new PyScanner(self.over(value, pos, endpos)),
});

/** `re.Scanner`: a lexicon of phrases, each with what becomes of its matches. */
const scannerClass = pythonClass("Scanner", { module: "re" });
reModule.attributes.set("Scanner", scannerClass);
pythonMethods(scannerClass, {
  "__init__(lexicon, flags=0)": (self: PyValue, lexicon: PyValue, flags: PyValue = 0) => {
    const phrases: string[] = [];
    for (const entry of collect(lexicon)) {
      const [phrase] = unpack(entry, 2);
      const text = asStr(phrase as PyValue);
      if (text === undefined) throw typeError("the phrases of a Scanner must be strings");
      // Alone, so that what is wrong with it is said of it.
      const { groups } = compile(text, flags).compiled;
      if (groups > 0 && /\\[1-9]|\(\?(?:P=|\()/.test(text)) {
        throw pyError(
          NotImplementedError,
          "a phrase of a Scanner that refers to a group is not supported in an expression",
        );
      }
      phrases.push(text);
    }
    setAttribute(self, "lexicon", lexicon);
    setAttribute(self, "scanner", compile(phrases.map((phrase) => `(${phrase})`).join("|"), flags));
    return null;
  },
  "scan(string)": (self: PyValue, string: PyValue) => {
    const scanner = getAttribute(self, "scanner");
    const match = getAttribute(method1(scanner, "scanner", string), "match");
    const entries = collect(getAttribute(self, "lexicon"));
    const result: PyValue[] = [];
    let at: PyValue = 0;
    for (;;) {
      const m = call0(match) as PyMatch | null;
      if (m === null || !truth(m)) break;
      const end = m.point(m.spans[1] as number);
      if (at === end) break;
      let action = unpack(entries[entryOf(m, entries)] as PyValue, 2)[1] as PyValue;
      if (isCallable(action)) {
        setAttribute(self, "match", m);
        action = call2(action, self, m.group(0));
      }
      if (action !== null) result.push(action);
      at = end;
    }
    return tuple([list(result), getItem(string, new PySlice(at, null, null))]);
  },
});

/** Which phrase a match is of: groups inside of phrases are counted too. */
function entryOf(m: PyMatch, entries: readonly PyValue[]): number {
  let group = 1;
  for (const [i, entry] of entries.entries()) {
    if ((m.spans[2 * group] as number) >= 0) return i;
    group += 1 + compile(unpack(entry, 2)[0] as PyValue).compiled.groups;
  }
  return 0;
}
