// The module `io`: text and bytes in memory. Whatever would open a file says that there are none.
import { newBytes, PyByteArray, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import {
  exceptionTypes,
  NotImplementedError,
  OSError,
  pyError,
  typeError,
  valueError,
} from "../exceptions.ts";
import { builtin, defineAttributes, defineMethods } from "../function.ts";
import { forEach } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, type PyType, type PyValue, typeName } from "../object.ts";
import { index } from "../operators.ts";
import { tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { allocateText, isPlain, pointIndex, sliceText, textLength, unitOffset } from "../text.ts";
import { defineConstructor, defineInitializer } from "../types/construct.ts";
import { abstractClass, finishAbstract, registerBuiltin } from "./abc.ts";
import { bytesArgument } from "./binascii.ts";
import { pythonFunctions } from "./python-function.ts";
import { countOf, defineStream, offsetOf, PyStream, unsupportedType } from "./stream.ts";

// ---- StringIO ------------------------------------------------------------------------------------

/** Ends of lines that were written, as bits. */
const SEEN = [
  ["\r", 1],
  ["\n", 2],
  ["\r\n", 4],
] as const;

/** An `io.StringIO`. */
class PyStringIO extends PyStream {
  private text = "";
  /** Code points of the text: counting them anew at each `write` would take as long as all writes before it. */
  private points = 0;
  /** Null: every end of a line becomes `\n`; "": they stay, and all count; else what `\n` becomes. */
  private newline: string | null = "\n";
  private seen = 0;

  start(initial: string, newline: string | null): void {
    this.text = "";
    this.points = 0;
    this.position = 0;
    this.seen = 0;
    this.isClosed = false;
    this.newline = newline;
    this.put(this.translated(initial));
    this.position = 0;
  }
  get length(): number {
    return this.points;
  }
  private translated(text: string): string {
    const { newline } = this;
    if (newline === null || newline === "") {
      for (const end of text.match(/\r\n|\r|\n/g) ?? []) {
        this.seen |= SEEN.find(([each]) => each === end)?.[1] ?? 0;
      }
    }
    if (newline === null) return text.replace(/\r\n|\r/g, "\n");
    return newline === "" || newline === "\n" ? text : text.replaceAll("\n", newline);
  }
  private put(text: string): void {
    if (text === "") return;
    const size = textLength(text);
    allocateText(text.length + 32);
    charge(text.length >> 5);
    if (this.position > this.points) {
      const gap = this.position - this.points;
      allocateText(gap);
      this.text += "\0".repeat(gap);
      this.points = this.position;
    }
    const end = this.position + size;
    if (this.position === this.points) this.text += text;
    else {
      allocateText(this.text.length);
      charge(this.text.length >> 5);
      const after = end < this.points ? sliceText(this.text, end, this.points) : "";
      this.text = sliceText(this.text, 0, this.position) + text + after;
    }
    this.points = Math.max(this.points, end);
    this.position = end;
  }
  write(value: PyValue): number {
    const text = asStr(value);
    if (text === undefined) throw typeError(`string argument expected, got '${typeName(value)}'`);
    this.open();
    this.put(this.translated(text));
    return textLength(text);
  }
  private take(count: number): string {
    const start = Math.min(this.position, this.points);
    const end = start + Math.min(count, this.points - start);
    this.position = Math.max(this.position, end);
    allocateText(end - start);
    charge((end - start) >> 5);
    return sliceText(this.text, start, end);
  }
  read(count: number): PyValue {
    return this.take(count);
  }
  line(count: number): PyValue | undefined {
    if (this.position >= this.points) return undefined;
    const { text, newline } = this;
    const start = unitOffset(text, this.position);
    let end = -1;
    if (newline === "") {
      const ends = /\r\n|\r|\n/g;
      ends.lastIndex = start;
      if (ends.test(text)) end = ends.lastIndex;
    } else {
      const mark = newline ?? "\n";
      const at = text.indexOf(mark, start);
      if (at >= 0) end = at + mark.length;
    }
    const stop = end < 0 ? this.points : isPlain(text) ? end : pointIndex(text, end);
    return this.take(Math.min(count, stop - this.position));
  }
  truncate(size: number): void {
    this.text = sliceText(this.text, 0, size);
    this.points = size;
  }
  contents(): PyValue {
    return this.text;
  }
  empty(): PyValue {
    return "";
  }
  get newlines(): PyValue {
    const ends = SEEN.filter(([, bit]) => (this.seen & bit) !== 0).map(([end]) => end);
    return ends.length === 0 ? null : ends.length === 1 ? (ends[0] as string) : tuple(ends);
  }
}
const stringType = makeType("_io.StringIO", { of: PyStringIO });
defineConstructor(stringType, "(*args, **kwargs)", (cls: PyType) => adopt(new PyStringIO(), cls));
defineInitializer(
  stringType,
  "(initial_value='', newline='\\n')",
  (self: PyStringIO, initial: PyValue = "", newline: PyValue = "\n") => {
    const end = newline === null ? null : asStr(newline);
    if (end === undefined) throw typeError(`newline must be str or None, not ${typeName(newline)}`);
    if (end !== null && !["", "\n", "\r", "\r\n"].includes(end)) {
      throw valueError(`illegal newline value: '${end}'`);
    }
    const text = initial === null ? "" : asStr(initial);
    if (text === undefined) throw typeError(`initial_value must be str or None, not ${typeName(initial)}`);
    self.start(text, end);
    return null;
  },
);
defineStream(stringType, "");
defineMethods(stringType, {
  "seek(pos, whence=0, /)": (self: PyStringIO, pos: PyValue, whenceValue: PyValue = 0) => {
    self.open();
    const whence = Number(index(whenceValue));
    const offset = offsetOf(pos);
    if (![0, 1, 2].includes(whence)) throw valueError(`Invalid whence (${whence}, should be 0, 1 or 2)`);
    if (offset < 0 && whence === 0) throw valueError(`Negative seek position ${offset}`);
    if (whence !== 0 && offset !== 0) throw pyError(OSError, "Can't do nonzero cur-relative seeks");
    if (whence === 0) self.position = offset;
    else if (whence === 2) self.position = self.length;
    return self.position;
  },
});
defineAttributes<PyStringIO>(stringType, {
  newlines: (self) => self.open().newlines,
  line_buffering: (self) => {
    self.open();
    return false;
  },
  encoding: () => null,
  errors: () => null,
});

// ---- BytesIO -------------------------------------------------------------------------------------

/** An `io.BytesIO`. */
class PyBytesIO extends PyStream {
  /** What was written, and room for more. */
  private bytes: Uint8Array = new Uint8Array();
  private used = 0;

  start(initial: Uint8Array): void {
    this.bytes = newBytes(initial.length);
    this.bytes.set(initial);
    this.used = initial.length;
    this.position = 0;
    this.isClosed = false;
  }
  get length(): number {
    return this.used;
  }
  write(value: PyValue): number {
    this.open(".");
    const given = bytesArgument(value);
    if (given.length === 0) return 0;
    const end = this.position + given.length;
    if (end > this.bytes.length) {
      const grown = newBytes(end + (end >> 3) + 16);
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    // What lies between the old end and here is zero.
    if (this.position > this.used) this.bytes.fill(0, this.used, this.position);
    this.bytes.set(given, this.position);
    this.position = end;
    this.used = Math.max(this.used, end);
    return given.length;
  }
  private take(count: number): Uint8Array {
    const size = Math.min(count, this.left);
    allocate(size + 64);
    charge(size >> 6);
    const taken = this.bytes.slice(this.position, this.position + size);
    this.position += size;
    return taken;
  }
  read(count: number): PyValue {
    return new PyBytes(this.take(count));
  }
  line(count: number): PyValue | undefined {
    if (this.left === 0) return undefined;
    const at = this.bytes.subarray(0, this.used).indexOf(10, this.position);
    const end = at < 0 ? this.used : at + 1;
    charge((end - this.position) >> 6);
    return this.read(Math.min(count, end - this.position));
  }
  readInto(target: Uint8Array): number {
    const taken = this.take(target.length);
    target.set(taken);
    return taken.length;
  }
  truncate(size: number): void {
    this.used = size;
  }
  contents(): PyValue {
    allocate(this.used + 64);
    return new PyBytes(this.bytes.slice(0, this.used));
  }
  empty(): PyValue {
    return new PyBytes(new Uint8Array());
  }
}
/** `io.BytesIO`. */
export const bytesIoType = makeType("_io.BytesIO", { of: PyBytesIO });
defineConstructor(bytesIoType, "(*args, **kwargs)", (cls: PyType) => adopt(new PyBytesIO(), cls));
defineInitializer(bytesIoType, "(initial_bytes=b'')", (self: PyBytesIO, initial: PyValue = null) => {
  self.start(initial === null ? new Uint8Array() : bytesArgument(initial));
  return null;
});
defineStream(bytesIoType, ".");
function readInto(self: PyBytesIO, buffer: PyValue): PyValue {
  self.open(".");
  if (!(buffer instanceof PyByteArray)) {
    throw typeError(`readinto() argument must be read-write bytes-like object, not ${typeName(buffer)}`);
  }
  return self.readInto(buffer.bytes);
}
defineMethods(bytesIoType, {
  "read1(size=-1, /)": (self: PyBytesIO, size: PyValue = null) => self.open(".").read(countOf(size)),
  "readinto(buffer, /)": readInto,
  "readinto1(buffer, /)": readInto,
  "seek(pos, whence=0, /)": (self: PyBytesIO, pos: PyValue, whenceValue: PyValue = 0) => {
    self.open(".");
    const whence = Number(asInt(whenceValue) ?? index(whenceValue));
    const offset = offsetOf(pos);
    if (offset < 0 && whence === 0) throw valueError(`negative seek value ${offset}`);
    if (![0, 1, 2].includes(whence)) throw valueError(`invalid whence (${whence}, should be 0, 1 or 2)`);
    const base = whence === 0 ? 0 : whence === 1 ? self.position : self.length;
    self.position = Math.max(0, base + offset);
    return self.position;
  },
  "writelines(lines, /)": (self: PyBytesIO, lines: PyValue) => {
    self.open(".");
    forEach(lines, (each) => {
      self.write(each);
    });
    return null;
  },
  "getbuffer()": (self: PyBytesIO) => {
    self.open(".");
    throw pyError(
      NotImplementedError,
      "BytesIO.getbuffer() is not available in an expression: use getvalue()",
    );
  },
});

stringType.hasDict = true;
bytesIoType.hasDict = true;

// ---- the module ----------------------------------------------------------------------------------

const ioBase = abstractClass("IOBase", "io", []);
const rawBase = abstractClass("RawIOBase", "io", [ioBase]);
const bufferedBase = abstractClass("BufferedIOBase", "io", [ioBase]);
const textBase = abstractClass("TextIOBase", "io", [ioBase]);
for (const type of [ioBase, rawBase, bufferedBase, textBase]) finishAbstract(type);
registerBuiltin(textBase, stringType);
registerBuiltin(bufferedBase, bytesIoType);

const refused: { [name: string]: PyValue } = {};
for (const name of "open open_code FileIO BufferedReader BufferedWriter BufferedRWPair BufferedRandom TextIOWrapper IncrementalNewlineDecoder".split(
  " ",
)) {
  refused[name] = builtin(`${name}(*args, **kwargs)`, () => {
    throw pyError(NotImplementedError, `io.${name} is not available in an expression: there are no files`);
  });
}

defineModule("io", {
  values: {
    ...refused,
    StringIO: stringType,
    BytesIO: bytesIoType,
    IOBase: ioBase,
    RawIOBase: rawBase,
    BufferedIOBase: bufferedBase,
    TextIOBase: textBase,
    UnsupportedOperation: unsupportedType,
    BlockingIOError: exceptionTypes.get("BlockingIOError") as PyType,
    SEEK_SET: 0,
    SEEK_CUR: 1,
    SEEK_END: 2,
    DEFAULT_BUFFER_SIZE: 8192,
    ...pythonFunctions({
      "text_encoding(encoding, stacklevel=2)": (encoding: PyValue) => encoding ?? "locale",
    }),
  },
});
