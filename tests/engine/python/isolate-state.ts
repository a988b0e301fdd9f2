// Prints what every program can see, directly or by how the language behaves, of an isolate that has made the modules named on the command
// line, "all" for all: types that are there without an import, and what the object model's own files export. Run as a process.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { builtins } from "../../../engine/python/builtins.ts";
import { bringAllModules, bringModules } from "../../../engine/python/later.ts";
import { PyObject, PyType, type PyValue } from "../../../engine/python/object.ts";

const folder = join(import.meta.dirname, "../../../engine/python");
const load = createRequire(join(folder, "isolate-library.ts"));
// The bundler's, where there is one.
Object.assign(globalThis, { require: (path: string) => load(`${path}.ts`) });
await import("../../../engine/expressions/guest.ts");
const names = process.argv.slice(2);
if (names[0] === "all") bringAllModules();
else bringModules(...names);

/** Its size or its kind: enough to tell what was added from what was not. */
function sketch(value: unknown): string {
  if (value instanceof PyType) return `type ${value.qualname}`;
  if (value instanceof Map || value instanceof Set) return `${value.size} entries`;
  if (Array.isArray(value)) return `${value.length} items`;
  return typeof value === "object" && value !== null
    ? "object"
    : `${typeof value} ${String(value).slice(0, 40)}`;
}
/** What the look-up keeps, who derives from it, and what nobody but the evaluation under way sees. */
const UNSEEN = new Set(["cache", "derived", "steps", "allocated"]);
function members(value: object): { [name: string]: string } {
  const seen = Object.keys(value).filter((name) => !UNSEEN.has(name));
  return Object.fromEntries(seen.map((name) => [name, sketch(Reflect.get(value, name))]));
}

const state: { [name: string]: unknown } = {};
const found = new Set<PyValue>();
const pending: PyValue[] = [...builtins.values()];
for (const part of ["", "types"]) {
  for (const name of readdirSync(join(folder, part))) {
    if (!name.endsWith(".ts") || name === "library.ts") continue;
    for (const [key, value] of Object.entries<unknown>(await import(join(folder, part, name)))) {
      if (value instanceof PyObject) pending.push(value);
      else if (typeof value === "object" && value !== null)
        state[`${part}/${name} ${key}`] =
          value instanceof Map || value instanceof Set ? sketch(value) : members(value);
    }
  }
}
while (pending.length > 0) {
  const value = pending.pop() as PyValue;
  if (!(value instanceof PyType) || found.has(value)) continue;
  found.add(value);
  pending.push(value.cls as PyType, ...value.mro, ...value.dict.values());
  state[`${found.size} ${value.module}.${value.qualname}`] = {
    ...members(value),
    dict: [...value.dict.keys()],
  };
}
process.stdout.write(JSON.stringify(state));
