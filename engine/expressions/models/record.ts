// Records: the objects of authentik's models and of a context, as attributes by name. Nothing secret is ever put in one.

import { defineMethods } from "../../python/function.ts";
import { makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { same } from "../../python/operators.ts";

/**
 * An object that is nothing but its attributes. A context may hold hundreds of them of which a program reads one name each:
 * one that comes from JSON makes its attributes when more than a plain one of them is asked for.
 */
export class PyRecord extends PyObject {
  declare dict: Map<string, PyValue>;
  private attributes: Map<string, PyValue> | null;
  private readonly unread: Unread | null;
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
        this.attributes ??= (this.unread as Unread).make(this);
        return this.attributes;
      },
      set(this: PyRecord, attributes: Map<string, PyValue>) {
        this.attributes = attributes;
      },
    });
  }
  override own(name: string): PyValue | undefined {
    if (this.attributes === null) {
      const { plain, tree } = this.unread as Unread;
      if (plain.has(name)) {
        const value = tree[name];
        if (typeof value === "string" || typeof value === "boolean" || typeof value === "number")
          return value;
      }
    }
    return this.dict.get(name);
  }
  get(name: string): PyValue {
    return this.own(name) ?? null;
  }
  /** An attribute that is there already; undefined where it is not, or would first have to be made. */
  peek(name: string): PyValue | undefined {
    if (this.attributes !== null) return this.attributes.get(name);
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
  make(record: PyRecord): Map<string, PyValue>;
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
