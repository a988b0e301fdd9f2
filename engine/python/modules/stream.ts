// What `io.StringIO` and `io.BytesIO` share: position, closing, lines, and the methods over them.
import { exceptionTypes, OSError, overflowError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineAttributes, defineMethods, method0, method1 } from "../function.ts";
import { forEach, nextOrStop, PyIterator } from "../iterator.ts";
import { makeType, type PyType, type PyValue, typeName } from "../object.ts";
import { index } from "../operators.ts";
import { list } from "../sequence.ts";
import { allocate, charge } from "../state.ts";

/** `io.UnsupportedOperation`. */
export const unsupportedType = makeType("UnsupportedOperation", {
  bases: [OSError, exceptionTypes.get("ValueError") as PyType],
  module: "io",
});
unsupportedType.hasDict = true;

/** A stream in memory. */
export abstract class PyStream extends PyIterator {
  position = 0;
  isClosed = false;

  /** Items: characters or bytes. */
  abstract readonly length: number;
  /** Writes what a program gave; how many items it had. */
  abstract write(value: PyValue): number;
  /** Reads up to so many items. */
  abstract read(count: number): PyValue;
  /** Reads up to the end of the line, or so many items; undefined at the end. */
  abstract line(count: number): PyValue | undefined;
  abstract truncate(size: number): void;
  abstract contents(): PyValue;
  abstract empty(): PyValue;

  open(dot = ""): this {
    if (this.isClosed) throw valueError(`I/O operation on closed file${dot}`);
    return this;
  }
  next(): PyValue | undefined {
    charge(1);
    return this.open(".").line(Number.POSITIVE_INFINITY);
  }
  protected get left(): number {
    return Math.max(0, this.length - this.position);
  }
}

/** A number of items: all for None and what is negative. */
export function countOf(value: PyValue): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  const count = Number(index(value, (name) => `argument should be integer or None, not '${name}'`));
  return count < 0 ? Number.POSITIVE_INFINITY : count;
}
/** An offset, as C takes it. */
export function offsetOf(value: PyValue): number {
  const offset = Number(index(value));
  if (Math.abs(offset) >= 2 ** 63) throw overflowError("Python int too large to convert to C ssize_t");
  return offset;
}

/**
 * Adds the methods both have.
 *
 * @param dot CPython ends some complaints of closed files with one
 */
export function defineStream(type: PyType, dot: string): void {
  const unsupported = (name: string) => (): never => {
    throw pyError(unsupportedType, name);
  };
  const yes = (self: PyStream): PyValue => {
    self.open(dot);
    return true;
  };
  /** A line through whatever `readline` the object has. */
  const line = (self: PyStream): PyValue => {
    if (self.cls.builtin) return self.line(Number.POSITIVE_INFINITY) ?? self.empty();
    return method0(self, "readline");
  };
  defineMethods(type, {
    "write(s, /)": (self: PyStream, value: PyValue) => self.write(value),
    "read(size=-1, /)": (self: PyStream, size: PyValue = null) => self.open(dot).read(countOf(size)),
    "readline(size=-1, /)": (self: PyStream, size: PyValue = null) =>
      self.open(dot).line(countOf(size)) ?? self.empty(),
    "readlines(hint=-1, /)": (self: PyStream, hint: PyValue = null) => {
      self.open(".");
      const count = countOf(hint);
      const most = count === 0 ? Number.POSITIVE_INFINITY : count;
      const lines: PyValue[] = [];
      for (let read = 0; read < most; ) {
        const next = line(self);
        const size = lengthOf(next);
        if (size === 0) break;
        charge(1);
        allocate(16);
        lines.push(next);
        read += size;
      }
      return list(lines);
    },
    "writelines(lines, /)": (self: PyStream, lines: PyValue) => {
      self.open(".");
      forEach(lines, (each) => {
        method1(self, "write", each);
      });
      return null;
    },
    "tell()": (self: PyStream) => self.open(dot).position,
    "truncate(size=None, /)": (self: PyStream, size: PyValue = null) => {
      self.open(dot);
      const to =
        size === null
          ? self.position
          : Number(index(size, (name) => `argument should be integer or None, not '${name}'`));
      if (to < 0) throw valueError(`${dot === "" ? "Negative" : "negative"} size value ${to}`);
      if (to < self.length) self.truncate(to);
      return to;
    },
    "getvalue()": (self: PyStream) => self.open(dot).contents(),
    "readable()": yes,
    "writable()": yes,
    "seekable()": yes,
    "isatty()": (self: PyStream) => {
      self.open(".");
      return false;
    },
    "flush()": (self: PyStream) => {
      if (dot !== "") self.open(dot);
      return null;
    },
    "close()": (self: PyStream) => {
      self.isClosed = true;
      return null;
    },
    "fileno()": unsupported("fileno"),
    "detach()": unsupported("detach"),
    "__enter__()": (self: PyStream) => self.open("."),
    "__exit__(*args)": (self: PyStream) => {
      method0(self, "close");
      return null;
    },
    "__iter__()": (self: PyStream) => self.open("."),
    "__next__()": (self: PyStream) => {
      self.open(dot);
      if (self.cls.builtin) return nextOrStop(self);
      const next = line(self);
      return lengthOf(next) === 0 ? nextOrStop(new Exhausted()) : next;
    },
  });
  defineAttributes<PyStream>(type, { closed: (self) => self.isClosed });
}
class Exhausted extends PyIterator {
  next(): undefined {
    return undefined;
  }
}
function lengthOf(value: PyValue): number {
  const size = typeof value === "string" ? value.length : method0(value, "__len__");
  if (typeof size !== "number") throw typeError(`object of type '${typeName(value)}' has no len()`);
  return size;
}
