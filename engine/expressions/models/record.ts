// Records: the objects of authentik's models and of a context, as attributes by name. Nothing secret is ever put in one.

import { defineMethods } from "../../python/function.ts";
import { makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { same } from "../../python/operators.ts";
import { charge } from "../../python/state.ts";

/**
 * An object that is nothing but its attributes. A context may hold hundreds of them of which a program reads one name each:
 * one that comes from JSON makes its attributes when more than a plain one of them is asked for.
 */
export class PyRecord extends PyObject {
  declare dict: Map<string, PyValue>;
  private attributes: Map<string, PyValue> | null;
  private readonly unread: Unread | null;
  /** Objects among the attributes that were made one by one: a program must find them again. */
  private single: Map<string, PyValue> | null = null;
  private isCounted = false;
  constructor(cls: PyType, attributes: Map<string, PyValue> | Unread) {
    super();
    this.cls = cls;
    const isMade = attributes instanceof Map;
    this.attributes = isMade ? attributes : null;
    this.unread = isMade ? null : attributes;
  }
  static {
    // The base class declares a field, which TypeScript lets no accessor stand for.
    Object.defineProperty(PyRecord.prototype, "dict", {
      get(this: PyRecord): Map<string, PyValue> {
        if (this.attributes === null) {
          this.count();
          this.attributes = (this.unread as Unread).make(this, this.single);
        }
        return this.attributes;
      },
      set(this: PyRecord, attributes: Map<string, PyValue>) {
        this.attributes = attributes;
      },
    });
  }
  override own(name: string): PyValue | undefined {
    if (this.attributes === null) {
      const unread = this.unread as Unread;
      const { plain, tree } = unread;
      if (plain.has(name)) {
        const value = tree[name];
        if (typeof value === "string" || typeof value === "boolean" || typeof value === "number")
          return value;
      }
      if (unread.isSingle(name)) return this.one(unread, name);
    }
    return this.dict.get(name);
  }
  private one(unread: Unread, name: string): PyValue | undefined {
    this.count();
    const known = this.single?.get(name);
    if (known !== undefined) return known;
    const value = unread.single(name);
    if (typeof value === "object" && value !== null) {
      this.single ??= new Map();
      this.single.set(name, value);
    }
    return value;
  }
  /** The first attributes to be made are a step, be it one or all. */
  private count(): void {
    if (this.isCounted) return;
    this.isCounted = true;
    charge(1);
  }
  get(name: string): PyValue {
    return this.own(name) ?? null;
  }
  /** An attribute that is there already; undefined where it is not, or would first have to be made. */
  peek(name: string): PyValue | undefined {
    if (this.attributes !== null) return this.attributes.get(name);
    const single = this.single?.get(name);
    if (single !== undefined) return single;
    const { plain, tree } = this.unread as Unread;
    const value = plain.has(name) ? tree[name] : undefined;
    return typeof value === "string" || typeof value === "boolean" || typeof value === "number"
      ? value
      : undefined;
  }
}

/** A record's attributes before they are made. */
export interface Unread {
  /** The JSON that they are made of; its texts, truth values and integers are Python values as they are. */
  readonly tree: { readonly [name: string]: unknown };
  /** Names of attributes that are the JSON's members. */
  readonly plain: ReadonlySet<string>;
  /** Can the attribute of that name be made without the others? */
  isSingle(name: string): boolean;
  /** Makes one attribute; undefined where there is none of that name. */
  single(name: string): PyValue | undefined;
  /** Makes all, but for those that are there already. */
  make(record: PyRecord, made: ReadonlyMap<string, PyValue> | null): Map<string, PyValue>;
}

/** A type of records; `display` is their `str()`. */
export function recordType(name: string, module: string, display: (self: PyRecord) => string): PyType {
  const type = makeType(name, { module, subclassable: false });
  type.hasDict = true;
  defineMethods(type, {
    "__repr__()": (self: PyRecord) => `<${name}: ${display(self)}>`,
    "__str__()": (self: PyRecord) => display(self),
    // Django models are equal when they are the same row.
    "__eq__(value, /)": (self: PyRecord, other: PyValue) => {
      if (self === other) return true;
      if (!(other instanceof PyRecord) || other.cls !== self.cls) return NotImplemented;
      const pk = self.get("pk");
      return pk !== null && same(pk, other.get("pk"));
    },
  });
  return type;
}
