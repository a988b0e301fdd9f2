// Code generation for functions, lambdas and classes.

import type { Arguments, AsyncFunctionDef, ClassDef, Expr, FunctionDef, Lambda, Span } from "./ast.ts";
import { Frame, quote } from "./emitter.ts";
import { argumentList, elements, value } from "./expressions.ts";
import type { NameSet } from "./name-set.ts";
import { mangle, type Scope } from "./scope.ts";
import { block, stepCode } from "./statements.ts";
import { storeName } from "./targets.ts";
import { generic } from "./type-parameters.ts";

/** Code at the start of every Python function: counts the call; `finally` takes it back. */
function wrapBody(f: Frame, body: string): string {
  f.use("S");
  return `try{if(++S.depth>S.maxDepth)${f.use("recursionExceeded")}();${body}}finally{S.depth--;}`;
}

/** `let` for the variables of a function that are not parameters. */
export function declarations(scope: Scope): string {
  const names = [...scope.bound].filter(
    (name) => !scope.params.has(name) && !scope.globals.has(name) && !scope.nonlocals.has(name),
  );
  return names.length === 0 ? "" : `let ${names.map((name) => `v_${name}`).join(",")};`;
}

/** The names bound inside a function when it is called: those around it that stay bound, and its parameters. */
export function boundInside(f: Frame, scope: Scope): NameSet {
  let bound = f.scope.kind === "class" ? f.program.noNames : f.bound;
  for (const name of scope.bound) bound = bound.without(name);
  for (const name of scope.params) bound = bound.with(name);
  return bound;
}

/** Parameters as JavaScript takes them, the signature constant, and the defaults. */
function parameters(
  f: Frame,
  scope: Scope,
  args: Arguments,
): { params: string; signature: string; defaults: string } {
  const m = (name: string) => mangle(scope.className, name);
  const positional = [...args.posonlyargs, ...args.args].map((a) => m(a.arg));
  const kwonly = args.kwonlyargs.map((a) => m(a.arg));
  const params = [
    ...positional,
    ...(args.vararg === null ? [] : [m(args.vararg.arg)]),
    ...kwonly,
    ...(args.kwarg === null ? [] : [m(args.kwarg.arg)]),
  ];
  const signature = f.program.constant(
    `{positional:${JSON.stringify(positional)},posonly:${args.posonlyargs.length},required:${positional.length - args.defaults.length},varargs:${args.vararg === null ? "null" : quote(m(args.vararg.arg))},kwonly:${JSON.stringify(kwonly)},kwonlyRequired:${JSON.stringify(args.kw_defaults.map((d) => d === null))},varkw:${args.kwarg === null ? "null" : quote(m(args.kwarg.arg))}}`,
  );
  const kw = args.kw_defaults.flatMap((d, i) =>
    d === null ? [] : [`[${quote(kwonly[i] as string)},${value(f, d)}]`],
  );
  const defaults =
    args.defaults.length === 0 && kw.length === 0
      ? ""
      : `,{positional:[${args.defaults.map((d) => value(f, d)).join(",")}],kwonly:${kw.length === 0 ? "null" : `new Map([${kw.join(",")}])`}}`;
  return { params: params.map((p) => `v_${p}`).join(","), signature, defaults };
}

/** The JavaScript function (or generator factory) of a Python function's body. */
export function functionBody(
  f: Frame,
  scope: Scope,
  name: string,
  params: string,
  node: { start: number; end: number },
  body: string,
): string {
  const { program } = f;
  const record = { kind: "function" as const, start: node.start, end: node.end, name };
  const make = maker(scope);
  if (make !== null) {
    const inner = program.mark(record, `${declarations(scope)}${f.temps()}${body}`);
    return `function(${params}){return ${f.use(make)}(${quote(name)},${quote(f.qualname)},(function*(){${inner}})());}`;
  }
  return `function(${params}){${program.mark(record, wrapBody(f, `${declarations(scope)}${f.temps()}${body}`))}}`;
}

/** The runtime function that makes an object of a suspended body; null for a function that simply runs. */
export function maker(scope: Scope): string | null {
  if (scope.isAsync) return scope.isGenerator ? "makeAsyncGenerator" : "makeCoroutine";
  return scope.isGenerator ? "makeGenerator" : null;
}

export function qualify(f: Frame, name: string): string {
  return f.scope.kind === "class" ? `${f.qualname}.${name}` : `${f.qualname}.<locals>.${name}`;
}

/** What `super()` takes as its instance in a function with these parameters. */
function superInstance(scope: Scope, args: Arguments): string | null {
  const first = args.posonlyargs[0] ?? args.args[0];
  return first === undefined ? null : `v_${mangle(scope.className, first.arg)}`;
}

/** `lambda …: …`. */
export function lambda(f: Frame, node: Lambda): string {
  const scope = f.program.scopes.of(node);
  const { params, signature, defaults } = parameters(f, scope, node.args);
  const qualname = qualify(f, "<lambda>");
  const inner = new Frame(
    f.program,
    scope,
    qualname,
    boundInside(f, scope),
    superInstance(scope, node.args),
  ).inside(f);
  const result = value(inner, node.body);
  const js = functionBody(
    inner,
    scope,
    "<lambda>",
    params,
    node,
    `${stepCode(inner, 1, node.body)}return ${result};`,
  );
  return `new ${f.use("PyFunction")}("<lambda>",${quote(qualname)},${signature},${js}${defaults})`;
}
/** `def …` or `async def …`, decorators and all, as statements. */
export function functionDefinition(f: Frame, node: FunctionDef | AsyncFunctionDef): string {
  const scope = f.program.scopes.of(node);
  const { params, signature, defaults } = parameters(f, scope, node.args);
  const qualname = qualify(f, node.name);
  const decorators = node.decorator_list.map((d) => value(f, d));
  const make = (around: Frame, given: string): string => {
    const inner = new Frame(
      f.program,
      scope,
      qualname,
      boundInside(around, scope),
      superInstance(scope, node.args),
    ).inside(around);
    // Inside itself the function's own name is bound once `def` has run, unless something unbinds it.
    const body = `${block(inner, node.body)}return null;`;
    const js = functionBody(inner, scope, node.name, params, node, body);
    const code = `new ${f.use("PyFunction")}(${quote(node.name)},${quote(qualname)},${signature},${js}${given})`;
    const doc = docstring(node.body);
    if (doc === null && !hasAnnotations(node.args, node.returns)) return code;
    return `${f.use("describeFunction")}(${code},${doc === null ? "null" : quote(doc)},${annotations(around, node)})`;
  };
  let code: string;
  if (node.type_params.length === 0) code = make(f, defaults);
  else {
    // Defaults belong to the scope around, the rest to that of the type parameters.
    const given = f.program.unique("d");
    code = generic(
      f,
      node,
      node.name,
      (around, types) => `${f.use("withTypeParameters")}(${make(around, `,${given}`)},${types})`,
      given,
      defaults === "" ? "undefined" : defaults.slice(1),
    );
  }
  for (let i = decorators.length - 1; i >= 0; i--) {
    code = f.mark(node.decorator_list[i] as Expr, `${f.use("call1")}(${decorators[i]},${code})`);
  }
  return `${storeName(f, node.name, code, node)};`;
}

function hasAnnotations(args: Arguments, returns: Expr | null): boolean {
  return returns !== null || allArgs(args).some((a) => a.annotation !== null);
}
function allArgs(args: Arguments): Arguments["args"] {
  const optional = (a: Arguments["vararg"]) => (a === null ? [] : [a]);
  return [
    ...args.posonlyargs,
    ...args.args,
    ...optional(args.vararg),
    ...args.kwonlyargs,
    ...optional(args.kwarg),
  ];
}
function annotations(f: Frame, node: Span & { args: Arguments; returns: Expr | null }): string {
  const pairs = allArgs(node.args).flatMap((a) =>
    a.annotation === null ? [] : [`${quote(f.mangled(a.arg))},${annotation(f, a.annotation, node)}`],
  );
  const { returns } = node;
  if (returns !== null) pairs.push(`"return",${value(f, returns)}`);
  return pairs.length === 0 ? "null" : `${f.use("dictOf")}([${pairs.join(",")}])`;
}

/** `*Ts` after `*args:` is the one value that Ts gives when it is iterated over; if there is not one, the `def` is to blame. */
function annotation(f: Frame, node: Expr, def: Span): string {
  if (node.kind !== "Starred") return value(f, node);
  return f.mark(def, `${f.use("unpack")}(${value(f, node.value)},1)[0]`);
}

/** The docstring of a body, or null. */
export function docstring(body: readonly { kind: string }[]): string | null {
  const first = body[0] as { kind: string; value?: Expr } | undefined;
  if (first?.kind !== "ExprStmt" || first.value?.kind !== "Constant" || first.value.value.type !== "str")
    return null;
  return cleanDocstring(first.value.value.value);
}
/** Since 3.13 the compiler strips the indentation that all lines of a docstring share. */
function cleanDocstring(text: string): string {
  const lines = text
    .replace(/\t/g, (_tab, at: number) => " ".repeat(8 - ((at - text.lastIndexOf("\n", at) - 1) % 8)))
    .split("\n");
  let margin = Number.POSITIVE_INFINITY;
  for (const line of lines.slice(1)) {
    const content = line.trimStart();
    if (content !== "") margin = Math.min(margin, line.length - content.length);
  }
  return [
    (lines[0] as string).replace(/^ +/, ""),
    ...lines
      .slice(1)
      .map((line) =>
        margin === Number.POSITIVE_INFINITY
          ? line.trimStart()
          : line.slice(Math.min(margin, line.length - line.trimStart().length)),
      ),
  ].join("\n");
}

/** `class …`, decorators and all, as statements. */
export function classDefinition(f: Frame, node: ClassDef): string {
  const scope = f.program.scopes.of(node);
  const qualname = qualify(f, node.name);
  const decorators = node.decorator_list.map((d) => value(f, d));
  const make = (around: Frame, types: string | null): string => {
    const bases = elements(around, node.bases);
    const keywords =
      node.keywords.length === 0 ? "null" : argumentList(around, "null", [], node.keywords).slice(3);
    const inner = new Frame(
      f.program,
      scope,
      qualname,
      around.scope.kind === "class" ? f.program.noNames : around.bound,
      null,
    ).inside(around);
    for (const name of scope.bound) inner.bound = inner.bound.without(name);
    const doc = docstring(node.body);
    const all =
      types === null ? bases : `${bases}${bases === "" ? "" : ","}${f.use("genericBase")}(${types})`;
    const own = types === null ? "" : `ns.set("__type_params__",${types});`;
    const body = block(inner, node.body);
    const wrapped = f.program.mark(
      { kind: "function", start: node.start, end: node.end, name: node.name },
      wrapBody(
        inner,
        `${inner.temps()}${own}${doc === null ? "" : `ns.set("__doc__",${quote(doc)});`}${body}`,
      ),
    );
    const build = f.mark(
      { start: node.start, end: node.end },
      `${f.use("makeClass")}(${quote(node.name)},${quote(qualname)},bases,kw,(ns)=>{${wrapped}},${scope.needsClassCell ? "(c)=>{v___class__=c}" : "null"})`,
    );
    // The arrow function only holds the cell: in tracebacks it is part of the frame around it.
    const cell = f.program.mark(
      { kind: "comprehension", start: node.start, end: node.end },
      `let v___class__;return v___class__=${build};`,
    );
    return f.mark({ start: node.start, end: node.end }, `((bases,kw)=>{${cell}})([${all}],${keywords})`);
  };
  let code = node.type_params.length === 0 ? make(f, null) : generic(f, node, node.name, make);
  for (let i = decorators.length - 1; i >= 0; i--) {
    code = f.mark(node.decorator_list[i] as Expr, `${f.use("call1")}(${decorators[i]},${code})`);
  }
  return `${storeName(f, node.name, code, node)};`;
}
