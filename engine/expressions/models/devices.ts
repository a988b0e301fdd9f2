// A user's authenticators: `devices_for_user`, `ak_user_has_authenticator`, and the abstract `Device`.
import { AttributeError, pyError } from "../../python/exceptions.ts";
import { defineMethods } from "../../python/function.ts";
import { ArrayIterator } from "../../python/iterator.ts";
import { makeType, PyObject, type PyValue } from "../../python/object.ts";
import { truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list } from "../../python/sequence.ts";
import { deviceModels, userModel } from "./catalogue.ts";
import { fetchRows } from "./host.ts";
import type { Model } from "./model.ts";
import { PyRecord } from "./record.ts";

/** `authentik.stages.authenticator.models.Device`: what all device models derive from. */
export const deviceType = makeType("Device", {
  module: "authentik.stages.authenticator.models",
  subclassable: false,
});
class AbstractManager extends PyObject {}
const abstractManagerType = makeType("AbstractManagerDescriptor", {
  of: AbstractManager,
  module: "django.db.models.manager",
  subclassable: false,
});
defineMethods(abstractManagerType, {
  "__get__(instance, owner=None, /)": () => {
    throw pyError(AttributeError, "Manager isn't available; Device is abstract");
  },
});
deviceType.dict.set("objects", new AbstractManager());

/** A user's devices of one kind. `confirmed` null: whether confirmed or not. */
function devices(name: string, user: PyRecord, model: Model, confirmed: boolean | null): PyRecord[] {
  const pk = user.get("pk") as string | number;
  const filters = [{ path: ["user", "pk"], lookup: "exact", value: pk, negated: false }];
  if (confirmed !== null)
    filters.push({ path: ["confirmed"], lookup: "exact", value: confirmed as never, negated: false });
  return fetchRows(name, model, filters).filter((row) => {
    const owner = row.get("user");
    const own = owner instanceof PyRecord ? owner.get("pk") : owner;
    return own === pk && (confirmed === null || truth(row.get("confirmed")) === confirmed);
  });
}
const isSaved = (user: PyValue): user is PyRecord =>
  user instanceof PyRecord && user.cls === userModel.type && user.get("pk") !== null;

/** `devices_for_user(user, confirmed=True)`. */
export function devicesForUser(user: PyValue, confirmed: PyValue = true): PyValue {
  if (!isSaved(user)) return new ArrayIterator(list([]));
  const wanted = confirmed === null ? null : truth(confirmed);
  const all = [...deviceModels.values()].flatMap((model) => devices("devices_for_user", user, model, wanted));
  return new ArrayIterator(list(all));
}

/** `ak_user_has_authenticator(user, device_type=None)`: has the user a confirmed device, of that kind? */
export function hasAuthenticator(user: PyValue, kind: PyValue = null): PyValue {
  if (!isSaved(user)) return false;
  const wanted = truth(kind) ? [deviceModels.get(str(kind))] : [...deviceModels.values()];
  return wanted.some(
    (model) => model !== undefined && devices("ak_user_has_authenticator", user, model, true).length > 0,
  );
}
