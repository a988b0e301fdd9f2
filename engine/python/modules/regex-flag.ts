// `re.RegexFlag`: the flags of patterns.
import { Flag } from "../../regex/regex.ts";
import { builtins } from "../builtins.ts";
import { objectType, type PyType, type PyValue } from "../object.ts";
import { globalFlagRepr, intFlag, KEEP } from "./enum.ts";
import { builtinEnum } from "./enum-class.ts";
import { enumTable } from "./enum-root.ts";
import { pythonMethods } from "./python-function.ts";

const names: readonly [name: string, short: string | null, bit: number][] = [
  ["NOFLAG", null, 0],
  ["ASCII", "A", Flag.ASCII],
  ["IGNORECASE", "I", Flag.IGNORECASE],
  ["LOCALE", "L", Flag.LOCALE],
  ["UNICODE", "U", Flag.UNICODE],
  ["MULTILINE", "M", Flag.MULTILINE],
  ["DOTALL", "S", Flag.DOTALL],
  ["VERBOSE", "X", Flag.VERBOSE],
  ["DEBUG", null, 128],
];

/** `re.RegexFlag`. */
export const regexFlagType: PyType = builtinEnum(
  "RegexFlag",
  [intFlag],
  "re",
  (namespace) => {
    for (const [name, short, bit] of names) {
      namespace.store(name, bit);
      if (short !== null) namespace.store(short, bit);
    }
    namespace.set("__str__", objectType.lookup("__str__") as PyValue);
    namespace.set("_numeric_repr_", builtins.get("hex") as PyValue);
    namespace.set("__doc__", "An enumeration.");
  },
  KEEP,
);
pythonMethods(regexFlagType, { "__repr__()": globalFlagRepr });
regexFlagType.changed();

/** The flags by name, for the module. */
export const regexFlags: { readonly [name: string]: PyValue } = Object.fromEntries(
  [...enumTable(regexFlagType).members.entries()].map(([name, member]) => [name as string, member]),
);
