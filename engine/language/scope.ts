// Scopes: which names each function, class and comprehension binds, and where the others are found.
//
// CPython's symtable.c decides the same: a name that is bound anywhere in a block is local to it, `global` and
// `nonlocal` redirect it, what is left is looked for in the enclosing *functions* (classes are skipped) and is global
// otherwise. Generated code turns locals into JavaScript variables, so closures need no cells; what the analysis
// must know is which function declares a variable, and the errors CPython raises at this stage.
import {
  type Arguments,
  type Comprehension,
  type ExceptHandler,
  type Expr,
  head,
  type Keyword,
  type Pattern,
  type Span,
  type Stmt,
  type TypeParam,
} from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";

export type ScopeKind =
  | "function"
  | "class"
  | "comprehension"
  /** Type parameters, their bounds and defaults, the value of a type alias (PEP 695). */
  | "annotation";
/** Nodes that open a scope. */
export type ScopeNode = Span & { readonly kind: string };

/** One block's names. */
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | null;
  /** Bound here: parameters, targets, definitions, imports. */
  readonly bound: Set<string> = new Set();
  readonly params: Set<string> = new Set();
  readonly globals: Set<string> = new Set();
  readonly nonlocals: Set<string> = new Set();
  /** Deleted somewhere (also by leaving `except … as name`): reads must check. */
  readonly deleted: Set<string> = new Set();
  /** What assignment expressions in a comprehension bind around it. */
  readonly rebound: Set<string> = new Set();
  /** Iteration variables of a comprehension. */
  readonly iteration: Set<string> = new Set();
  /** Read before any `global`/`nonlocal` statement names them. */
  readonly used: Map<string, "used" | "assigned" | "annotated"> = new Map();
  isGenerator = false;
  /** An `async def`. */
  isAsync = false;
  /** Comprehensions: is something awaited in it? */
  awaits = false;
  /** Class scopes: does a method use `super()` or `__class__`? */
  needsClassCell = false;
  /** Name of the class, for mangling. */
  readonly className: string | null;
  /** Where `global` or `nonlocal` first names a variable, for errors. */
  readonly directives: Map<string, Span> = new Map();
  /** Are there functions, comprehensions or classes in it that may hold on to its variables? */
  hasInner = false;
  /** A comprehension's kind, or an annotation scope's, for messages. */
  what: string | null = null;

  constructor(kind: ScopeKind, parent: Scope | null, className: string | null) {
    this.kind = kind;
    this.parent = parent;
    this.className = className;
    if (parent !== null) parent.hasInner = true;
  }
}

/** Where a name is found from some scope. */
export type Resolution =
  | { readonly where: "local" | "free"; readonly scope: Scope }
  | { readonly where: "global"; readonly explicit: boolean }
  | { readonly where: "class"; readonly scope: Scope };

/** The result of analysis: scopes by the node that opens them. */
export class Scopes {
  readonly byNode: Map<object, Scope> = new Map();
  /** Scopes of the defaults of type parameters; `byNode` has those of the bounds. */
  readonly ofDefaults: Map<object, Scope> = new Map();
  /** Names that some block declares `global`. */
  readonly declaredGlobal: Set<string> = new Set();
  readonly root: Scope;
  constructor(root: Scope) {
    this.root = root;
  }
  of(node: object): Scope {
    return this.byNode.get(node) as Scope;
  }
  /** Where `name` (mangled) is found from `scope`. */
  resolve(scope: Scope, name: string): Resolution {
    if (scope.globals.has(name)) return { where: "global", explicit: true };
    if (scope.bound.has(name) && !scope.nonlocals.has(name)) {
      return scope.kind === "class" ? { where: "class", scope } : { where: "local", scope };
    }
    for (let s = scope.parent; s !== null; s = s.parent) {
      if (s.kind === "class") {
        if (name === "__class__") return { where: "free", scope: s };
        continue;
      }
      if (s.globals.has(name)) return { where: "global", explicit: true };
      if (s.bound.has(name) && !s.nonlocals.has(name)) return { where: "free", scope: s };
    }
    return { where: "global", explicit: false };
  }
}

/** `__name` inside a class becomes `_Class__name`. */
export function mangle(className: string | null, name: string): string {
  if (className === null || !name.startsWith("__") || name.endsWith("__") || name.includes(".")) return name;
  const stripped = className.replace(/^_+/, "");
  return stripped === "" ? name : `_${stripped}${name}`;
}

/** Analyses the body of the program's function. */
export function analyse(node: object, body: readonly Stmt[]): Scopes {
  const root = new Scope("function", null, null);
  const scopes = new Scopes(root);
  scopes.byNode.set(node, root);
  new Analyser(scopes).block(root, body);
  checkNonlocals(scopes);
  return scopes;
}

function checkNonlocals(scopes: Scopes): void {
  for (const scope of scopes.byNode.values()) {
    for (const name of scope.nonlocals) {
      let found = false;
      for (let s = scope.parent; s !== null; s = s.parent) {
        if (s.kind === "annotation" && s.bound.has(name)) {
          const span = scope.directives.get(name);
          const text = `nonlocal binding not allowed for type parameter '${name}'`;
          throw new PySyntaxError(text, span?.start ?? 0, span?.end ?? 0);
        }
        const isCell = s.kind === "class" && name === "__class__";
        if (isCell) s.needsClassCell = true;
        if (isCell || (s.kind !== "class" && s.bound.has(name) && !s.globals.has(name))) {
          found = true;
          break;
        }
      }
      if (!found) {
        const span = scope.directives.get(name);
        throw new PySyntaxError(`no binding for nonlocal '${name}' found`, span?.start ?? 0, span?.end ?? 0);
      }
    }
  }
}

class Analyser {
  /** How many iterables of comprehensions are being read. */
  private iterables = 0;
  private readonly scopes: Scopes;
  constructor(scopes: Scopes) {
    this.scopes = scopes;
  }

  private open(kind: ScopeKind, parent: Scope, node: object, className?: string): Scope {
    const scope = new Scope(kind, parent, className ?? parent.className);
    this.scopes.byNode.set(node, scope);
    return scope;
  }

  private bind(scope: Scope, raw: string, at: Span, how: "assigned" | "annotated" = "assigned"): void {
    const name = mangle(scope.className, raw);
    if (name === "__debug__") throw new PySyntaxError("cannot assign to __debug__", at.start, at.end);
    scope.bound.add(name);
    if (!scope.used.has(name) || how === "annotated") scope.used.set(name, how);
  }
  private read(scope: Scope, raw: string): void {
    const name = mangle(scope.className, raw);
    if (!scope.used.has(name)) scope.used.set(name, "used");
    if (name === "super" || name === "__class__") {
      for (let s: Scope | null = scope; s !== null; s = s.parent) {
        if (s.kind === "class" && s !== scope) {
          s.needsClassCell = true;
          break;
        }
      }
    }
  }

  block(scope: Scope, body: readonly Stmt[]): void {
    for (const stmt of body) this.statement(scope, stmt);
  }

  private statement(scope: Scope, node: Stmt): void {
    switch (node.kind) {
      case "FunctionDef":
      case "AsyncFunctionDef": {
        for (const decorator of node.decorator_list) this.expression(scope, decorator);
        this.defaults(scope, node.args);
        this.bind(scope, node.name, node);
        const around = this.typeParams(scope, node.type_params);
        this.annotations(around, node.args, node.returns);
        const inner = this.open("function", around, node);
        inner.isAsync = node.kind === "AsyncFunctionDef";
        this.parameters(inner, node.args);
        this.block(inner, node.body);
        return;
      }
      case "ClassDef": {
        for (const decorator of node.decorator_list) this.expression(scope, decorator);
        this.bind(scope, node.name, node);
        const around = this.typeParams(scope, node.type_params, node.name);
        for (const base of node.bases) this.expression(around, base);
        this.keywords(around, node.keywords);
        const inner = this.open("class", around, node, node.name);
        this.block(inner, node.body);
        return;
      }
      case "Return":
        if (scope.kind === "class")
          throw new PySyntaxError("'return' outside function", node.start, node.end);
        this.optional(scope, node.value);
        return;
      case "Delete":
        for (const target of node.targets) this.expression(scope, target);
        return;
      case "Assign":
        this.expression(scope, node.value);
        for (const target of node.targets) this.expression(scope, target);
        return;
      case "TypeAlias":
        this.bind(scope, node.name.id, node);
        this.lazy(this.typeParams(scope, node.type_params), node, node.value, "a type alias");
        return;
      case "AugAssign":
        this.expression(scope, node.target);
        if (node.target.kind === "Name") this.read(scope, node.target.id);
        this.expression(scope, node.value);
        return;
      case "AnnAssign":
        if (node.target.kind === "Name") {
          const name = mangle(scope.className, node.target.id);
          if (node.simple && scope.globals.has(name)) {
            throw new PySyntaxError(`annotated name '${name}' can't be global`, node.start, node.end);
          }
          if (node.simple && scope.nonlocals.has(name)) {
            throw new PySyntaxError(`annotated name '${name}' can't be nonlocal`, node.start, node.end);
          }
          if (node.simple) this.bind(scope, node.target.id, node.target, "annotated");
          else if (node.value !== null) this.bind(scope, node.target.id, node.target);
        } else this.expression(scope, node.target);
        if (scope.kind === "class") this.expression(scope, node.annotation);
        this.optional(scope, node.value);
        return;
      case "For":
      case "AsyncFor":
        this.expression(scope, node.iter);
        this.expression(scope, node.target);
        this.block(scope, node.body);
        this.block(scope, node.orelse);
        return;
      case "While":
      case "If":
        this.expression(scope, node.test);
        this.block(scope, node.body);
        this.block(scope, node.orelse);
        return;
      case "With":
      case "AsyncWith":
        for (const item of node.items) {
          this.expression(scope, item.context_expr);
          this.optional(scope, item.optional_vars);
        }
        this.block(scope, node.body);
        return;
      case "Match":
        this.expression(scope, node.subject);
        for (const branch of node.cases) {
          this.pattern(scope, branch.pattern);
          this.optional(scope, branch.guard);
          this.block(scope, branch.body);
        }
        return;
      case "Raise":
        this.optional(scope, node.exc);
        this.optional(scope, node.cause);
        return;
      case "Try":
      case "TryStar":
        this.block(scope, node.body);
        for (const handler of node.handlers) this.handler(scope, handler);
        this.block(scope, node.orelse);
        this.block(scope, node.finalbody);
        return;
      case "Assert":
        this.expression(scope, node.test);
        this.optional(scope, node.msg);
        return;
      case "Import":
        for (const alias of node.names) {
          this.bind(scope, alias.asname ?? (alias.name.split(".")[0] as string), alias);
        }
        return;
      case "ImportFrom":
        for (const alias of node.names) {
          if (alias.name === "*") {
            throw new PySyntaxError("import * only allowed at module level", alias.start, alias.end);
          }
          this.bind(scope, alias.asname ?? alias.name, alias);
        }
        return;
      case "Global":
      case "Nonlocal":
        this.declaration(scope, node);
        return;
      case "ExprStmt":
        this.expression(scope, node.value);
        return;
      default:
        return;
    }
  }

  private declaration(scope: Scope, node: Span & { kind: "Global" | "Nonlocal"; names: string[] }): void {
    const word = node.kind === "Global" ? "global" : "nonlocal";
    for (const raw of node.names) {
      const name = mangle(scope.className, raw);
      const before = scope.used.get(name);
      if (scope.params.has(name)) {
        throw new PySyntaxError(`name '${name}' is parameter and ${word}`, node.start, node.end);
      }
      if (before !== undefined) {
        const what =
          before === "annotated"
            ? `annotated name '${name}' can't be ${word}`
            : before === "assigned"
              ? `name '${name}' is assigned to before ${word} declaration`
              : `name '${name}' is used prior to ${word} declaration`;
        throw new PySyntaxError(what, node.start, node.end);
      }
      if ((word === "global" ? scope.nonlocals : scope.globals).has(name)) {
        const { start, end } = scope.directives.get(name) ?? node;
        throw new PySyntaxError(`name '${name}' is nonlocal and global`, start, end);
      }
      if (!scope.directives.has(name)) scope.directives.set(name, node);
      if (word === "global") {
        scope.globals.add(name);
        this.scopes.declaredGlobal.add(name);
      } else {
        if (scope.parent === null) {
          // The program is itself a function of the module: there is nothing around it.
          throw new PySyntaxError(`no binding for nonlocal '${name}' found`, node.start, node.end);
        }
        scope.nonlocals.add(name);
      }
    }
  }

  private handler(scope: Scope, handler: ExceptHandler): void {
    this.optional(scope, handler.type);
    if (handler.name !== null) {
      this.bind(scope, handler.name, handler);
      scope.deleted.add(mangle(scope.className, handler.name));
    }
    this.block(scope, handler.body);
  }

  /** The scope that a definition's type parameters are bound in; the one around it where it has none. */
  private typeParams(scope: Scope, params: readonly TypeParam[], className?: string): Scope {
    if (params.length === 0) return scope;
    const around = this.open("annotation", scope, params, className);
    around.what = "the definition of a generic";
    for (const param of params) {
      if (around.bound.has(mangle(around.className, param.name))) {
        throw new PySyntaxError(`duplicate type parameter '${param.name}'`, param.start, param.end);
      }
      this.bind(around, param.name, param);
      const { bound, default_value } = param;
      if (bound !== null) {
        this.lazy(around, param, bound, bound.kind === "Tuple" ? "a TypeVar constraint" : "a TypeVar bound");
      }
      if (default_value !== null) {
        const inner = this.annotation(around, default_value, `a ${param.kind} default`);
        this.scopes.ofDefaults.set(param, inner);
      }
    }
    return around;
  }
  /** An expression that is evaluated when it is asked for. */
  private lazy(scope: Scope, node: object, expression: Expr, what: string): void {
    this.scopes.byNode.set(node, this.annotation(scope, expression, what));
  }
  private annotation(scope: Scope, expression: Expr, what: string): Scope {
    const inner = new Scope("annotation", scope, scope.className);
    inner.what = what;
    this.expression(inner, expression);
    return inner;
  }
  /** Some expressions would need a function's frame to run in. */
  private refuseIn(scope: Scope, what: string, node: Span): void {
    if (scope.kind !== "annotation") return;
    throw new PySyntaxError(`${what} expression cannot be used within ${scope.what}`, node.start, node.end);
  }

  private defaults(scope: Scope, args: Arguments): void {
    for (const value of args.defaults) this.expression(scope, value);
    for (const value of args.kw_defaults) this.optional(scope, value);
  }
  private annotations(scope: Scope, args: Arguments, returns: Expr | null): void {
    for (const arg of [...args.posonlyargs, ...args.args, args.vararg, ...args.kwonlyargs, args.kwarg]) {
      if (arg !== null) this.optional(scope, arg.annotation);
    }
    this.optional(scope, returns);
  }
  private keywords(scope: Scope, keywords: readonly Keyword[]): void {
    const given = new Set<string>();
    for (const { arg, value, start, end } of keywords) {
      if (arg !== null && given.has(arg)) {
        throw new PySyntaxError(`keyword argument repeated: ${arg}`, start, end);
      }
      if (arg !== null) given.add(arg);
      this.expression(scope, value);
    }
  }
  private parameters(scope: Scope, args: Arguments): void {
    for (const arg of [...args.posonlyargs, ...args.args, args.vararg, ...args.kwonlyargs, args.kwarg]) {
      if (arg === null) continue;
      const name = mangle(scope.className, arg.arg);
      if (scope.params.has(name)) {
        throw new PySyntaxError(`duplicate argument '${arg.arg}' in function definition`, arg.start, arg.end);
      }
      this.bind(scope, arg.arg, arg);
      scope.used.delete(name);
      scope.params.add(name);
    }
  }

  private optional(scope: Scope, node: Expr | null): void {
    if (node !== null) this.expression(scope, node);
  }
  private all(scope: Scope, nodes: readonly (Expr | null)[]): void {
    for (const node of nodes) if (node !== null) this.expression(scope, node);
  }

  private expression(scope: Scope, node: Expr): void {
    // Chains are walked in a loop: they may be longer than the stack is deep.
    const chain: Expr[] = [];
    let first = node;
    for (let next = head(first); next !== null; next = head(first)) {
      chain.push(first);
      first = next;
    }
    this.unchained(scope, first);
    for (let link = chain.pop(); link !== undefined; link = chain.pop()) this.link(scope, link);
  }
  /** What follows the head of an expression that has one. */
  private link(scope: Scope, node: Expr): void {
    switch (node.kind) {
      case "BinOp":
        this.expression(scope, node.right);
        return;
      case "Subscript":
        this.expression(scope, node.slice);
        return;
      case "Call":
        this.all(scope, node.args);
        this.keywords(scope, node.keywords);
        return;
      default:
        return;
    }
  }
  private unchained(scope: Scope, node: Expr): void {
    switch (node.kind) {
      case "Name":
        if (node.ctx === "Load") this.read(scope, node.id);
        else {
          if (node.ctx === "Del" && node.id === "__debug__") {
            throw new PySyntaxError("cannot delete __debug__", node.start, node.end);
          }
          this.bind(scope, node.id, node);
          if (node.ctx === "Del") scope.deleted.add(mangle(scope.className, node.id));
        }
        return;
      case "BoolOp":
        this.all(scope, node.values);
        return;
      case "NamedExpr":
        this.refuseIn(scope, "named", node);
        this.expression(scope, node.value);
        this.walrus(scope, node);
        return;
      case "UnaryOp":
        this.expression(scope, node.operand);
        return;
      case "Lambda": {
        this.defaults(scope, node.args);
        const inner = this.open("function", scope, node);
        this.parameters(inner, node.args);
        this.expression(inner, node.body);
        return;
      }
      case "IfExp":
        this.expression(scope, node.test);
        this.expression(scope, node.body);
        this.expression(scope, node.orelse);
        return;
      case "Dict":
        this.all(scope, node.keys);
        this.all(scope, node.values);
        return;
      case "Set":
      case "List":
      case "Tuple":
        this.all(scope, node.elts);
        return;
      case "ListComp":
      case "SetComp":
      case "GeneratorExp":
        this.comprehension(scope, node, node.generators, [node.elt]);
        return;
      case "DictComp":
        this.comprehension(scope, node, node.generators, [node.key, node.value]);
        return;
      case "Await":
        this.refuseIn(scope, "await", node);
        scope.awaits = true;
        this.expression(scope, node.value);
        return;
      case "Yield":
      case "YieldFrom":
        this.yields(scope, node);
        this.optional(scope, node.value);
        return;
      case "Compare":
        this.expression(scope, node.left);
        this.all(scope, node.comparators);
        return;
      case "FormattedValue":
        this.expression(scope, node.value);
        this.optional(scope, node.format_spec);
        return;
      case "JoinedStr":
        this.all(scope, node.values);
        return;
      case "Starred":
        this.expression(scope, node.value);
        return;
      case "Slice":
        this.all(scope, [node.lower, node.upper, node.step]);
        return;
      default:
        return;
    }
  }

  private yields(scope: Scope, node: Span & { kind: "Yield" | "YieldFrom" }): void {
    this.refuseIn(scope, "yield", node);
    if (scope.kind === "class") {
      const what = node.kind === "Yield" ? "yield" : "yield from";
      throw new PySyntaxError(`'${what}' outside function`, node.start, node.end);
    }
    if (scope.kind === "comprehension") {
      throw new PySyntaxError(`'yield' inside ${scope.what ?? "list comprehension"}`, node.start, node.end);
    }
    scope.isGenerator = true;
  }

  /** A walrus binds in the nearest scope that is not a comprehension. */
  private walrus(scope: Scope, node: Span & { target: Span & { id: string } }): void {
    if (this.iterables > 0) {
      const text = "assignment expression cannot be used in a comprehension iterable expression";
      throw new PySyntaxError(text, node.start, node.end);
    }
    let target = scope;
    const name = mangle(scope.className, node.target.id);
    while (target.kind === "comprehension") {
      if (target.iteration.has(name)) {
        throw new PySyntaxError(
          `assignment expression cannot rebind comprehension iteration variable '${node.target.id}'`,
          node.target.start,
          node.target.end,
        );
      }
      target = target.parent as Scope;
    }
    if (target.kind === "annotation") {
      const where = target.what?.startsWith("the")
        ? "within the definition of a generic"
        : `in ${target.what}`;
      throw new PySyntaxError(
        `assignment expression within a comprehension cannot be used ${where}`,
        node.target.start,
        node.target.end,
      );
    }
    if (target !== scope && target.kind === "class") {
      throw new PySyntaxError(
        "assignment expression within a comprehension cannot be used in a class body",
        node.target.start,
        node.target.end,
      );
    }
    if (target !== scope) scope.rebound.add(name);
    this.bind(target, node.target.id, node.target);
  }

  /** The iterable of a `for` clause, in which nothing may be assigned. */
  private iterable(scope: Scope, node: Expr): void {
    this.iterables += 1;
    this.expression(scope, node);
    this.iterables -= 1;
  }
  private comprehension(
    scope: Scope,
    node: ScopeNode,
    generators: readonly Comprehension[],
    results: readonly Expr[],
  ): void {
    const first = generators[0] as Comprehension;
    this.iterable(scope, first.iter);
    const inner = this.open("comprehension", scope, node);
    inner.what = COMPREHENSION_NAMES[node.kind] ?? null;
    for (const [i, generator] of generators.entries()) {
      if (generator.is_async) inner.awaits = true;
      this.targets(inner, generator.target);
      this.expression(inner, generator.target);
      if (i > 0) this.iterable(inner, generator.iter);
      this.all(inner, generator.ifs);
    }
    this.all(inner, results);
    if (inner.awaits && node.kind !== "GeneratorExp") scope.awaits = true;
  }
  private targets(scope: Scope, node: Expr): void {
    if (node.kind === "Name") {
      const name = mangle(scope.className, node.id);
      if (scope.rebound.has(name)) {
        const text = `comprehension inner loop cannot rebind assignment expression target '${node.id}'`;
        throw new PySyntaxError(text, node.start, node.end);
      }
      scope.iteration.add(name);
    } else if (node.kind === "Tuple" || node.kind === "List")
      for (const elt of node.elts) this.targets(scope, elt);
    else if (node.kind === "Starred") this.targets(scope, node.value);
  }

  private pattern(scope: Scope, node: Pattern): void {
    switch (node.kind) {
      case "MatchValue":
        this.expression(scope, node.value);
        return;
      case "MatchSingleton":
        return;
      case "MatchSequence":
      case "MatchOr":
        for (const inner of node.patterns) this.pattern(scope, inner);
        return;
      case "MatchMapping":
        this.all(scope, node.keys);
        for (const inner of node.patterns) this.pattern(scope, inner);
        if (node.rest !== null) this.bind(scope, node.rest, node);
        return;
      case "MatchClass":
        this.expression(scope, node.cls);
        for (const inner of [...node.patterns, ...node.kwd_patterns]) this.pattern(scope, inner);
        return;
      case "MatchStar":
        if (node.name !== null) this.bind(scope, node.name, node);
        return;
      default:
        if (node.pattern !== null) this.pattern(scope, node.pattern);
        if (node.name !== null) this.bind(scope, node.name, node);
    }
  }
}

const COMPREHENSION_NAMES: Record<string, string> = {
  ListComp: "list comprehension",
  SetComp: "set comprehension",
  DictComp: "dict comprehension",
  GeneratorExp: "generator expression",
};
