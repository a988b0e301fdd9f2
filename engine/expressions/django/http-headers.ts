// `django.http.request.HttpHeaders`: a request's headers, found in any spelling of their names.
import { dictType, PyDict } from "../../python/dict.ts";
import { makeType, type PyValue } from "../../python/object.ts";

/** Headers by their names as Django spells them. */
class PyHttpHeaders extends PyDict {
  override get(name: PyValue): PyValue | undefined {
    return super.get(spelled(name));
  }
  override has(name: PyValue): boolean {
    return super.has(spelled(name));
  }
}
makeType("HttpHeaders", {
  base: dictType,
  of: PyHttpHeaders,
  module: "django.http.request",
  subclassable: false,
});

/** Headers as a request has them: `User-Agent`, whatever the client wrote. */
export function httpHeaders(entries: Iterable<readonly [PyValue, PyValue]>): PyHttpHeaders {
  const headers = new PyHttpHeaders();
  for (const [name, value] of entries) headers.set(spelled(name), value);
  return headers;
}

/** An underscore stands for a hyphen, as where hyphens cannot be written. */
function spelled(name: PyValue): PyValue {
  if (typeof name !== "string") return name;
  return name
    .replaceAll("_", "-")
    .toLowerCase()
    .replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
}
