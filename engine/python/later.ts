// What is made when it is first asked for, in an isolate that should start quickly: modules of the library, a long table.
//
// Nobody can tell but by the time. A program's modules are made when it is loaded (`bringModules`, which its code calls), before an
// evaluation begins; what one module asks of another then, while it runs. In both cases the making counts against no
// limit. Whatever stops it half-way (a stack that is full already) leaves a module that nobody may see: the evaluation ends,
// and so does the isolate, since no other begins in it (`requireWhole`).
import { LimitExceeded, uncounted } from "./state.ts";

let broken: string | undefined;

/** Makes something that outlives the evaluation under way, without touching what that may use. */
export function makeLate<T>(what: string, make: () => T): T {
  try {
    return uncounted(make);
  } catch {
    broken = `${what} could not be made`;
    throw new LimitExceeded("InternalError", broken);
  }
}

/** Throws an `Error` where something is there by half. */
export function requireWhole(): void {
  if (broken !== undefined) throw new Error(broken);
}

/** What defines the modules of a package, by its name. */
const packages = new Map<string, () => void>();

/** Has the modules of a package defined when one of them is first asked for. */
export function defineLater(name: string, define: () => void): void {
  packages.set(name, define);
}

/** Defines what is still to be defined of a module's package. */
export function bringModule(name: string): void {
  if (packages.size === 0) return;
  const dot = name.indexOf(".");
  const top = dot < 0 ? name : name.slice(0, dot);
  const define = packages.get(top);
  if (define === undefined) return;
  packages.delete(top);
  makeLate(`the module ${top}`, define);
}
/** {@link bringModule} for each: what the code of a program begins with. */
export function bringModules(...names: string[]): void {
  for (const name of names) bringModule(name);
}
/** Defines everything that is still to be defined. */
export function bringAllModules(): void {
  bringModules(...packages.keys());
}
