// `ak_user_by(**filters)`: the first user that fits, or None; also for fields there are not.
import type { PyDict } from "../../python/dict.ts";
import type { PyValue } from "../../python/object.ts";
import { caught } from "../../python/raising.ts";
import { PyTuple } from "../../python/sequence.ts";
import { FieldError } from "../django/exceptions.ts";
import { userModel } from "./catalogue.ts";
import { filtered, hostSet } from "./queryset.ts";
import { first } from "./queryset-methods.ts";

/** `ak_user_by(**filters)`. */
export function userBy(filters: PyDict): PyValue {
  try {
    return first(filtered(hostSet(userModel, "ak_user_by"), new PyTuple([]), filters, false));
  } catch (error) {
    if (caught(error).cls.isSubtype(FieldError)) return null;
    throw error;
  }
}
