// Code generation for what stands left of `=`: names, attributes, subscripts, unpacking, deletion.
import type { Expr, Span } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { type Frame, quote } from "./emitter.ts";
import { readName, value } from "./expressions.ts";

/** An expression that assigns `code` to a variable and has its value. */
export function storeName(f: Frame, raw: string, given: string, node: Span): string {
  const code = f.program.instrument?.stored(f, raw, node, given) ?? given;
  const name = f.mangled(raw);
  const found = f.program.scopes.resolve(f.scope, name);
  if (found.where === "class") return `${f.use("storeIn")}(ns,${quote(name)},${code})`;
  if (found.where === "global") return `G_${name}=${code}`;
  if (found.where === "local") f.bound = f.bound.with(name);
  return `v_${name}=${code}`;
}

/** Statements that assign the value of the JavaScript identifier (or pure code) `from` to a target. */
export function assign(f: Frame, target: Expr, from: string): string {
  switch (target.kind) {
    case "Name":
      return `${storeName(f, target.id, from, target)};`;
    case "Attribute":
      if (target.attr === "__debug__") {
        throw new PySyntaxError("cannot assign to __debug__", target.start, target.end);
      }
      return f.scoped(() =>
        f.mark(
          target,
          `${f.use("setAttributeOf")}(${value(f, target.value)},${quote(f.mangled(target.attr))},${from});`,
        ),
      );
    case "Subscript":
      return f.scoped(() =>
        f.mark(target, `${f.use("setItem")}(${value(f, target.value)},${value(f, target.slice)},${from});`),
      );
    case "Tuple":
    case "List":
      return unpack(f, target, target.elts, from);
    case "Starred": {
      const text = "starred assignment target must be in a list or tuple";
      throw new PySyntaxError(text, target.start, target.end);
    }
    default:
      throw new Error(`not a target: ${target.kind}`);
  }
}

function unpack(f: Frame, target: Expr, elts: readonly Expr[], from: string): string {
  const star = elts.findIndex((e) => e.kind === "Starred");
  if (elts.some((e, i) => e.kind === "Starred" && i > star)) {
    throw new PySyntaxError("multiple starred expressions in assignment", target.start, target.end);
  }
  const array = f.program.unique("u");
  const code =
    star < 0
      ? `${f.use("unpack")}(${from},${elts.length})`
      : `${f.use("unpackStarred")}(${from},${star},${elts.length - star - 1})`;
  const head = `const ${array}=${f.mark(target, code)};`;
  return `{${head}${elts.map((elt, i) => assign(f, elt.kind === "Starred" ? elt.value : elt, `${array}[${i}]`)).join("")}}`;
}

/** `del target`. */
export function remove(f: Frame, target: Expr): string {
  switch (target.kind) {
    case "Name": {
      const name = f.mangled(target.id);
      const found = f.program.scopes.resolve(f.scope, name);
      if (found.where === "class") return f.mark(target, `${f.use("deleteIn")}(ns,${quote(name)});`);
      const id = found.where === "global" ? `G_${name}` : `v_${name}`;
      f.bound = f.bound.without(name);
      return `${readName(f, target.id, target)};${id}=undefined;`;
    }
    case "Attribute":
      return f.mark(
        target,
        `${f.use("deleteAttribute")}(${value(f, target.value)},${quote(f.mangled(target.attr))});`,
      );
    case "Subscript":
      return f.mark(target, `${f.use("delItem")}(${value(f, target.value)},${value(f, target.slice)});`);
    case "Tuple":
    case "List":
      return target.elts.map((elt) => remove(f, elt)).join("");
    default:
      throw new Error(`not a target: ${target.kind}`);
  }
}
