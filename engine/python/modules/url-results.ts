// What `urllib.parse` gives: named tuples of text or bytes, with the parts of the network location as attributes.
import { getAttribute } from "../attribute.ts";
import { asBytes, bytesOf, latin1Text } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { attributeError, typeError, valueError } from "../exceptions.ts";
import {
  builtin,
  call,
  defineClassMethods,
  defineStatic,
  method,
  PyGetSet,
  PyProperty,
} from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, makeType, type PyType, type PyValue, typeName } from "../object.ts";
import { add, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyTuple, tuple, tupleType } from "../sequence.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { pythonMethods } from "./python-function.ts";

/** Text, or bytes as text of the same length; and how to get back. */
interface Part {
  readonly text: string;
  readonly back: (text: string) => PyValue;
}
function part(value: PyValue, needed: string): Part {
  const text = asStr(value);
  if (text !== undefined) return { text, back: (t) => t };
  const bytes = asBytes(value);
  if (bytes !== undefined) return { text: latin1Text(bytes), back: bytesOf };
  // Whatever else was put there has no such method, and says so.
  getAttribute(value, needed);
  throw typeError(`expected str or bytes, not ${typeName(value)}`);
}

/** `text.partition(mark)` from the left, or from the right: before, whether it was found, after. */
function partition(text: string, mark: string): [string, boolean, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, false, ""] : [text.slice(0, at), true, text.slice(at + 1)];
}
function rpartition(text: string, mark: string): [string, boolean, string] {
  const at = text.lastIndexOf(mark);
  return at < 0 ? ["", false, text] : [text.slice(0, at), true, text.slice(at + 1)];
}

interface Location extends Part {
  readonly username: string | null;
  readonly password: string | null;
  readonly host: string;
  readonly port: string;
}
function location(self: PyValue): Location {
  const { text, back } = part(getAttribute(self, "netloc"), "rpartition");
  const [userinfo, haveUser, hostinfo] = rpartition(text, "@");
  const [username, havePassword, password] = partition(userinfo, ":");
  const [before, bracket, after] = partition(hostinfo, "[");
  const [host, , rest] = partition(bracket ? after : before, bracket ? "]" : ":");
  return {
    text,
    back,
    username: haveUser ? username : null,
    password: haveUser && havePassword ? password : null,
    host,
    port: bracket ? partition(rest, ":")[2] : rest,
  };
}

const locationParts: { readonly [name: string]: (self: PyValue) => PyValue } = {
  username: (self) => {
    const { username, back } = location(self);
    return username === null ? null : back(username);
  },
  password: (self) => {
    const { password, back } = location(self);
    return password === null ? null : back(password);
  },
  hostname: (self) => {
    const { host, back } = location(self);
    if (host === "") return null;
    // The zone of an IPv6 address keeps its case.
    const [name, percent, zone] = partition(host, "%");
    const lower = method(back(name), "lower", [], null);
    return add(lower, back((percent ? "%" : "") + zone));
  },
  port: (self) => {
    const { port, back } = location(self);
    if (port === "") return null;
    if (!/^[0-9]+$/.test(port)) {
      throw valueError(`Port could not be cast to integer value as ${repr(back(port))}`);
    }
    if (Number(port) > 65535) throw valueError("Port out of range 0-65535");
    return Number(port);
  },
};

function field(type: PyType, name: string, i: number): PyGetSet {
  const refuse = (self: PyTuple): never => {
    throw attributeError(self, name, "can't set attribute");
  };
  return new PyGetSet(type, name, {
    get: (self: PyTuple) => self.items[i] as PyValue,
    set: refuse,
    remove: refuse,
  });
}

function resultType(name: string, fields: readonly string[]): PyType {
  const type = makeType(name, { base: tupleType, module: "urllib.parse" });
  const made = (cls: PyType, items: readonly PyValue[]): PyValue => {
    if (items.length !== fields.length) {
      throw typeError(`Expected ${fields.length} arguments, got ${items.length}`);
    }
    return adopt(new PyTuple(items), cls);
  };
  const names = tuple([...fields]);
  type.dict.set("_fields", names);
  type.dict.set("__match_args__", names);
  for (const [i, each] of fields.entries()) type.dict.set(each, field(type, each, i));
  defineStatic(type, {
    [`__new__(cls, ${fields.join(", ")})`]: (cls: PyType, ...items: PyValue[]) => made(cls, items),
  });
  defineClassMethods(type, {
    "_make(iterable)": (cls: PyType, iterable: PyValue) => made(cls, collect(iterable)),
    "__class_getitem__(item, /)": genericAlias,
  });
  const replace = (self: PyTuple, kw: PyDict): PyValue => {
    const items = fields.map((each, i) => {
      const given = kw.get(each);
      kw.delete(each);
      return given === undefined ? (self.items[i] as PyValue) : given;
    });
    if (kw.size > 0) throw typeError(`Got unexpected field names: ${repr(list([...kw.keys()]))}`);
    return made(self.cls, items);
  };
  pythonMethods(type, {
    "_replace(**kwds)": replace,
    "__replace__(**kwds)": replace,
    "_asdict()": (self: PyTuple) => {
      const dict = new PyDict();
      for (const [i, each] of fields.entries()) dict.set(each, self.items[i] as PyValue);
      return dict;
    },
    "__repr__()": (self: PyTuple) =>
      `${self.cls.name}(${fields.map((each, i) => `${each}=${repr(self.items[i] as PyValue)}`).join(", ")})`,
  });
  if (fields.includes("netloc")) {
    for (const [each, get] of Object.entries(locationParts)) {
      const property = new PyProperty(builtin(`${each}(self, /)`, get), null, null, null);
      property.name = each;
      type.dict.set(each, property);
    }
  }
  return type;
}

const SPLIT = ["scheme", "netloc", "path", "query", "fragment"];
const PARSE = ["scheme", "netloc", "path", "params", "query", "fragment"];
const DEFRAG = ["url", "fragment"];

/** Result types of text, and the same of bytes. */
export const defragResult = resultType("DefragResult", DEFRAG);
export const splitResult = resultType("SplitResult", SPLIT);
export const parseResult = resultType("ParseResult", PARSE);
export const defragResultBytes = resultType("DefragResultBytes", DEFRAG);
export const splitResultBytes = resultType("SplitResultBytes", SPLIT);
export const parseResultBytes = resultType("ParseResultBytes", PARSE);

/** Gives a result type its way to text again, and each type of text its counterpart of bytes. */
export function defineGeturl(geturl: ReadonlyMap<PyType, (self: PyValue) => PyValue>): void {
  for (const [type, make] of geturl) pythonMethods(type, { "geturl()": make });
}
for (const [text, bytes] of [
  [defragResult, defragResultBytes],
  [splitResult, splitResultBytes],
  [parseResult, parseResultBytes],
] as const) {
  const transcoded =
    (to: PyType, verb: string) =>
    (self: PyTuple, encoding: PyValue = "ascii", errors: PyValue = "strict") =>
      call(
        to,
        self.items.map((item) => method(item, verb, [encoding, errors], null)),
        null,
      );
  pythonMethods(text, { "encode(encoding='ascii', errors='strict')": transcoded(bytes, "encode") });
  pythonMethods(bytes, { "decode(encoding='ascii', errors='strict')": transcoded(text, "decode") });
}

/** A result of text parts. */
export function result(type: PyType, parts: readonly PyValue[]): PyTuple {
  return adopt(new PyTuple(parts), type);
}
/** `DefragResult.geturl()`: what stands before the fragment, and the fragment. */
export function defragged(self: PyValue): PyValue {
  const [url, fragment] = (self as PyTuple).items as [PyValue, PyValue];
  if (!truth(fragment)) return url;
  return add(add(url, asStr(url) === undefined ? bytesOf("#") : "#"), fragment);
}
