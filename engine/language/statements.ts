// Code generation for statements.
//
// Python's control flow maps onto JavaScript's: loops with `else` become labelled blocks, `try … else` a labelled
// block that the handlers leave, `finally` JavaScript's own, which does nothing once a limit has ended the
// evaluation (S.live). `f.bound` follows which names are certainly bound, so that their reads need no check.
import type { AugAssign, Expr, For, If, Span, Stmt, Try, While, With } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { type Frame, quote } from "./emitter.ts";
import { arithmetic, BINARY, condition, readName, unsupported, value } from "./expressions.ts";
import { classDefinition, functionDefinition } from "./functions.ts";
import { matchStatement } from "./patterns.ts";
import { assign, remove, storeName } from "./targets.ts";

/** Counts `n` steps; a limit that is met there is shown at `node`. */
export function stepCode(f: Frame, n: number, node: Span): string {
  f.use("S");
  return `if((S.steps+=${n})>S.nextTick)${f.mark({ start: node.start, end: node.end }, `${f.use("tick")}();`)}`;
}

/** A block: its statements, counted together when it is entered. */
export function block(f: Frame, body: readonly Stmt[]): string {
  return (
    stepCode(f, Math.max(1, body.length), body[0] as Stmt) + body.map((stmt) => statement(f, stmt)).join("\n")
  );
}

/** Does control never pass the end of this block? */
function leaves(body: readonly Stmt[]): boolean {
  const last = body.at(-1);
  if (last === undefined) return false;
  switch (last.kind) {
    case "Return":
    case "Raise":
    case "Break":
    case "Continue":
      return true;
    case "If":
      return last.orelse.length > 0 && leaves(last.body) && leaves(last.orelse);
    default:
      return false;
  }
}

/** Generates a nested block; names it binds count as bound afterwards only where `keep` says so. */
function nested(
  f: Frame,
  body: readonly Stmt[],
  before: ReadonlySet<string>,
): { code: string; bound: Set<string> } {
  f.bound = new Set(before);
  const code = block(f, body);
  return { code, bound: f.bound };
}

/** CPython's compiler allows 20 blocks (loops, try, with) inside each other. */
function enterBlock(f: Frame, node: Stmt): void {
  f.blocks += 1;
  if (f.blocks > 20) throw new PySyntaxError("too many statically nested blocks", node.start, node.end);
}

function statement(f: Frame, node: Stmt): string {
  return f.nested(node, () => f.scoped(() => generate(f, node)));
}

function generate(f: Frame, node: Stmt): string {
  switch (node.kind) {
    case "ExprStmt":
      // A constant on its own does nothing (docstrings).
      if (node.value.kind === "Constant") return "";
      return `${value(f, node.value)};`;
    case "Return":
      return `return ${node.value === null ? "null" : value(f, node.value)};`;
    case "Assign":
      return assignment(f, node.targets, node.value);
    case "AugAssign":
      return augmented(f, node);
    case "AnnAssign":
      return annotated(f, node);
    case "If":
      return conditional(f, node);
    case "For":
      return forLoop(f, node);
    case "While":
      return whileLoop(f, node);
    case "Break": {
      const loop = f.loops.at(-1);
      if (loop === undefined) throw new PySyntaxError("'break' outside loop", node.start, node.end);
      return loop.breakLabel === null ? "break;" : `break ${loop.breakLabel};`;
    }
    case "Continue":
      if (f.loops.length === 0)
        throw new PySyntaxError("'continue' not properly in loop", node.start, node.end);
      return "continue;";
    case "FunctionDef":
      return functionDefinition(f, node);
    case "ClassDef":
      return classDefinition(f, node);
    case "Raise":
      if (node.exc === null) return f.mark(node, `throw ${f.use("reraise")}();`);
      return f.mark(
        node,
        `throw ${f.use("raiseStatement")}(${value(f, node.exc)},${node.cause === null ? "undefined" : value(f, node.cause)});`,
      );
    case "Try":
      return tryStatement(f, node);
    case "With":
      return withStatement(f, node, 0);
    case "Assert": {
      const test = condition(f, node.test);
      const message = node.msg === null ? "" : value(f, node.msg);
      return `if(!${test})${f.mark(node.test, `throw ${f.use("assertionFailed")}(${message});`)}`;
    }
    case "Delete":
      return node.targets.map((target) => remove(f, target)).join("");
    case "Import":
      return node.names
        .map((alias) => {
          const load = f.mark(
            node,
            `${f.use("importModule")}(${quote(alias.name)},${alias.asname !== null})`,
          );
          return `${storeName(f, alias.asname ?? (alias.name.split(".")[0] as string), load, alias)};`;
        })
        .join("");
    case "ImportFrom":
      return node.names
        .map((alias) => {
          const load = f.mark(
            node,
            `${f.use("importFrom")}(${quote(node.module ?? "")},${quote(alias.name)},${node.level})`,
          );
          return `${storeName(f, alias.asname ?? alias.name, load, alias)};`;
        })
        .join("");
    case "Pass":
    case "Global":
    case "Nonlocal":
      return "";
    case "Match":
      return matchStatement(f, node);
    case "TryStar":
      throw unsupported("`except*`", node);
    case "TypeAlias":
      throw unsupported("`type`", node);
    case "AsyncFunctionDef":
    case "AsyncFor":
    case "AsyncWith":
      throw unsupported("`async`", node);
  }
}

function assignment(f: Frame, targets: readonly Expr[], from: Expr): string {
  const [first] = targets;
  if (targets.length === 1 && first?.kind === "Name") {
    return `${storeName(f, first.id, value(f, from), first)};`;
  }
  const held = f.program.unique("x");
  const code = value(f, from);
  return `{const ${held}=${code};${targets.map((target) => assign(f, target, held)).join("")}}`;
}

function augmented(f: Frame, node: AugAssign): string {
  const operator = BINARY[node.op] as string;
  const fn = f.use(`i${operator}`);
  const { target } = node;
  switch (target.kind) {
    case "Name": {
      const read = readName(f, target.id, target);
      if (/^(?:Add|Sub|Mult)$/.test(node.op)) {
        const [a, b] = [f.temp(), f.temp()];
        const both = `${a}=${read},${b}=${value(f, node.value)}`;
        const fast = arithmetic(f, node.op, fn, target, node.value, a, b);
        return `${storeName(f, target.id, f.mark(node, `(${both},${fast})`), target)};`;
      }
      return `${storeName(f, target.id, f.mark(node, `${fn}(${read},${value(f, node.value)})`), target)};`;
    }
    case "Attribute": {
      const o = f.temp();
      const name = quote(f.mangled(target.attr));
      const read = f.mark(target, `${f.use("getAttribute")}(${o}=${value(f, target.value)},${name})`);
      // The object is evaluated first, so the new value is computed into a temporary before the call.
      const r = f.temp();
      const compute = f.mark(node, `${r}=${fn}(${read},${value(f, node.value)})`);
      return `${compute};${f.mark(target, `${f.use("setAttributeOf")}(${o},${name},${r});`)}`;
    }
    case "Subscript": {
      const [o, k, r] = [f.temp(), f.temp(), f.temp()];
      const read = f.mark(
        target,
        `${f.use("getItem")}(${o}=${value(f, target.value)},${k}=${value(f, target.slice)})`,
      );
      const compute = f.mark(node, `${r}=${fn}(${read},${value(f, node.value)})`);
      return `${compute};${f.mark(target, `${f.use("setItem")}(${o},${k},${r});`)}`;
    }
  }
}

function annotated(f: Frame, node: Stmt & { kind: "AnnAssign" }): string {
  let code = "";
  if (node.value !== null) code = assignment(f, [node.target], node.value);
  else if (node.target.kind !== "Name") code = "";
  if (f.scope.kind === "class" && node.simple && node.target.kind === "Name") {
    const name = quote(f.mangled(node.target.id));
    code += `${f.use("annotate")}(ns,${name},${value(f, node.annotation)});`;
  }
  return code;
}

function conditional(f: Frame, node: If): string {
  const test = f.scoped(() => condition(f, node.test));
  const before = new Set(f.bound);
  const body = nested(f, node.body, before);
  const orelse = node.orelse.length === 0 ? { code: "", bound: before } : nested(f, node.orelse, before);
  f.bound = leaves(node.body)
    ? orelse.bound
    : leaves(node.orelse)
      ? body.bound
      : new Set([...body.bound].filter((name) => orelse.bound.has(name)));
  return `if(${test}){${body.code}}${orelse.code === "" ? "" : `else{${orelse.code}}`}`;
}

/** The code of a loop's body and of its `else`. */
function loopParts(f: Frame, node: For | While, inside: () => string): string {
  enterBlock(f, node);
  const before = new Set(f.bound);
  const label = node.orelse.length === 0 ? null : f.program.unique("L");
  f.loops.push({ breakLabel: label });
  const loop = inside();
  f.loops.pop();
  f.bound = new Set(before);
  const orelse = node.orelse.length === 0 ? "" : block(f, node.orelse);
  f.bound = before;
  f.blocks -= 1;
  return label === null ? loop : `${label}:{${loop}${orelse}}`;
}

function forLoop(f: Frame, node: For): string {
  const { program } = f;
  const iterator = program.unique("it");
  const item = program.unique("n");
  const source = f.mark(node.iter, `${f.use("iter")}(${value(f, node.iter)})`);
  return `{const ${iterator}=${source};${loopParts(f, node, () => {
    const target = f.scoped(() => assign(f, node.target, item));
    const advance = f.mark(node.iter, `${iterator}.next()`);
    return `for(;;){const ${item}=${advance};if(${item}===undefined)break;${target}${block(f, node.body)}}`;
  })}}`;
}

function whileLoop(f: Frame, node: While): string {
  return loopParts(f, node, () => {
    const test = f.scoped(() => condition(f, node.test));
    return `while(${test}){${block(f, node.body)}}`;
  });
}

function tryStatement(f: Frame, node: Try): string {
  enterBlock(f, node);
  const before = new Set(f.bound);
  let code: string;
  if (node.handlers.length === 0) {
    code = `${block(f, node.body)}`;
  } else {
    code = handled(f, node, before);
  }
  if (node.finalbody.length > 0) {
    // Anything may have been bound or not when `finally` starts.
    const after = f.bound;
    f.bound = new Set(before);
    const pending = f.program.unique("x");
    const caught = f.program.unique("e");
    const kept = f.program.unique("h");
    const final = block(f, node.finalbody);
    const bound = f.bound;
    f.bound = new Set([...after, ...bound]);
    code = `{let ${pending}=null;try{try{${code}}catch(${caught}){${pending}=${f.use("caught")}(${caught});throw ${pending};}}finally{if(S.live){const ${kept}=S.handled;if(${pending}!==null)S.handled=${pending};try{${final}}finally{S.handled=${kept};}}}}`;
  }
  f.blocks -= 1;
  return code;
}

function handled(f: Frame, node: Try, before: Set<string>): string {
  const { program } = f;
  const [raw, exception, kept, label] = [
    program.unique("e"),
    program.unique("x"),
    program.unique("h"),
    program.unique("L"),
  ];
  const body = nested(f, node.body, before);
  let orelse = "";
  if (node.orelse.length > 0) {
    const made = nested(f, node.orelse, body.bound);
    orelse = made.code;
  }
  const ends: Set<string>[] = [];
  if (!leaves(node.orelse.length > 0 ? node.orelse : node.body)) ends.push(f.bound);
  let handlers = "";
  let open = true;
  for (const handler of node.handlers) {
    f.bound = new Set(before);
    let test = "";
    if (handler.type !== null) {
      const type = handler.type;
      test = f.scoped(() => f.mark(type, `${f.use("matches")}(${exception},${value(f, type)})`));
    } else open = false;
    let code: string;
    if (handler.name === null) code = block(f, handler.body);
    else {
      // The name goes away with the handler, so that the exception can be freed.
      const store = storeName(f, handler.name, exception, handler);
      const name = f.mangled(handler.name);
      const found = program.scopes.resolve(f.scope, name);
      const drop =
        found.where === "class"
          ? `ns.delete(${quote(name)});`
          : `${found.where === "global" ? "G" : "v"}_${name}=undefined;`;
      code = `${store};try{${block(f, handler.body)}}finally{${drop}}`;
      f.bound.delete(name);
    }
    if (!leaves(handler.body)) ends.push(f.bound);
    handlers += test === "" ? `{${code}}` : `if(${test}){${code}}else `;
  }
  if (open) handlers += `throw ${exception};`;
  f.bound =
    ends.length === 0
      ? new Set(before)
      : new Set([...(ends[0] as Set<string>)].filter((n) => ends.every((e) => e.has(n))));
  f.use("S");
  // Two labels: leaving the handler skips the `else` part, which is outside the try.
  const code = `try{${body.code}}catch(${raw}){const ${exception}=${f.use("caught")}(${raw}),${kept}=S.handled;S.handled=${exception};try{${handlers}}finally{S.handled=${kept};}${orelse === "" ? "" : `break ${label};`}}`;
  return orelse === "" ? code : `${label}:{${code}${orelse}}`;
}

function withStatement(f: Frame, node: With, i: number): string {
  const item = node.items[i];
  if (item === undefined) return block(f, node.body);
  if (i === 0) enterBlock(f, node);
  const { program } = f;
  const [manager, entered, raw, pending] = [
    program.unique("w"),
    program.unique("n"),
    program.unique("e"),
    program.unique("x"),
  ];
  const open = f.mark(
    item.context_expr,
    `${f.use("openManager")}(${f.scoped(() => value(f, item.context_expr))})`,
  );
  const before = new Set(f.bound);
  const target =
    item.optional_vars === null ? "" : f.scoped(() => assign(f, item.optional_vars as Expr, entered));
  const body = withStatement(f, node, i + 1);
  // A manager may swallow an exception: what the body binds is not certain.
  f.bound = before;
  if (i === 0) f.blocks -= 1;
  const close = f.mark(item.context_expr, `${f.use("closeManager")}(${manager},${pending})`);
  f.use("S");
  return `{const ${manager}=${open},${entered}=${f.mark(item.context_expr, `${manager}.enter()`)};let ${pending}=null;try{${target}${body}}catch(${raw}){${pending}=${f.use("caught")}(${raw});if(!${close})throw ${pending};}finally{if(${pending}===null&&S.live)${close};}}`;
}
