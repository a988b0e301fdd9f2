// Compiles a native module's sources a few dozen at a time. Plain JavaScript for Node 18 and up.
//
// Most of the time that re2's hundred small sources take goes into the headers that each reads again: C++'s, V8's,
// Abseil's. Read once for a folder's sources together they cost a third. A source whose names or macros would get in
// another's way stays by itself.
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** re2's sources that define what another of its folder defines too, or a macro that is another's name. */
const APART =
  /\/(dfa|nfa|onepass|pcre|prefilter|prefilter_tree|simplify|tostring|numbers|utf8_for_code_point|time_zone_posix)\.cc$/;
/** How many sources are read together: few enough that all cores have work. */
const TOGETHER = 26;

/** A source's folder as far as they go together: `lib`, `vendor/re2`, `vendor/abseil-cpp`. */
function family(source) {
  return source.startsWith("vendor/") ? source.split("/", 2).join("/") : source.split("/", 1)[0];
}

function groups(sources) {
  const families = new Map();
  for (const source of sources)
    families.set(family(source), [...(families.get(family(source)) ?? []), source]);
  return [...families.values()].flatMap((members) => {
    const pieces = Math.ceil(members.length / TOGETHER);
    const size = Math.ceil(members.length / pieces);
    return Array.from({ length: pieces }, (_, i) => members.slice(i * size, (i + 1) * size));
  });
}

/**
 * Has the package at `folder` compiled from joined sources until the answered function is called. Undefined where its
 * `binding.gyp` is not there or has no list of sources that can be joined.
 */
export function joinSources(folder) {
  const recipe = join(folder, "binding.gyp");
  const original = `${recipe}.original`;
  // A set-up that was broken off leaves it.
  if (existsSync(original)) renameSync(original, recipe);
  if (!existsSync(recipe)) return undefined;
  const text = readFileSync(recipe, "utf8");
  const list = /"sources":\s*\[([^\]]*)\]/.exec(text);
  const sources = [...(list?.[1] ?? "").matchAll(/"([^"]+\.cc)"/g)].map(([, source]) => source);
  const together = groups(sources.filter((source) => !APART.test(source)));
  if (together.length === 0) return undefined;
  const joined = together.map((members, index) => {
    const name = `joined-${index}.cc`;
    writeFileSync(join(folder, name), members.map((source) => `#include "${source}"\n`).join(""));
    return name;
  });
  const all = [...joined, ...sources.filter((source) => APART.test(source))];
  copyFileSync(recipe, original);
  writeFileSync(
    recipe,
    text.replace(list[0], () => `"sources": ${JSON.stringify(all)}`),
  );
  return () => {
    renameSync(original, recipe);
    for (const name of joined) rmSync(join(folder, name));
  };
}
