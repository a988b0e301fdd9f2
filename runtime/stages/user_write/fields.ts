// What of the prompts' values is written to a user, and where.
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import { isObject } from "../../flow/plan.ts";
import type { NewRow } from "../../store/contract.ts";

type Fields = Partial<NewRow<"authentik_core.user">>;

/** Fields of a user that a prompt may fill in by their own names. */
const WRITABLE: readonly string[] = ["username", "name", "email", "is_active", "path", "type"];
/** In `prompt_data`, but no field. */
const NO_FIELDS: readonly string[] = ["component"];

/** What is to be written. */
export interface Written {
  readonly fields: Fields;
  /** In plain text; empty: no password from now on. */
  readonly password?: string;
  /** Names that users do not have. */
  readonly ignored: readonly string[];
}

/**
 * Values by their prompts' field keys. `attributes.a.b` and `attributes_a` go into the attributes, `password` becomes
 * a hash, groups and roles are no prompt's business, and names that users do not have are left out.
 */
export function writtenFields(data: JsonObject, before: JsonObject): Written {
  const fields: JsonObject = {};
  const attributes = structuredClone(before);
  const ignored: string[] = [];
  let password: string | undefined;
  for (const [key, value] of Object.entries(data)) {
    const path = /^attributes[._](.+)$/.exec(key)?.[1];
    if (key === "password") password = value === null ? "" : String(value);
    else if (key === "attributes") {
      for (const [name, item] of Object.entries(isObject(value) ? value : {}))
        place(attributes, [name], item);
    } else if (path !== undefined) place(attributes, path.split("."), value);
    else if (WRITABLE.includes(key)) fields[key] = value;
    else if (!NO_FIELDS.includes(key)) ignored.push(key);
  }
  return {
    fields: { ...fields, attributes } as Fields,
    ignored,
    ...(password !== undefined && { password }),
  };
}

/** Sets a nested value; what stands in the way and is no object is replaced. */
function place(target: JsonObject, path: readonly string[], value: JsonValue): void {
  const [key = "", ...rest] = path;
  let next = value;
  if (rest.length > 0) {
    const inner = Object.hasOwn(target, key) ? target[key] : undefined;
    const object: JsonObject = isObject(inner) ? inner : {};
    place(object, rest, value);
    next = object;
  }
  // `__proto__` is a key like any other.
  Object.defineProperty(target, key, { value: next, configurable: true, enumerable: true, writable: true });
}
