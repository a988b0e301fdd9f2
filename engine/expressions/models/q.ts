// `Q` objects: conditions as values, combined with `&`, `|`, `^` and `~`.
import { abi } from "../../python/abi.ts";
import type { PyDict } from "../../python/dict.ts";
import { pyError, TypeError_ } from "../../python/exceptions.ts";
import { defineAttributes, defineMethods, defineStatic } from "../../python/function.ts";
import { hash } from "../../python/hash.ts";
import { asStr, makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { compareStrings, same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list, type PyTuple, tuple } from "../../python/sequence.ts";

/** How the children of a node are combined. */
export type Connector = "AND" | "OR" | "XOR";

/** A node: children are further nodes, or pairs of a look-up and its value. */
export class PyQ extends PyObject {
  readonly children: PyValue[];
  readonly connector: Connector;
  readonly negated: boolean;
  constructor(children: PyValue[], connector: Connector = "AND", negated = false) {
    super();
    this.children = children;
    this.connector = connector;
    this.negated = negated;
  }
}
/** `Q`. */
export const qType = makeType("Q", { of: PyQ, module: "django.db.models.query_utils", subclassable: false });

/** A node of positional conditions and keyword look-ups, as `filter(*args, **kwargs)` takes them. */
export function nodeOf(args: PyTuple, kw: PyDict, connector: Connector = "AND", negated = false): PyQ {
  const pairs = [...kw.entries()].sort(([a], [b]) => compareStrings(String(a), String(b)));
  return new PyQ([...args.items, ...pairs.map(([name, value]) => tuple([name, value]))], connector, negated);
}

/** `node.add(other, connector)`: children that are combined the same way are taken over. */
function added(node: PyQ, other: PyQ, connector: Connector): PyQ {
  if (node.connector !== connector) {
    const inner = new PyQ(node.children, node.connector, node.negated);
    return new PyQ([inner, other], connector, false);
  }
  const squashed = !other.negated && (other.connector === connector || other.children.length === 1);
  return new PyQ(
    squashed ? [...node.children, ...other.children] : [...node.children, other],
    connector,
    node.negated,
  );
}
const combine =
  (connector: Connector) =>
  (self: PyQ, other: PyValue): PyQ => {
    if (!(other instanceof PyQ)) throw pyError(TypeError_, str(other));
    if (self.children.length === 0) return other;
    if (other.children.length === 0) return self;
    return added(added(new PyQ([], connector), self, connector), other, connector);
  };

defineStatic(qType, {
  "__new__(cls, /, *args, _connector=None, _negated=False, **kwargs)": (
    _cls: PyType,
    args: PyTuple,
    connector: PyValue = null,
    negated: PyValue = false,
    kw: PyDict = undefined as never,
  ) => {
    const word = connector === null ? "AND" : asStr(connector);
    if (word !== "AND" && word !== "OR" && word !== "XOR")
      throw pyError(TypeError_, `connector must be one of 'AND', 'OR', 'XOR', or None.`);
    return nodeOf(args, kw, word, truth(negated));
  },
});
const text = (self: PyQ): string => {
  const children = self.children.map((child) => str(child)).join(", ");
  const inner = `(${self.connector}: ${children})`;
  return self.negated ? `(NOT ${inner})` : inner;
};
defineMethods(qType, {
  "__repr__()": (self: PyQ) => `<Q: ${text(self)}>`,
  "__str__()": text,
  "__bool__()": (self: PyQ) => self.children.length > 0,
  "__len__()": (self: PyQ) => self.children.length,
  "__and__(other, /)": combine("AND"),
  "__or__(other, /)": combine("OR"),
  "__xor__(other, /)": combine("XOR"),
  "__invert__()": (self: PyQ) => new PyQ(self.children, self.connector, !self.negated),
  "__contains__(other, /)": (self: PyQ, other: PyValue) => self.children.some((child) => same(child, other)),
  "__eq__(other, /)": (self: PyQ, other: PyValue) =>
    other instanceof PyQ
      ? self.connector === other.connector &&
        self.negated === other.negated &&
        same(list(self.children), list(other.children))
      : NotImplemented,
  "__hash__()": (self: PyQ) => hash(tuple([self.connector, self.negated, ...self.children])),
  "copy()": (self: PyQ) => self,
});
defineAttributes<PyQ>(qType, {
  connector: (self) => self.connector,
  negated: (self) => self.negated,
  children: (self) => list([...self.children]),
});

/** The look-up and value of a child that is no node; raises what unpacking it raises. */
export function pairOf(child: PyValue): readonly [string, PyValue] {
  const unpack = abi.unpack as (value: PyValue, n: number) => readonly PyValue[];
  const [name, value] = unpack(child, 2) as [PyValue, PyValue];
  return [str(name), value];
}
