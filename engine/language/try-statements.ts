// Code generation for `try` and `with`, asynchronous ones among them.

import type { AsyncWith, ExceptHandler, Expr, Try, TryStar, With } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { type Frame, quote } from "./emitter.ts";
import { value } from "./expressions.ts";
import type { NameSet } from "./name-set.ts";
import { block, enterBlock, leaves, nested, requireAsync } from "./statements.ts";
import { assign, storeName } from "./targets.ts";

/** `try … except … else … finally`. */
export function tryStatement(f: Frame, node: Try | TryStar): string {
  enterBlock(f, node);
  const before = f.bound;
  let code: string;
  if (node.handlers.length === 0) {
    code = `${block(f, node.body)}`;
  } else {
    code = handled(f, node, before);
  }
  if (node.finalbody.length > 0) {
    // Anything may have been bound or not when `finally` starts.
    const after = f.bound;
    f.bound = before;
    const pending = f.program.unique("x");
    const caught = f.program.unique("e");
    const kept = f.program.unique("h");
    const final = block(f, node.finalbody);
    const bound = f.bound;
    f.bound = after.or(bound);
    code = `{let ${pending}=null;try{try{${code}}catch(${caught}){${pending}=${f.use("caught")}(${caught});throw ${pending};}}finally{if(S.live){const ${kept}=S.handled;if(${pending}!==null)S.handled=${pending};try{${final}}finally{S.handled=${kept};}}}}`;
  }
  f.blocks -= 1;
  return code;
}

function handled(f: Frame, node: Try | TryStar, before: NameSet): string {
  const { program } = f;
  const [raw, exception, kept] = [program.unique("e"), program.unique("x"), program.unique("h")];
  const ways = node.handlers.map(({ type }) => (type === null ? "except" : type));
  const way = f.program.instrument?.ways(f, node, [...ways, ...(leaves(node.body) ? [] : ["no exception"])]);
  const body = nested(f, node.body, before);
  const passed = leaves(node.body) ? "" : (way?.(node.handlers.length) ?? "");
  const orelse = node.orelse.length === 0 ? "" : nested(f, node.orelse, body.bound).code;
  // Two labels: leaving the handler skips the `else` part, which is outside the try.
  const label = program.unique("L");
  const ends: NameSet[] = [];
  if (!leaves(node.orelse.length > 0 ? node.orelse : node.body)) ends.push(f.bound);
  const handlers =
    node.kind === "TryStar"
      ? starHandlers(f, node, exception, before, ends, way)
      : plainHandlers(f, node, exception, before, ends, way);
  f.bound = ends.reduce((all, end) => all.and(end), ends[0] ?? before);
  f.use("S");
  const { head, tail } = handlers;
  const code = `try{${body.code}${passed}}catch(${raw}){const ${exception}=${f.use("caught")}(${raw}),${kept}=S.handled;S.handled=${exception};${head}try{${handlers.code}}finally{S.handled=${kept};}${tail}${orelse === "" ? "" : `break ${label};`}}`;
  return orelse === "" ? code : `${label}:{${code}${orelse}}`;
}

/** The code of all handlers, what declares its variables, and what follows it once nothing is handled any more. */
interface Handlers {
  readonly head: string;
  readonly code: string;
  readonly tail: string;
}

function plainHandlers(
  f: Frame,
  node: Try | TryStar,
  exception: string,
  before: NameSet,
  ends: NameSet[],
  way?: (i: number) => string,
): Handlers {
  let code = "";
  let open = true;
  for (const [i, handler] of node.handlers.entries()) {
    f.bound = before;
    const { type } = handler;
    if (type === null && i < node.handlers.length - 1) {
      throw new PySyntaxError("default 'except:' must be last", handler.start, handler.end);
    }
    let test = "";
    if (type === null) open = false;
    else test = f.scoped(() => f.mark(handler, `${f.use("matches")}(${exception},${value(f, type)})`));
    const body = (way?.(i) ?? "") + handlerBody(f, handler, exception);
    if (!leaves(handler.body)) ends.push(f.bound);
    code += test === "" ? `{${body}}` : `if(${test}){${body}}else `;
  }
  if (open) code += `throw ${exception};`;
  return { head: "", code, tail: "" };
}

/** `except*`: every clause may catch a part; what is raised meanwhile is gathered, and goes on at the end. */
function starHandlers(
  f: Frame,
  node: TryStar,
  exception: string,
  before: NameSet,
  ends: NameSet[],
  way?: (i: number) => string,
): Handlers {
  const { program } = f;
  const [star, left] = [program.unique("g"), program.unique("x")];
  let code = "";
  for (const [i, handler] of node.handlers.entries()) {
    f.bound = before;
    const type = handler.type as Expr;
    const test = f.scoped(() => f.mark(handler, `${star}.match(${value(f, type)})`));
    const outer = f.starLoops;
    f.starLoops = f.loops.length;
    const body = (way?.(i) ?? "") + handlerBody(f, handler, `${star}.caught`);
    f.starLoops = outer;
    const raw = program.unique("e");
    code += `if(${test})try{${body}}catch(${raw}){${star}.failed(${raw});}`;
  }
  // Any of the clauses may have run, so nothing that they bind is certain.
  ends.push(before);
  return {
    head: `const ${star}=${f.use("starHandling")}(${exception});let ${left};`,
    code: `${code}${left}=${star}.outcome();`,
    tail: `if(${left}!==null)throw ${left};`,
  };
}

function handlerBody(f: Frame, handler: ExceptHandler, exception: string): string {
  if (handler.name === null) return block(f, handler.body);
  // The name goes away with the handler, so that the exception can be freed.
  const store = storeName(f, handler.name, exception, handler);
  const name = f.mangled(handler.name);
  const found = f.program.scopes.resolve(f.scope, name);
  const drop =
    found.where === "class"
      ? `ns.delete(${quote(name)});`
      : `${found.where === "global" ? "G" : "v"}_${name}=undefined;`;
  const code = `${store};try{${block(f, handler.body)}}finally{${drop}}`;
  f.bound = f.bound.without(name);
  return code;
}

/** `with`, and `async with`, whose managers are entered and left by `yield*`. */
export function withStatement(f: Frame, node: With | AsyncWith): string {
  if (node.kind === "AsyncWith") requireAsync(f, node, "async with");
  enterBlock(f, node);
  const code = withItems(f, node, 0);
  f.blocks -= 1;
  return code;
}

function withItems(f: Frame, node: With | AsyncWith, i: number): string {
  const item = node.items[i];
  if (item === undefined) return block(f, node.body);
  const { program } = f;
  const [manager, entered, raw, pending] = [
    program.unique("w"),
    program.unique("n"),
    program.unique("e"),
    program.unique("x"),
  ];
  const isAsync = node.kind === "AsyncWith";
  const at = item.context_expr;
  const open = f.mark(
    at,
    `${f.use(isAsync ? "openAsyncManager" : "openManager")}(${f.scoped(() => value(f, at))})`,
  );
  const enter = f.mark(at, isAsync ? `(yield* ${f.use("enterAsync")}(${manager}))` : `${manager}.enter()`);
  const before = f.bound;
  const target =
    item.optional_vars === null ? "" : f.scoped(() => assign(f, item.optional_vars as Expr, entered));
  const body = withItems(f, node, i + 1);
  // A manager may swallow an exception: what the body binds is not certain.
  f.bound = before;
  const close = f.mark(
    at,
    isAsync
      ? `(yield* ${f.use("exitAsync")}(${manager},${pending}))`
      : `${f.use("closeManager")}(${manager},${pending})`,
  );
  f.use("S");
  return `{const ${manager}=${open},${entered}=${enter};let ${pending}=null;try{${target}${body}}catch(${raw}){${pending}=${f.use("caught")}(${raw});if(!${close})throw ${pending};}finally{if(${pending}===null&&S.live)${close};}}`;
}
