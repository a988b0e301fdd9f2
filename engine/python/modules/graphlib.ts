// The module `graphlib`.
import { getAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { PyException, raise, typeError, ValueError, valueError } from "../exceptions.ts";
import { call, defineClassMethods, method, method0 } from "../function.ts";
import { makeGenerator } from "../generator.ts";
import { collect, forEach, isIterable } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { makeType, PyObject, type PyType, type PyValue, typeName } from "../object.ts";
import { truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";

import { genericAlias } from "../types/generic-alias.ts";
import { unpackPair } from "./abstract-mappings.ts";
import { pythonMethods, pythonStatic } from "./python-function.ts";

const cycleErrorType = makeType("CycleError", { base: ValueError, module: "graphlib" });
cycleErrorType.hasDict = true;

const OUT = -1;
const DONE = -2;
/** A node, and how many of its predecessors are not done; negative once it has been handed out. */
interface Node {
  readonly value: PyValue;
  waiting: number;
  readonly successors: Node[];
}
/** A `TopologicalSorter`. */
class Sorter extends PyObject {
  /** Places in `nodes`. */
  readonly known: PyDict = new PyDict();
  readonly nodes: Node[] = [];
  ready: Node[] | null = null;
  passedOut = 0;
  finished = 0;

  node(value: PyValue): Node {
    const at = this.known.get(value);
    if (at !== undefined) return this.nodes[at as number] as Node;
    allocate(96);
    const made: Node = { value, waiting: 0, successors: [] };
    this.known.set(value, this.nodes.length);
    this.nodes.push(made);
    return made;
  }
  prepared(): Node[] {
    if (this.ready === null) throw valueError("prepare() must be called first");
    return this.ready;
  }
  /** Nodes each of which is a predecessor of the next, the first again at the end; undefined where there are none. */
  cycle(): Node[] | undefined {
    const seen = new Set<Node>();
    for (const root of this.nodes) {
      if (seen.has(root)) continue;
      const path: { node: Node; next: number }[] = [];
      let node: Node | undefined = root;
      while (node !== undefined) {
        charge(1);
        const current: Node = node;
        if (!seen.has(current)) {
          seen.add(current);
          path.push({ node: current, next: 0 });
        } else {
          const at = path.findIndex((step) => step.node === current);
          if (at >= 0) return [...path.slice(at).map((step) => step.node), current];
        }
        node = undefined;
        for (let top = path.at(-1); top !== undefined && node === undefined; top = path.at(-1)) {
          node = top.node.successors[top.next++];
          if (node === undefined) path.pop();
        }
      }
    }
    return undefined;
  }
}
const sorterType = makeType("TopologicalSorter", { of: Sorter, module: "graphlib" });
sorterType.hasDict = true;
pythonStatic(sorterType, { "__new__(cls, *args, **kwargs)": (cls: PyType) => adopt(new Sorter(), cls) });
defineClassMethods(sorterType, { "__class_getitem__(item, /)": genericAlias });
pythonMethods(sorterType, {
  "__init__(graph=None)": (self: Sorter, graph: PyValue = null) => {
    if (graph !== null) {
      forEach(method0(graph, "items"), (pair) => {
        const [node, predecessors] = unpackPair(pair);
        if (!isIterable(predecessors)) {
          throw typeError(`Value after * must be an iterable, not ${typeName(predecessors)}`);
        }
        method(self, "add", [node, ...collect(predecessors)], null);
      });
    }
    return null;
  },
  "add(node, *predecessors)": (self: Sorter, value: PyValue, predecessors: PyTuple) => {
    if (self.ready !== null) throw valueError("Nodes cannot be added after a call to prepare()");
    const node = self.node(value);
    node.waiting += predecessors.items.length;
    for (const predecessor of predecessors.items) self.node(predecessor).successors.push(node);
    return null;
  },
  "prepare()": (self: Sorter) => {
    if (self.ready !== null) throw valueError("cannot prepare() more than once");
    self.ready = self.nodes.filter((node) => node.waiting === 0);
    const cycle = self.cycle();
    if (cycle === undefined) return null;
    throw raise(
      new PyException(cycleErrorType, ["nodes are in a cycle", list(cycle.map((node) => node.value))]),
    );
  },
  "get_ready()": (self: Sorter) => {
    const ready = self.prepared();
    for (const node of ready) node.waiting = OUT;
    self.ready = [];
    self.passedOut += ready.length;
    return tuple(ready.map((node) => node.value));
  },
  "is_active()": (self: Sorter) => self.prepared().length > 0 || self.finished < self.passedOut,
  "__bool__()": (self: Sorter) => truth(method0(self, "is_active")),
  "done(*nodes)": (self: Sorter, values: PyTuple) => {
    const ready = self.prepared();
    for (const value of values.items) {
      const at = self.known.get(value);
      if (at === undefined) throw valueError(`node ${repr(value)} was not added using add()`);
      const node = self.nodes[at as number] as Node;
      if (node.waiting >= 0) {
        throw valueError(`node ${repr(value)} was not passed out (still not ready)`);
      }
      if (node.waiting === DONE) throw valueError(`node ${repr(value)} was already marked done`);
      node.waiting = DONE;
      for (const successor of node.successors) {
        charge(1);
        successor.waiting -= 1;
        if (successor.waiting === 0) ready.push(successor);
      }
      self.finished += 1;
    }
    return null;
  },
  "static_order()": (self: Sorter) =>
    makeGenerator("static_order", "TopologicalSorter.static_order", inOrder(self)),
});
function* inOrder(self: Sorter): Generator<PyValue, PyValue, PyValue> {
  method0(self, "prepare");
  while (truth(method0(self, "is_active"))) {
    const ready = collect(method0(self, "get_ready"));
    yield* ready;
    call(getDone(self), ready, null);
  }
  return null;
}
const getDone = (self: Sorter): PyValue => getAttribute(self, "done");

defineModule("graphlib", {
  types: [sorterType, cycleErrorType],
  fresh: { __all__: () => list(["TopologicalSorter", "CycleError"]) },
});
