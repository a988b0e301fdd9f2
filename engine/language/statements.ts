// Code generation for statements.
//
// Python's control flow maps onto JavaScript's: loops with `else` become labelled blocks, `try … else` a labelled
// block that the handlers leave, `finally` JavaScript's own, which does nothing once a limit has ended the
// evaluation (S.live). `f.bound` follows which names are certainly bound, so that their reads need no check.

import type { AsyncFor, AugAssign, Expr, For, If, Span, Stmt, While } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { type Frame, quote } from "./emitter.ts";
import { arithmetic, BINARY, condition, iterated, readName, value } from "./expressions.ts";
import { classDefinition, functionDefinition } from "./functions.ts";
import { branched } from "./instrument.ts";
import type { NameSet } from "./name-set.ts";
import { matchStatement } from "./patterns.ts";
import { assign, remove, storeName } from "./targets.ts";
import { tryStatement, withStatement } from "./try-statements.ts";
import { typeAlias } from "./type-parameters.ts";

/** Counts `n` steps; a limit that is met there is shown at `node`. */
export function stepCode(f: Frame, n: number, node: Span): string {
  f.use("S");
  return `if((S.steps+=${n})>S.nextTick)${f.mark({ start: node.start, end: node.end }, `${f.use("tick")}();`)}`;
}

/** A block: its statements, counted together when it is entered. */
export function block(f: Frame, body: readonly Stmt[]): string {
  const steps = Math.max(1, body.length);
  const watch = f.program.instrument?.block(f, steps) ?? "";
  return stepCode(f, steps, body[0] as Stmt) + watch + body.map((stmt) => statement(f, stmt)).join("\n");
}

/** `code`, the value of a `return`; that of the expression itself ends it. */
function decided(f: Frame, node: Span, code: string): string {
  const { instrument, scopes } = f.program;
  return instrument === null || f.scope !== scopes.root ? code : instrument.decision(f, node, code);
}

/** Does control never pass the end of this block? */
export function leaves(body: readonly Stmt[]): boolean {
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

function leavesStar(node: Stmt): PySyntaxError {
  const text = "'break', 'continue' and 'return' cannot appear in an except* block";
  return new PySyntaxError(text, node.start, node.end);
}

/** A statement that only an `async def` may hold. */
export function requireAsync(f: Frame, node: Stmt, what: string): void {
  if (f.scope.kind !== "function" || !f.scope.isAsync) {
    throw new PySyntaxError(`'${what}' outside async function`, node.start, node.end);
  }
}

/** Generates a nested block; names it binds count as bound afterwards only where `keep` says so. */
export function nested(f: Frame, body: readonly Stmt[], before: NameSet): { code: string; bound: NameSet } {
  f.bound = before;
  const code = block(f, body);
  return { code, bound: f.bound };
}

/** CPython's compiler allows 21 blocks (loops, try, with) inside each other; what can be suspended is one itself. */
export function enterBlock(f: Frame, node: Stmt): void {
  f.blocks += 1;
  const most = f.scope.isGenerator || f.scope.isAsync ? 20 : 21;
  if (f.blocks > most) throw new PySyntaxError("too many statically nested blocks", node.start, node.end);
}

function statement(f: Frame, node: Stmt): string {
  const watch = f.program.instrument?.statement(f, node) ?? "";
  return watch + f.nested(node, () => f.scoped(() => generate(f, node)));
}

function generate(f: Frame, node: Stmt): string {
  switch (node.kind) {
    case "ExprStmt":
      // A constant on its own does nothing (docstrings).
      if (node.value.kind === "Constant") return "";
      return `${value(f, node.value)};`;
    case "Return":
      if (f.starLoops !== null) throw leavesStar(node);
      if (node.value !== null && f.scope.isGenerator && f.scope.isAsync) {
        throw new PySyntaxError("'return' with value in async generator", node.start, node.end);
      }
      return `return ${decided(f, node, node.value === null ? "null" : value(f, node.value))};`;
    case "Assign":
      return assignment(f, node.targets, node.value);
    case "AugAssign":
      return augmented(f, node);
    case "AnnAssign":
      return annotated(f, node);
    case "If":
      return conditional(f, node);
    case "For":
    case "AsyncFor":
      return forLoop(f, node);
    case "While":
      return whileLoop(f, node);
    case "Break": {
      if (f.starLoops !== null && f.loops.length <= f.starLoops) throw leavesStar(node);
      const loop = f.loops.at(-1);
      if (loop === undefined) throw new PySyntaxError("'break' outside loop", node.start, node.end);
      return loop.breakLabel === null ? "break;" : `break ${loop.breakLabel};`;
    }
    case "Continue":
      if (f.starLoops !== null && f.loops.length <= f.starLoops) throw leavesStar(node);
      if (f.loops.length === 0)
        throw new PySyntaxError("'continue' not properly in loop", node.start, node.end);
      return "continue;";
    case "FunctionDef":
    case "AsyncFunctionDef":
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
    case "TryStar":
      return tryStatement(f, node);
    case "With":
    case "AsyncWith":
      return withStatement(f, node);
    case "Assert": {
      const test = branched(f, node.test, "assert", condition(f, node.test));
      const message = node.msg === null ? "" : value(f, node.msg);
      return `if(!${test})${f.mark(node.test, `throw ${f.use("assertionFailed")}(${message});`)}`;
    }
    case "Delete":
      return node.targets.map((target) => remove(f, target)).join("");
    case "Import":
      return node.names
        .map((alias) => {
          f.program.imports.add(alias.name);
          const load = f.mark(
            node,
            `${f.use("importModule")}(${quote(alias.name)},${alias.asname !== null})`,
          );
          return `${storeName(f, alias.asname ?? (alias.name.split(".")[0] as string), load, alias)};`;
        })
        .join("");
    case "ImportFrom":
      if (node.level === 0 && node.module !== null) f.program.imports.add(node.module);
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
    case "TypeAlias":
      return typeAlias(f, node);
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
  const { target } = node;
  let code = "";
  if (node.value !== null) code = assignment(f, [target], node.value);
  else if (target.kind === "Attribute") code = `${value(f, target.value)};`;
  else if (target.kind === "Subscript") code = `${value(f, target.value)};${value(f, target.slice)};`;
  // Functions do not keep the annotations of their variables.
  if (f.scope.kind !== "class") return code;
  const annotation = value(f, node.annotation);
  if (!node.simple || target.kind !== "Name") return `${code}${annotation};`;
  return `${code}${f.mark(node, `${f.use("annotate")}(ns,${quote(f.mangled(target.id))},${annotation});`)}`;
}

/** How many `elif` are nested in each other; longer chains are written one after another. */
const MAX_ELIFS = 20;

/** A long chain of `elif`: each branch leaves the block that all of them are in. */
function elifChain(f: Frame, branches: readonly If[]): string {
  const label = f.program.unique("L");
  const before = f.bound;
  const ends: NameSet[] = [];
  let code = "";
  const branch = (body: readonly Stmt[]): string => {
    const made = nested(f, body, before);
    if (!leaves(body)) ends.push(made.bound);
    f.bound = before;
    return made.code;
  };
  for (const [i, node] of branches.entries()) {
    if (i > 0) code += stepCode(f, 1, node) + (f.program.instrument?.statement(f, node) ?? "");
    const test = f.scoped(() => branched(f, node.test, "if", condition(f, node.test)));
    code += `if(${test}){${branch(node.body)}break ${label};}`;
  }
  const { orelse } = branches.at(-1) as If;
  if (orelse.length === 0) ends.push(before);
  else code += branch(orelse);
  f.bound = ends.reduce((all, end) => all.and(end), ends[0] ?? before);
  return `${label}:{${code}}`;
}

function conditional(f: Frame, node: If): string {
  const branches = [node];
  for (let last = node; last.orelse.length === 1 && last.orelse[0]?.kind === "If"; ) {
    last = last.orelse[0];
    branches.push(last);
  }
  if (branches.length > MAX_ELIFS) return elifChain(f, branches);
  const test = f.scoped(() => branched(f, node.test, "if", condition(f, node.test)));
  const before = f.bound;
  const body = nested(f, node.body, before);
  const orelse = node.orelse.length === 0 ? { code: "", bound: before } : nested(f, node.orelse, before);
  f.bound = leaves(node.body)
    ? orelse.bound
    : leaves(node.orelse)
      ? body.bound
      : body.bound.and(orelse.bound);
  return `if(${test}){${body.code}}${orelse.code === "" ? "" : `else{${orelse.code}}`}`;
}

/** The code of a loop's body and of its `else`. */
function loopParts(f: Frame, node: For | AsyncFor | While, inside: () => string): string {
  enterBlock(f, node);
  const before = f.bound;
  const label = node.orelse.length === 0 ? null : f.program.unique("L");
  f.loops.push({ breakLabel: label });
  const loop = inside();
  f.loops.pop();
  f.bound = before;
  const orelse = node.orelse.length === 0 ? "" : block(f, node.orelse);
  f.bound = before;
  f.blocks -= 1;
  return label === null ? loop : `${label}:{${loop}${orelse}}`;
}

function forLoop(f: Frame, node: For | AsyncFor): string {
  const { program } = f;
  const iterator = program.unique("it");
  const item = program.unique("n");
  const isAsync = node.kind === "AsyncFor";
  if (isAsync) requireAsync(f, node, "async for");
  const source = f.mark(
    node.iter,
    isAsync ? `${f.use("asyncIter")}(${value(f, node.iter)})` : `${f.use("iter")}(${iterated(f, node.iter)})`,
  );
  return `{const ${iterator}=${source};${loopParts(f, node, () => {
    const target = f.scoped(() => assign(f, node.target, item));
    const advance = f.mark(
      node.iter,
      isAsync ? `(yield* ${f.use("asyncNext")}(${iterator}))` : `${iterator}.next()`,
    );
    const ends =
      f.program.instrument === null
        ? `${item}===undefined`
        : `!${branched(f, node.iter, "for", `${item}!==undefined`)}`;
    return `for(;;){const ${item}=${advance};if(${ends})break;${target}${block(f, node.body)}}`;
  })}}`;
}

function whileLoop(f: Frame, node: While): string {
  return loopParts(f, node, () => {
    const test = f.scoped(() => branched(f, node.test, "while", condition(f, node.test)));
    return `while(${test}){${block(f, node.body)}}`;
  });
}
