// How dates, times and UUIDs are written in JSON, as authentik's `sanitize` does: ISO texts, durations in seconds.
import { getAttribute } from "../python/attribute.ts";
import { PyDict } from "../python/dict.ts";
import { valueError } from "../python/exceptions.ts";
import { call1, isCallable, method0 } from "../python/function.ts";
import { importModule } from "../python/module.ts";
import { isDataclassInstance } from "../python/modules/dataclass-class.ts";
import { dateType, datetimeType, timeType } from "../python/modules/datetime-objects.ts";
import { timedeltaType } from "../python/modules/datetime-timedelta.ts";
import { enumType } from "../python/modules/enum-root.ts";
import { uuidType } from "../python/modules/uuid.ts";
import { type PyObject, PyType, type PyValue } from "../python/object.ts";
import { str } from "../python/representation.ts";
import { exporters, notSerializable, objectForms } from "./boundary.ts";

function form(type: PyType, write: (value: PyValue, sanitize: boolean) => PyValue): void {
  exporters.set(type, (value, { sanitize, strict }) => {
    // `json.dumps`, which writes what a mapping sends, knows none of them.
    if (strict) throw notSerializable(value);
    return write(value, sanitize);
  });
}
form(datetimeType, (value, sanitize) => {
  const text = str(method0(value, "isoformat"));
  return sanitize ? text.replace(/\+00:00$/, "Z") : text;
});
form(dateType, (value) => method0(value, "isoformat"));
form(timeType, (value, sanitize) => {
  if (sanitize && getAttribute(value, "tzinfo") !== null)
    throw valueError("JSON can't represent timezone-aware times.");
  return method0(value, "isoformat");
});
form(timedeltaType, (value) => str(method0(value, "total_seconds")));
form(uuidType, (value, sanitize) => (sanitize ? getAttribute(value, "hex") : str(value)));

/** What has a name says where it comes from; code, source and addresses stay inside. */
function named(value: PyObject, head: readonly (readonly [key: string, value: PyValue])[]): PyDict {
  const dict = new PyDict();
  for (const [key, item] of head) dict.set(key, item);
  dict.set("module", getAttribute(value, "__module__"));
  return dict;
}
function sanitizedObject(value: PyObject): PyValue | undefined {
  if (isDataclassInstance(value))
    return call1(getAttribute(importModule("dataclasses", true), "asdict"), value);
  if (value.cls.cls.isSubtype(enumType)) return getAttribute(value, "value");
  if (value instanceof PyType) return named(value, [["type", getAttribute(value, "__name__")]]);
  if (!isCallable(value)) return undefined;
  return named(value, [
    ["type", "callable"],
    ["name", getAttribute(value, "__name__")],
  ]);
}
objectForms.sanitized = sanitizedObject;
