// `json.JSONEncoder`: values to JSON text, piece by piece.
import { getAttribute, setAttribute } from "../attribute.ts";
import { dictType, PyDict } from "../dict.ts";
import { pyError, RecursionError, typeError, valueError } from "../exceptions.ts";
import { reprFloat } from "../float-text.ts";
import { call1, method, method0, PyBoundMethod } from "../function.ts";
import { intText } from "../integer-text.ts";
import { collect, iter, LazyIterator, type Stepper, unpack } from "../iterator.ts";
import { asInt, asStr, PyFloat, type PyValue, typeName } from "../object.ts";
import { mul, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge, S } from "../state.ts";
import { allocateText, joinParts } from "../text.ts";
import { sortItems } from "../types/list.ts";
import { joinText } from "../types/str-methods.ts";
import { mapCharacters } from "../unicode.ts";
import { pythonClass, pythonFunctions, pythonMethods } from "./python-function.ts";

const SAFE_ASCII = /^[ !#-[\]-~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON escapes.
const SAFE = /^[^\x00-\x1f"\\]*$/;
const SHORT = new Map([
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);
const unitEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

/** A JSON string, with everything beyond ASCII escaped. */
export function encodeAscii(text: string): string {
  charge(text.length >> 5);
  if (SAFE_ASCII.test(text)) return `"${text}"`;
  allocate(text.length * 6);
  const body = mapCharacters(text, (char) => {
    if (SAFE_ASCII.test(char)) return char;
    const short = SHORT.get(char);
    if (short !== undefined) return short;
    return Array.from({ length: char.length }, (_, i) => unitEscape(char.charCodeAt(i))).join("");
  });
  return `"${body}"`;
}
/** A JSON string, with only what JSON wants escaped. */
export function encodeUnicode(text: string): string {
  charge(text.length >> 5);
  if (SAFE.test(text)) return `"${text}"`;
  allocate(text.length * 3);
  const body = mapCharacters(
    text,
    (char) => SHORT.get(char) ?? (char < " " ? unitEscape(char.charCodeAt(0)) : char),
  );
  return `"${body}"`;
}
function textOf(value: PyValue): string {
  const text = asStr(value);
  if (text !== undefined) return text;
  throw typeError(`first argument must be a string, not ${typeName(value)}`);
}

/** How values are written. */
interface Style {
  readonly quote: (text: string) => string;
  readonly markers: Set<PyValue> | null;
  readonly makeDefault: (value: PyValue) => PyValue;
  readonly indent: string | null;
  readonly keySeparator: string;
  readonly itemSeparator: string;
  readonly sortKeys: boolean;
  readonly skipKeys: boolean;
  readonly allowNan: boolean;
}

/** A container that is being written, or an object that `default` has replaced. */
interface Level {
  readonly container: PyValue;
  readonly kind: "list" | "dict" | "default";
  readonly items: Stepper;
  readonly separator: string;
  /** What comes before the next item. */
  before: string;
}

/** How CPython's two encoders differ: the one in C, for a whole text, and the one in Python, for its chunks. */
interface Manner {
  /** Deepest nesting, and how the complaint ends. */
  readonly limit: number;
  readonly complaint: string;
  /** The one in C makes a list of a sequence first, and asks no `__len__` of a derived class. */
  readonly isDirect: boolean;
}

/** C calls that CPython nests before it gives up. */
const WHOLE: Manner = { limit: 9990, complaint: " while encoding a JSON object", isDirect: true };
/** Chunks that are joined at a time. */
const BATCH = 4096;
const NOTHING: Stepper = { next: () => undefined };
/** A sequence, or of one of a derived class what it gives. */
function listed(value: PyList | PyTuple): PyList | PyTuple {
  return value.cls.builtin ? value : list(collect(value));
}

/** A value on its way to text. `advance` adds to `chunks`; `default` is called only when its turn comes. */
class Encoding {
  readonly chunks: string[] = [];
  private readonly style: Style;
  private readonly levels: Level[] = [];
  private waiting: PyValue | undefined;
  /** Containers among the levels. */
  private depth = 0;
  private readonly manner: Manner;

  constructor(style: Style, value: PyValue, manner: Manner) {
    this.style = style;
    this.waiting = value;
    this.manner = manner;
  }

  /** Makes at least one step; false when all is written. */
  advance(): boolean {
    charge(1);
    const value = this.waiting;
    if (value !== undefined) {
      this.waiting = undefined;
      this.open(value, "");
      return true;
    }
    const level = this.levels.at(-1);
    if (level === undefined) return false;
    const item = level.items.next();
    if (item === undefined) this.close(level);
    else if (level.kind === "dict") this.entry(level, item);
    else {
      const { before } = level;
      level.before = level.separator;
      this.open(item, before);
    }
    return true;
  }

  private add(chunk: string): void {
    allocate(chunk.length + 24);
    this.chunks.push(chunk);
  }

  private scalar(value: PyValue): string | undefined {
    if (value === null) return "null";
    if (typeof value === "boolean") return value ? "true" : "false";
    const text = asStr(value);
    if (text !== undefined) return this.style.quote(text);
    const int = asInt(value);
    if (int !== undefined) return intText(int);
    return value instanceof PyFloat ? this.float(value) : undefined;
  }
  private float(value: PyFloat): string {
    const number = value.value;
    if (Number.isFinite(number)) return reprFloat(number);
    if (!this.style.allowNan)
      throw valueError(`Out of range float values are not JSON compliant: ${repr(value)}`);
    return Number.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  }

  /** Begins a value; `before` stands before it. */
  private open(value: PyValue, before: string): void {
    const text = this.scalar(value);
    if (text !== undefined) {
      this.add(before + text);
      return;
    }
    if (before !== "") {
      // Whoever takes the chunks one by one gets this one before anything is called.
      this.add(before);
      this.waiting = value;
    } else if (value instanceof PyList || value instanceof PyTuple) this.openList(value);
    else if (value instanceof PyDict) this.openDict(value);
    else {
      this.mark(value);
      this.push({ container: value, kind: "default", items: NOTHING, separator: "", before: "" });
      this.waiting = this.style.makeDefault(value);
    }
  }
  private openList(value: PyList | PyTuple): void {
    const { isDirect } = this.manner;
    const items = isDirect ? listed(value) : value;
    if (isDirect ? items.items.length === 0 : !truth(value)) {
      this.add("[]");
      return;
    }
    this.mark(value);
    const line = this.newline(1);
    this.push({
      container: value,
      kind: "list",
      items: iter(items),
      separator: this.style.itemSeparator + line,
      before: `[${line}`,
    });
  }
  private openDict(value: PyDict): void {
    if (this.manner.isDirect ? value.size === 0 : !truth(value)) {
      this.add("{}");
      return;
    }
    this.mark(value);
    this.add("{");
    const line = this.newline(1);
    if (line !== "") this.add(line);
    const separator = this.style.itemSeparator + line;
    this.push({ container: value, kind: "dict", items: this.entries(value), separator, before: "" });
  }
  private entries(dict: PyDict): Stepper {
    if (dict.cls === dictType && !this.style.sortKeys) {
      return iter(method0(dict, "items"));
    }
    const items = collect(method0(dict, "items"));
    return iter(list(this.style.sortKeys ? sortItems(items, null, false) : items));
  }

  private entry(level: Level, item: PyValue): void {
    if (!(item instanceof PyTuple) || item.items.length !== 2) throw valueError("items must return 2-tuples");
    const [key, value] = item.items as [PyValue, PyValue];
    const name = asStr(key) ?? this.scalar(key);
    if (name === undefined) {
      if (this.style.skipKeys) return;
      throw typeError(`keys must be str, int, float, bool or None, not ${className(key)}`);
    }
    if (level.before !== "") this.add(level.before);
    level.before = level.separator;
    this.add(this.style.quote(name));
    this.add(this.style.keySeparator);
    this.waiting = value;
  }

  private close(level: Level): void {
    this.levels.pop();
    if (level.kind !== "default") {
      this.depth -= 1;
      const line = this.newline(0);
      if (line !== "") this.add(line);
      this.add(level.kind === "list" ? "]" : "}");
    }
    this.style.markers?.delete(level.container);
  }

  private mark(value: PyValue): void {
    const { markers } = this.style;
    if (markers === null) return;
    if (markers.has(value)) throw valueError("Circular reference detected");
    markers.add(value);
  }
  private push(level: Level): void {
    if (this.levels.length >= this.manner.limit) {
      throw pyError(RecursionError, `maximum recursion depth exceeded${this.manner.complaint}`);
    }
    this.levels.push(level);
    if (level.kind !== "default") this.depth += 1;
  }
  private newline(deeper: number): string {
    const { indent } = this.style;
    if (indent === null) return "";
    const depth = this.depth + deeper;
    allocateText(indent.length * depth);
    return `\n${indent.repeat(depth)}`;
  }
}

const className = (value: PyValue): string => str(getAttribute(getAttribute(value, "__class__"), "__name__"));

/** `json.JSONEncoder`. */
export const encoderType = pythonClass("JSONEncoder", { module: "json.encoder" });
encoderType.dict.set("item_separator", ", ");
encoderType.dict.set("key_separator", ": ");

function separator(self: PyValue, name: string, position: number): string {
  const value = getAttribute(self, name);
  const text = asStr(value);
  if (text !== undefined) return text;
  throw typeError(`make_encoder() argument ${position} must be str, not ${className(value)}`);
}

const plainDefault = (value: PyValue): PyValue => {
  throw typeError(`Object of type ${className(value)} is not JSON serializable`);
};

/** How an encoder's attributes say that values are written. */
function styleOf(self: PyValue): Style {
  const indent = getAttribute(self, "indent");
  const makeDefault = getAttribute(self, "default");
  const own = makeDefault instanceof PyBoundMethod && makeDefault.func === encoderType.dict.get("default");
  return {
    markers: truth(getAttribute(self, "check_circular")) ? new Set() : null,
    quote: truth(getAttribute(self, "ensure_ascii")) ? encodeAscii : encodeUnicode,
    makeDefault: own ? plainDefault : (value) => call1(makeDefault, value),
    indent: indent === null ? null : (asStr(indent) ?? textOf(mul(" ", indent))),
    keySeparator: separator(self, "key_separator", 5),
    itemSeparator: separator(self, "item_separator", 6),
    sortKeys: truth(getAttribute(self, "sort_keys")),
    skipKeys: truth(getAttribute(self, "skipkeys")),
    allowNan: truth(getAttribute(self, "allow_nan")),
  };
}

function whole(style: Style, value: PyValue): string {
  const encoding = new Encoding(style, value, WHOLE);
  const { chunks } = encoding;
  const parts: string[] = [];
  while (encoding.advance()) {
    if (chunks.length < BATCH) continue;
    // A million small pieces take many times the memory of their text.
    parts.push(chunks.join(""));
    chunks.length = 0;
  }
  parts.push(chunks.join(""));
  return joinParts(parts);
}
/** The chunks of `iterencode`, made as they are asked for. */
function pieces(style: Style, value: PyValue): PyValue {
  // CPython has a generator for each level, and they count as calls.
  const encoding = new Encoding(style, value, {
    limit: S.maxDepth - S.depth,
    complaint: "",
    isDirect: false,
  });
  const { chunks } = encoding;
  let at = 0;
  let failure: { readonly error: unknown } | undefined;
  return new LazyIterator(() => {
    while (at >= chunks.length) {
      if (failure !== undefined) throw failure.error;
      chunks.length = 0;
      at = 0;
      try {
        if (!encoding.advance()) return undefined;
      } catch (error) {
        // What was written before it comes first.
        failure = { error };
      }
    }
    return chunks[at++] as string;
  });
}

const plainStyle = (): Style => ({
  quote: encodeAscii,
  markers: new Set(),
  makeDefault: plainDefault,
  indent: null,
  keySeparator: ": ",
  itemSeparator: ", ",
  sortKeys: false,
  skipKeys: false,
  allowNan: true,
});
/** `json.dumps(value)` without options. */
export function encodePlain(value: PyValue): string {
  return whole(plainStyle(), value);
}
/** `json.JSONEncoder().iterencode(value)`. */
export function encodePieces(value: PyValue): PyValue {
  return pieces(plainStyle(), value);
}

pythonMethods(encoderType, {
  "__init__(*, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False, indent=None, separators=None, default=None)":
    (
      self: PyValue,
      skipkeys: PyValue = false,
      ensureAscii: PyValue = true,
      checkCircular: PyValue = true,
      allowNan: PyValue = true,
      sortKeys: PyValue = false,
      indent: PyValue = null,
      separators: PyValue = null,
      fallback: PyValue = null,
    ) => {
      setAttribute(self, "skipkeys", skipkeys);
      setAttribute(self, "ensure_ascii", ensureAscii);
      setAttribute(self, "check_circular", checkCircular);
      setAttribute(self, "allow_nan", allowNan);
      setAttribute(self, "sort_keys", sortKeys);
      setAttribute(self, "indent", indent);
      if (separators !== null) {
        const [item, key] = unpack(separators, 2) as [PyValue, PyValue];
        setAttribute(self, "item_separator", item);
        setAttribute(self, "key_separator", key);
      } else if (indent !== null) setAttribute(self, "item_separator", ",");
      if (fallback !== null) setAttribute(self, "default", fallback);
      return null;
    },
  "default(o)": (_self: PyValue, value: PyValue) => plainDefault(value),
  "encode(o)": (self: PyValue, value: PyValue) => {
    const text = asStr(value);
    if (text !== undefined)
      return truth(getAttribute(self, "ensure_ascii")) ? encodeAscii(text) : encodeUnicode(text);
    const chunks = method(self, "iterencode", [value], new Map([["_one_shot", true]]));
    return joinText(
      "",
      chunks instanceof PyList || chunks instanceof PyTuple ? chunks : list(collect(chunks)),
    );
  },
  "iterencode(o, _one_shot=False)": (self: PyValue, value: PyValue, oneShot: PyValue = false) => {
    const style = styleOf(self);
    return truth(oneShot) ? tuple([whole(style, value)]) : pieces(style, value);
  },
});

/** The functions of `json.encoder`. */
export const encoderFunctions = pythonFunctions({
  "encode_basestring(s)": (s: PyValue) => encodeUnicode(textOf(s)),
  "encode_basestring_ascii(s)": (s: PyValue) => encodeAscii(textOf(s)),
});
