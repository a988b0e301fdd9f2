// The module `builtins`: the built-in names an expression has, under the name that CPython keeps them.
import { builtins } from "../builtins.ts";
import { defineModule } from "../module.ts";

/** `builtins`, also `__builtins__`. */
const module = defineModule("builtins", { values: Object.fromEntries(builtins) });
builtins.set("__builtins__", module);
