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
  return handler.body.some((statement) => writes(statement as unknown as Node));
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
      if (node.ctx !== "Load" || MUTATORS.has(name) || name.startsWith("__")) return true;
      break;
    }
    case "Subscript":
      if (node.ctx !== "Load") return true;
      break;
    case "Name":
      if (INDIRECT.has(node.id as string)) return true;
      break;
    default:
      break;
  }
  return Object.values(node).some(
    (field) =>
      typeof field === "object" &&
      field !== null &&
      (Array.isArray(field) ? field : [field]).some(
        (item) => typeof item === "object" && item !== null && writes(item as Node),
      ),
  );
}
