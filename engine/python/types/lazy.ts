// The built-in lazy iterators: `enumerate`, `zip`, `map`, `filter`, `reversed`, and `iter(callable, sentinel)`.
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, defineMethods, defineStatic, special } from "../function.ts";
import { addInt, type Int } from "../integer.ts";
import { defineIteration, iter, iteratorType, PyIterator, type Stepper } from "../iterator.ts";
import { makeType, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { getItem, index, length, same, truth } from "../operators.ts";
import { PyTuple } from "../sequence.ts";
import { bindBuiltin, parseSignature } from "../signature.ts";
import { charge } from "../state.ts";

/** The type of an iterator that the author's classes may derive from. */
function lazyType(name: string, of: abstract new (...args: never[]) => PyIterator): PyType {
  const type = makeType(name, { of });
  defineIteration(type);
  defineMethods(type, { "__init__(*args, **kwargs)": () => null });
  return type;
}

class PyEnumerate extends PyIterator {
  private readonly source: Stepper;
  private count: Int;
  constructor(source: Stepper, start: Int) {
    super();
    this.source = source;
    this.count = start;
  }
  next(): PyValue | undefined {
    const value = this.source.next();
    if (value === undefined) return undefined;
    const n = this.count;
    this.count = addInt(n, 1);
    return new PyTuple([n, value]);
  }
}
export const enumerateType = lazyType("enumerate", PyEnumerate);
defineStatic(enumerateType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple, kwargs: PyDict) => {
    const given = args.items.length;
    const count = given + kwargs.size;
    if (count > 2) throw typeError(`enumerate() takes at most 2 arguments (${count} given)`);
    if (count === 0) throw typeError("enumerate() missing required argument 'iterable'");
    const names = ["iterable", "start"].slice(given, given === 0 ? count : 2);
    for (const name of kwargs.keys()) {
      if (!names.includes(name as string)) {
        throw typeError(`'${name}' is an invalid keyword argument for enumerate()`);
      }
    }
    const iterable = given > 0 ? args.items[0] : kwargs.get("iterable");
    const start = given > 1 ? args.items[1] : kwargs.get("start");
    const first = start === undefined ? 0 : index(start);
    return adopt(new PyEnumerate(iter(iterable as PyValue), first), cls);
  },
});

class PyZip extends PyIterator {
  private readonly sources: Stepper[];
  private readonly strict: boolean;
  constructor(sources: Stepper[], strict: boolean) {
    super();
    this.sources = sources;
    this.strict = strict;
  }
  next(): PyValue | undefined {
    const items: PyValue[] = [];
    charge(this.sources.length);
    for (const [i, source] of this.sources.entries()) {
      const value = source.next();
      if (value === undefined) {
        if (this.strict) this.checkLengths(i);
        return undefined;
      }
      items.push(value);
    }
    return items.length === 0 ? undefined : new PyTuple(items);
  }
  /** One source has ended: the others must have, too. */
  private checkLengths(ended: number): void {
    const others = (n: number) => (n === 1 ? "argument 1" : `arguments 1-${n}`);
    if (ended > 0) throw valueError(`zip() argument ${ended + 1} is shorter than ${others(ended)}`);
    for (let i = 1; i < this.sources.length; i++) {
      if ((this.sources[i] as Stepper).next() !== undefined) {
        throw valueError(`zip() argument ${i + 1} is longer than ${others(i)}`);
      }
    }
  }
}
export const zipType = lazyType("zip", PyZip);
// CPython counts its keywords by themselves.
const ZIP_KEYWORDS = parseSignature("(*, strict=False)");
defineStatic(zipType, {
  "__new__(cls, *iterables, **kwargs)": (cls: PyType, iterables: PyTuple, kwargs: PyDict) => {
    const keywords = new Map([...kwargs.entries()] as [string, PyValue][]);
    const [strict = false] = bindBuiltin("zip", ZIP_KEYWORDS, [], keywords);
    return adopt(new PyZip(iterables.items.map(iter), truth(strict)), cls);
  },
});

class PyMap extends PyIterator {
  private readonly f: PyValue;
  private readonly sources: Stepper[];
  constructor(f: PyValue, sources: Stepper[]) {
    super();
    this.f = f;
    this.sources = sources;
  }
  next(): PyValue | undefined {
    const items: PyValue[] = [];
    for (const source of this.sources) {
      const value = source.next();
      if (value === undefined) return undefined;
      items.push(value);
    }
    return call(this.f, items, null);
  }
}
export const mapType = lazyType("map", PyMap);
defineStatic(mapType, {
  "__new__(cls, /, *args)": (cls: PyType, args: PyTuple) => {
    const [f, ...iterables] = args.items;
    if (f === undefined || iterables.length === 0) {
      throw typeError("map() must have at least two arguments.");
    }
    return adopt(new PyMap(f, iterables.map(iter)), cls);
  },
});

class PyFilter extends PyIterator {
  private readonly f: PyValue;
  private readonly source: Stepper;
  constructor(f: PyValue, source: Stepper) {
    super();
    this.f = f;
    this.source = source;
  }
  next(): PyValue | undefined {
    for (;;) {
      const value = this.source.next();
      if (value === undefined) return undefined;
      charge(1);
      if (truth(this.f === null ? value : call(this.f, [value], null))) return value;
    }
  }
}
export const filterType = lazyType("filter", PyFilter);
defineStatic(filterType, {
  "__new__(cls, /, *args)": (cls: PyType, args: PyTuple) => {
    const [f, iterable] = args.items;
    if (f === undefined || iterable === undefined || args.items.length > 2) {
      throw typeError(`filter expected 2 arguments, got ${args.items.length}`);
    }
    return adopt(new PyFilter(f, iter(iterable)), cls);
  },
});

class PyReversed extends PyIterator {
  private readonly source: PyValue;
  private at: number;
  constructor(source: PyValue, size: number) {
    super();
    this.source = source;
    this.at = size - 1;
  }
  next(): PyValue | undefined {
    if (this.at < 0) return undefined;
    const value = getItem(this.source, this.at);
    this.at -= 1;
    return value;
  }
  /** As `__length_hint__` has it: nothing when the sequence has shrunk. */
  hint(): number {
    return this.at >= length(this.source) ? 0 : this.at + 1;
  }
}
export const reversedType = lazyType("reversed", PyReversed);
defineMethods(reversedType, { "__length_hint__()": (self: PyReversed) => self.hint() });
defineStatic(reversedType, {
  "__new__(cls, /, *args)": (cls: PyType, args: PyTuple) => {
    const [object] = args.items;
    if (object === undefined || args.items.length > 1) {
      throw typeError(`reversed expected 1 argument, got ${args.items.length}`);
    }
    const type = typeOf(object);
    const method = type.lookup("__reversed__");
    if (method !== undefined && method !== null) return special(object, "__reversed__", []) as PyValue;
    const isSequence =
      type.lookup("__getitem__") !== undefined && (!type.builtin || type.lookup("__len__") !== undefined);
    if (method === null || !isSequence) {
      throw typeError(`'${typeName(object)}' object is not reversible`);
    }
    return adopt(new PyReversed(object, length(object)), cls);
  },
});

/** `iter(callable, sentinel)`. */
export class CallableIterator extends PyIterator {
  private readonly f: PyValue;
  private readonly sentinel: PyValue;
  private done = false;
  constructor(f: PyValue, sentinel: PyValue) {
    super();
    this.f = f;
    this.sentinel = sentinel;
  }
  next(): PyValue | undefined {
    if (this.done) return undefined;
    const value = call(this.f, [], null);
    // The call may have stepped this iterator to its end.
    if (this.done) return undefined;
    if (!same(value, this.sentinel)) return value;
    this.done = true;
    return undefined;
  }
}
iteratorType("callable_iterator", CallableIterator);
