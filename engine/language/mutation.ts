// Whether a program may change an object it was given: then its context is compared afterwards, otherwise not.
import type { FunctionDef } from "./ast.ts";

/** Attributes whose call changes an object in place. */
const MUTATORS: ReadonlySet<string> = new Set(
  (
    "append extend insert remove pop popitem clear update setdefault sort reverse add discard " +
    "intersection_update difference_update symmetric_difference_update redirect refresh_from_db update_attributes"
  ).split(" "),
);
/** Built-ins through which an attribute is reached by a computed name. */
const INDIRECT: ReadonlySet<string> = new Set(["setattr", "delattr", "getattr", "vars"]);

type Node = { readonly [field: string]: unknown };

/** May running this function change what its variables refer to? Says yes where it cannot tell. */
export function mayMutate(handler: FunctionDef): boolean {
  // A stack of its own: a chain of operators may be longer than JavaScript's is deep.
  const open: unknown[] = [...handler.body];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item !== "object" || item === null) continue;
    if (Array.isArray(item)) {
      for (const each of item) open.push(each);
      continue;
    }
    if (writes(item as Node)) return true;
    for (const field of Object.values(item)) if (typeof field === "object") open.push(field);
  }
  return false;
}

function writes(node: Node): boolean {
  switch (node.kind) {
    case "Import":
    case "ImportFrom":
    case "AugAssign":
      // What is imported may change its arguments; `x += [1]` changes the list that x is.
      return true;
    case "Attribute": {
      const name = node.attr as string;
      return node.ctx !== "Load" || MUTATORS.has(name) || name.startsWith("__");
    }
    case "Subscript":
      return node.ctx !== "Load";
    case "Name":
      return INDIRECT.has(node.id as string);
    default:
      return false;
  }
}
