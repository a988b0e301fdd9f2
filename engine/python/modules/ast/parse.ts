// `ast.parse`: text to nodes, and the parser's complaints as exceptions.
import { PySyntaxError } from "../../../language/diagnostics.ts";
import { LineMap } from "../../../language/lines.ts";
import { parseExpression, parseModule } from "../../../language/parser.ts";
import { asBytes } from "../../bytes.ts";
import { decode, encode } from "../../codecs.ts";
import {
  exceptionTypes,
  MemoryError,
  NotImplementedError,
  type PyException,
  pyError,
  raise,
  SyntaxError_,
  typeError,
  valueError,
} from "../../exceptions.ts";
import { call } from "../../function.ts";
import { unpack } from "../../iterator.ts";
import { asStr, type PyType, type PyValue, typeName } from "../../object.ts";
import { gt, index, ne, truth } from "../../operators.ts";
import { str } from "../../representation.ts";
import { PyTuple, tuple } from "../../sequence.ts";
import { allocate, charge } from "../../state.ts";
import { fromTree } from "./from-tree.ts";
import { isAst } from "./nodes.ts";

/** Bytes that tokens and tree take for each character of a text, at most. */
const BYTES_PER_CHARACTER = 200;

/** What CPython puts in `end_offset` where no range is marked. */
function endOfPoint(error: PySyntaxError, offset: number): number {
  const { type, message } = error;
  if (type === "IndentationError" || message === "unexpected EOF while parsing") return -1;
  const bare = type === "TabError" || /was never closed$|^':' expected after dictionary key$/.test(message);
  return bare ? 0 : offset;
}

function syntaxError(
  error: PySyntaxError,
  text: string,
  filename: string,
  wholeModule: boolean,
): PyException {
  const { type, message, start, end } = error;
  const cls = exceptionTypes.get(type) as PyType;
  if (!cls.isSubtype(SyntaxError_)) return pyError(cls, message);
  if (message === "source code string cannot contain null bytes") return pyError(cls, message);
  if (text === "") return raise(call(cls, [message, tuple([filename, 0, 0, "", 0, 0])], null) as PyException);
  const lines = new LineMap(text);
  const from = lines.position(start);
  const to = end > start ? lines.endPosition(end) : from;
  const offset = from.column + 1;
  const shown = lines.lineText(from.line);
  const endOffset = end > start ? to.column + 1 : endOfPoint(error, offset);
  // A module's last line always ends in a line break; what cannot be split into tokens is shown without it.
  const broken = (from.line < lines.lineCount || wholeModule) && endOffset !== offset;
  const place = [filename, from.line, offset, broken ? `${shown}\n` : shown];
  return raise(call(cls, [message, tuple([...place, to.line, endOffset])], null) as PyException);
}

/** Parses a text, and gives its nodes. Throws Python's exceptions. */
export function parseText(text: string, filename: string, mode: "exec" | "eval"): PyValue {
  charge(text.length);
  allocate(BYTES_PER_CHARACTER * text.length);
  if (!text.isWellFormed()) encode(text);
  try {
    return fromTree(text, mode === "exec" ? parseModule(text) : parseExpression(text));
  } catch (error) {
    if (error instanceof PySyntaxError) throw syntaxError(error, text, filename, mode === "exec");
    // The parser has its own bounds; a caller that is itself deep in calls may have left it less.
    if (error instanceof RangeError) {
      throw pyError(MemoryError, "Parser stack overflowed - Python source too complex to parse");
    }
    throw error;
  }
}

function missing(what: string): PyException {
  return pyError(NotImplementedError, `${what} is not available in an expression`);
}

const CODING = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/** The text of a program given as bytes: UTF-8, or what its first lines declare. */
function sourceText(bytes: Uint8Array, filename: string): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = marked ? bytes.subarray(3) : bytes;
  const head = decode(body.subarray(0, 400), "latin-1").split(/\r\n?|\n/, 2);
  const first = CODING.exec(head[0] ?? "");
  const second = /^[ \t\f]*(?:#.*)?$/.test(head[0] ?? "") ? CODING.exec(head[1] ?? "") : null;
  const declared = (first ?? second)?.[1]?.toLowerCase().replaceAll("_", "-");
  if (declared !== undefined && !/^utf-?8(?:-|$)/.test(declared)) {
    if (marked) throw missing(`a source with a byte order mark and the encoding ${declared}`);
    return decode(body, declared);
  }
  try {
    return decode(body, "utf-8");
  } catch (error) {
    const message = `(unicode error) ${str(error as PyException)}`;
    const place = tuple([filename, 1, 1, null, 1, -1]);
    throw raise(call(SyntaxError_, [message, place], null) as PyException);
  }
}

function fileName(filename: PyValue): string {
  const text = asStr(filename);
  if (text !== undefined) return text;
  const bytes = asBytes(filename);
  if (bytes === undefined) {
    throw typeError(`expected str, bytes or os.PathLike object, not ${typeName(filename)}`);
  }
  return decode(bytes, "utf-8", "surrogateescape");
}

/** The minor version of 3.x whose grammar is asked for must be this one or a later one. */
function checkVersion(version: PyValue): void {
  let minor = version;
  if (version === null) return;
  if (version instanceof PyTuple) {
    const [major, second] = unpack(version, 2) as [PyValue, PyValue];
    if (truth(ne(major, 3))) throw valueError(`Unsupported major version: ${str(major)}`);
    minor = second;
  }
  const number = Number(index(minor));
  if (number >= 0 && number < 13) throw missing(`the grammar of Python 3.${number}`);
}

/** `ast.parse`. */
export function parse(
  source: PyValue,
  filename: PyValue = "<unknown>",
  mode: PyValue = "exec",
  typeComments: PyValue = false,
  featureVersion: PyValue = null,
  optimize: PyValue = -1,
): PyValue {
  const optimized = truth(gt(optimize, 0));
  checkVersion(featureVersion);
  const file = fileName(filename);
  const kind = asStr(mode);
  if (kind === undefined) throw typeError(`compile() argument 'mode' must be str, not ${typeName(mode)}`);
  const level = Number(index(optimize));
  if (level < -1 || level > 2) throw valueError("compile(): invalid optimize value");
  if (!["exec", "eval", "single", "func_type"].includes(kind)) {
    throw valueError("compile() mode must be 'exec', 'eval', 'single' or 'func_type'");
  }
  if (optimized) throw missing("ast.parse() with optimize");
  if (truth(typeComments)) throw missing("ast.parse() with type_comments");
  if (isAst(source)) return source;
  const bytes = asBytes(source);
  const text = asStr(source) ?? (bytes === undefined ? undefined : sourceText(bytes, file));
  if (text === undefined) throw typeError("compile() arg 1 must be a string, bytes or AST object");
  if (kind !== "exec" && kind !== "eval") throw missing(`ast.parse() with mode '${kind}'`);
  return parseText(text, file, kind);
}
