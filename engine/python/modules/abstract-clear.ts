// `clear` of the abstract classes for what can be changed: it takes items out one by one.
import { method0, type Native } from "../function.ts";
import type { PyType, PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { charge } from "../state.ts";

/** Calls a method that takes an item out until it raises what says that there is none left. */
export function clearBy(name: string, none: PyType): Native {
  return (self: PyValue) => {
    try {
      for (;;) {
        charge(1);
        method0(self, name);
      }
    } catch (error) {
      if (!isRaised(error, none)) throw error;
    }
    return null;
  };
}
