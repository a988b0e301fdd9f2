// The module `contextlib`.

import { typeError } from "../exceptions.ts";
import { builtin } from "../function.ts";
import { defineModule } from "../module.ts";
import type { PyValue } from "../object.ts";
import {
  abstractAsyncManagerType,
  aclosingType,
  asynccontextmanager,
  asyncDecoratorType,
  nullcontextType,
} from "./context-async.ts";
import {
  abstractManagerType,
  closingType,
  contextmanager,
  decoratorType,
  suppressType,
} from "./context-managers.ts";
import { asyncExitStackType, exitStackType } from "./exit-stack.ts";
import { pythonFunctions } from "./python-function.ts";

/** What cannot be had in an expression says so when it is called. */
const refused = (name: string, why: string): PyValue =>
  builtin(`${name}(*args, **kwargs)`, () => {
    throw typeError(`contextlib.${name} is not available in an expression: ${why}`);
  });

const types = [
  abstractAsyncManagerType,
  abstractManagerType,
  asyncDecoratorType,
  asyncExitStackType,
  aclosingType,
  closingType,
  decoratorType,
  exitStackType,
  nullcontextType,
  suppressType,
];
const values = {
  ...pythonFunctions({
    "asynccontextmanager(func)": asynccontextmanager,
    "contextmanager(func)": contextmanager,
  }),
  chdir: refused("chdir", "there is no working directory"),
  redirect_stderr: refused("redirect_stderr", "there is no standard error stream"),
  redirect_stdout: refused("redirect_stdout", "there is no standard output stream"),
};
defineModule("contextlib", {
  values,
  types,
});
