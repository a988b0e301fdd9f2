// Code generation for expressions.
//
// `value(frame, node)` gives JavaScript whose value is the Python value; `condition(frame, node)` gives JavaScript
// whose value is its truth as a boolean. Arithmetic and comparison test for two small integers in place and call the
// operator otherwise: measured, that is what keeps loops near the speed of plain JavaScript.
//
// Evaluation order is Python's, left to right. An operand is held in a temporary unless it is a constant or a bound
// local and what follows cannot rebind it.
import {
  type Call,
  type Compare,
  type CompareOperator,
  type ConstantValue,
  type Expr,
  type FormattedValue,
  head,
  type JoinedStr,
  type Span,
} from "./ast.ts";
import { comprehension } from "./comprehensions.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { type Frame, quote } from "./emitter.ts";
import { lambda } from "./functions.ts";
import { type BranchKind, branched } from "./instrument.ts";
import { storeName } from "./targets.ts";

const MAX_SAFE = "9007199254740991";

/** Runtime functions behind the binary operators. */
export const BINARY: Record<string, string> = {
  Add: "add",
  Sub: "sub",
  Mult: "mul",
  MatMult: "matMul",
  Div: "div",
  Mod: "mod",
  Pow: "pow",
  LShift: "lShift",
  RShift: "rShift",
  BitOr: "bitOr",
  BitXor: "bitXor",
  BitAnd: "bitAnd",
  FloorDiv: "floorDiv",
};
const ORDER: Partial<Record<CompareOperator, [string, string]>> = {
  Lt: ["lt", "<"],
  LtE: ["le", "<="],
  Gt: ["gt", ">"],
  GtE: ["ge", ">="],
};

/** A literal. */
export function constant(f: Frame, c: ConstantValue): string {
  const { program } = f;
  switch (c.type) {
    case "None":
      return "null";
    case "True":
      return "true";
    case "False":
      return "false";
    case "Ellipsis":
      return f.use("Ellipsis");
    case "int":
      return c.value <= 9007199254740991n ? String(c.value) : program.constant(`${c.value}n`);
    case "float":
      return program.constant(
        `new ${f.use("PyFloat")}(${c.value === Number.POSITIVE_INFINITY ? "Infinity" : c.value})`,
      );
    case "complex":
      return program.constant(
        `new ${f.use("PyComplex")}(0,${c.value === Number.POSITIVE_INFINITY ? "Infinity" : c.value})`,
      );
    case "str":
      return quote(c.value);
    case "bytes":
      return program.constant(`${f.use("bytesOf")}(${quote(latin1(c.value))})`);
  }
}
function latin1(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

/** May the code for `node` be repeated and moved without anyone noticing? */
function isSimple(f: Frame, node: Expr): boolean {
  if (node.kind === "Constant") return true;
  return node.kind === "Name" && isBoundLocal(f, node.id);
}
/** May the code for `node` be moved, though not repeated? An empty list or dict is a new one each time. */
function isMovable(f: Frame, node: Expr): boolean {
  if (node.kind === "List") return node.elts.length === 0;
  if (node.kind === "Dict") return node.values.length === 0;
  return isSimple(f, node);
}
function isBoundLocal(f: Frame, raw: string): boolean {
  const name = f.mangled(raw);
  if (!f.bound.has(name) || f.program.deleted.has(name)) return false;
  const { where } = f.program.scopes.resolve(f.scope, name);
  return where === "local" || where === "free";
}

/** A read of a variable. */
export function readName(f: Frame, raw: string, node: Span): string {
  const name = f.mangled(raw);
  const { program } = f;
  const found = program.scopes.resolve(f.scope, name);
  const ownNamespace =
    seesNamespace(f.scope, name) && name !== "__class__" && !(found.where === "global" && found.explicit);
  if (found.where === "class" || ownNamespace) {
    // The namespace may hold more than the body binds: `__qualname__`, and what a metaclass prepared.
    const t = f.temp();
    const outer = outerRead(f, name, node);
    return `((${t}=ns.get(${quote(name)}))!==undefined?${t}:${outer})`;
  }
  if (found.where === "local" || found.where === "free") {
    if (isBoundLocal(f, raw)) return `v_${name}`;
    // `__class__` is the cell of a class, which has no value before the class is made.
    const isLocal =
      found.where === "local" || (f.scope.kind === "comprehension" && found.scope.kind !== "class");
    const unbound = f.use(isLocal ? "unboundLocal" : "unboundFree");
    return f.mark(node, `(v_${name}===undefined?${unbound}(${quote(name)}):v_${name})`);
  }
  return readGlobal(f, name, node, found.where === "global" && found.explicit);
}
/** Is the name looked for among those of a class body first? What a class's annotations ask for later still is. */
function seesNamespace(scope: Frame["scope"], name: string): boolean {
  let s: Frame["scope"] | null = scope;
  while (s !== null && s.kind === "annotation") {
    if (s.bound.has(name)) return false;
    s = s.parent;
  }
  return s !== null && s.kind === "class";
}
function readGlobal(f: Frame, name: string, node: Span, explicit: boolean): string {
  const { program } = f;
  const missing = (code: string) =>
    f.mark(node, `(${code}===undefined?${f.use("unknownName")}(${quote(name)}):${code})`);
  if (explicit) return missing(`G_${name}`);
  program.globalsRead.add(name);
  if (program.scopes.declaredGlobal.has(name))
    return `(g_${name}!==undefined?g_${name}:${missing(`G_${name}`)})`;
  return missing(`g_${name}`);
}
/** A name read in a class body that the body has not bound: global, or the enclosing function's. */
function outerRead(f: Frame, name: string, node: Span): string {
  const { scopes } = f.program;
  for (let s = f.scope.parent; s !== null; s = s.parent) {
    if (s.kind === "class") continue;
    if (s.globals.has(name)) break;
    if (s.bound.has(name) && !s.nonlocals.has(name)) {
      // CPython looks in the class, then straight in the globals, unless the name is free in the body.
      if (!f.scope.bound.has(name) || f.scope.nonlocals.has(name)) {
        return f.mark(node, `(v_${name}===undefined?${f.use("unboundFree")}(${quote(name)}):v_${name})`);
      }
      break;
    }
  }
  return readGlobal(f, name, node, scopes.declaredGlobal.has(name) && f.scope.globals.has(name));
}

/** Code for two operands evaluated in order: the code that evaluates them, and how to refer to them afterwards. */
function operands(
  f: Frame,
  left: Expr,
  right: Expr,
  leftCode?: string,
): { first: string; a: string; b: string } {
  const isRepeatable = (node: Expr): boolean =>
    isSimple(f, node) && (node.kind === "Constant" || f.program.instrument?.watchesValues !== true);
  const rightSimple = isRepeatable(right);
  let first = "";
  let a = leftCode ?? value(f, left);
  if (!(left.kind === "Constant" || (isRepeatable(left) && rightSimple))) {
    const t = f.temp();
    first += `${t}=${a},`;
    a = t;
  }
  let b = value(f, right);
  if (!rightSimple) {
    const t = f.temp();
    first += `${t}=${b},`;
    b = t;
  }
  return { first, a, b };
}
const isInt = (node: Expr): boolean =>
  node.kind === "Constant" && node.value.type === "int" && node.value.value <= 9007199254740991n;
const isNonNumber = (node: Expr): boolean =>
  (node.kind === "Constant" && node.value.type !== "int") ||
  node.kind === "JoinedStr" ||
  node.kind === "List" ||
  node.kind === "Tuple" ||
  node.kind === "Dict";

function numbers(left: Expr, right: Expr, a: string, b: string): string {
  const checks: string[] = [];
  if (!isInt(left)) checks.push(`typeof ${a}==="number"`);
  if (!isInt(right)) checks.push(`typeof ${b}==="number"`);
  return checks.length === 0 ? "true" : checks.join("&&");
}

/** `left op right`, as a value. */
function binary(f: Frame, node: Expr & { kind: "BinOp" }): string {
  const fn = f.use(BINARY[node.op] as string);
  if (!/^(?:Add|Sub|Mult|Mod|FloorDiv)$/.test(node.op) || isNonNumber(node.left) || isNonNumber(node.right)) {
    return f.mark(node, `${fn}(${value(f, node.left)},${value(f, node.right)})`);
  }
  return f.scoped(() => {
    const { first, a, b } = operands(f, node.left, node.right);
    return f.mark(node, `(${first}${arithmetic(f, node.op, fn, node.left, node.right, a, b)})`);
  });
}
/** The fast path of an arithmetic operator on two operands that can be named twice. */
export function arithmetic(
  f: Frame,
  op: string,
  fn: string,
  left: Expr,
  right: Expr,
  a: string,
  b: string,
): string {
  const both = numbers(left, right, a, b);
  // Exact also where the quotient is not: the remainder is taken off first.
  if (op === "FloorDiv") return `${both}&&${a}>=0&&${b}>0?(${a}-${a}%${b})/${b}:${fn}(${a},${b})`;
  if (op === "Mod") return `${both}&&${a}>=0&&${b}>0?${a}%${b}:${fn}(${a},${b})`;
  const r = f.temp();
  const symbol = op === "Add" ? "+" : op === "Sub" ? "-" : "*";
  const range = `(${r}=${a}${symbol}${b})<=${MAX_SAFE}&&${r}>=-${MAX_SAFE}`;
  // A product of zero may be -0, which ints do not have.
  return `${both}&&${range}${op === "Mult" ? `&&${r}!==0` : ""}?${r}:${fn}(${a},${b})`;
}

/** One comparison of two operands that are named already, as a truth or as a value. */
function comparison(
  f: Frame,
  op: CompareOperator,
  left: Expr,
  right: Expr,
  a: string,
  b: string,
  asTruth: boolean,
): string {
  const order = ORDER[op];
  const truth = (code: string) => (asTruth ? `${f.use("truth")}(${code})` : code);
  if (order !== undefined) {
    const [fn, symbol] = order;
    const slow = truth(`${f.use(fn)}(${a},${b})`);
    if (isNonNumber(left) || isNonNumber(right)) return slow;
    return `(${numbers(left, right, a, b)}?${a}${symbol}${b}:${slow})`;
  }
  switch (op) {
    case "Is":
      return `(${a}===${b})`;
    case "IsNot":
      return `(${a}!==${b})`;
    case "In":
      return `${f.use("isIn")}(${a},${b})`;
    case "NotIn":
      return `!${f.use("isIn")}(${a},${b})`;
    case "Eq":
      return truth(`${f.use("eq")}(${a},${b})`);
    default:
      return truth(`${f.use("ne")}(${a},${b})`);
  }
}

/** The code of `len(…)` where all that matters is how it compares with a number; undefined where it is something else. */
function measuredLength(f: Frame, left: Expr, right: Expr): string | undefined {
  // Who watches is shown the length itself.
  if (f.program.instrument !== null || right.kind !== "Constant" || !isInt(right)) return undefined;
  if (left.kind !== "Call" || left.func.kind !== "Name" || left.func.id !== "len") return undefined;
  const [measured] = left.args;
  if (left.args.length !== 1 || left.keywords.length > 0 || measured?.kind === "Starred") return undefined;
  const list = [left.func, measured as Expr, right].map((part) => value(f, part)).join(",");
  return f.mark(left, `${f.use("callLenAgainst")}(${list})`);
}

function compare(f: Frame, node: Compare, asTruth: boolean): string {
  return f.scoped(() => {
    const right = node.comparators[0] as Expr;
    if (node.ops.length === 1) {
      const { first, a, b } = operands(f, node.left, right, measuredLength(f, node.left, right));
      return f.mark(
        node,
        `(${first}${comparison(f, node.ops[0] as CompareOperator, node.left, right, a, b, asTruth)})`,
      );
    }
    if (!asTruth && node.ops.length > MAX_LINKS) {
      const [first, result] = [f.temp(), f.temp()];
      let left = first;
      const tests = node.ops.map((op, i) => {
        const [previous, next] = [i === 0 ? node.left : node.comparators[i - 1], node.comparators[i]] as [
          Expr,
          Expr,
        ];
        const b = f.temp();
        const code = comparison(f, op, previous, next, left, b, false);
        left = b;
        return `(${b}=${value(f, next)},${f.use("truth")}(${result}=${code}))`;
      });
      return f.mark(node, `(${first}=${value(f, node.left)},${tests.join("&&")},${result})`);
    }
    // a < b < c: each operand once, stopping at the first that is false, whose value is the result.
    const chain = (left: Expr, a: string, i: number): string => {
      const next = node.comparators[i] as Expr;
      const b = f.temp();
      const evaluate = `${b}=${value(f, next)}`;
      const op = node.ops[i] as CompareOperator;
      if (i === node.ops.length - 1) return `(${evaluate},${comparison(f, op, left, next, a, b, asTruth)})`;
      if (asTruth)
        return `(${evaluate},${comparison(f, op, left, next, a, b, true)})&&${chain(next, b, i + 1)}`;
      const r = f.temp();
      return `(${evaluate},${f.use("truth")}(${r}=${comparison(f, op, left, next, a, b, false)})?${chain(next, b, i + 1)}:${r})`;
    };
    const a = f.temp();
    return f.mark(node, `(${a}=${value(f, node.left)},${chain(node.left, a, 0)})`);
  });
}

/** JavaScript whose value is the truth of `node`. */
export function condition(f: Frame, node: Expr): string {
  const { instrument } = f.program;
  return f.nested(node, () => {
    const code = truthOf(f, node);
    return instrument === null ? code : instrument.truth(f, node, code);
  });
}
function truthOf(f: Frame, node: Expr): string {
  switch (node.kind) {
    case "Constant": {
      const c = node.value;
      if (c.type === "True") return "true";
      if (c.type === "False" || c.type === "None") return "false";
      break;
    }
    case "UnaryOp":
      if (node.op === "Not") return `!${condition(f, node.operand)}`;
      break;
    case "BoolOp":
      return `(${node.values.map((v, i) => linked(f, node, i, condition(f, v))).join(node.op === "And" ? "&&" : "||")})`;
    case "Compare":
      return compare(f, node, true);
    default:
      break;
  }
  return f.mark(node, `${f.use("truth")}(${value(f, node)})`);
}

/** `code`, the truth of an operand of `and` or `or`: that of all but the last decides whether there is more to ask. */
function linked(f: Frame, node: Expr & { kind: "BoolOp" }, i: number, code: string): string {
  const { instrument } = f.program;
  if (instrument === null || i === node.values.length - 1) return code;
  const kind: BranchKind = node.op === "And" ? "and" : "or";
  return instrument.branch(f, node.values[i] as Expr, kind, code);
}

/** JavaScript whose value is that of `node`. */
export function value(f: Frame, node: Expr): string {
  const held = f.held.get(node);
  if (held !== undefined) return held;
  const { instrument } = f.program;
  const make = () => chained(f, node) ?? f.nested(node, () => expression(f, node));
  return instrument === null ? make() : instrument.value(f, node, make);
}

/** How many links of a chain (`a + b + c`, `a.b.c`) are nested in each other; longer ones are taken apart. */
const MAX_LINKS = 20;

/** A long chain, piece by piece: each piece finds the value of the one before in a variable. */
function chained(f: Frame, node: Expr): string | null {
  let length = 0;
  for (let link = head(node); link !== null && !f.held.has(link); link = head(link)) length += 1;
  if (length <= MAX_LINKS) return null;
  return f.scoped(() => {
    const t = f.temp();
    const tops: Expr[] = [];
    for (let link: Expr | null = node, n = 0; link !== null && !f.held.has(link); link = head(link), n++) {
      if (n % MAX_LINKS === 0) tops.push(link);
    }
    let code = "";
    for (let top = tops.pop(); top !== undefined; top = tops.pop()) {
      const piece = f.scoped(() => f.nested(node, () => expression(f, top as Expr)));
      if (top === node) code += piece;
      else {
        code += `${t}=${piece},`;
        f.held.set(top, t);
      }
    }
    return `(${code})`;
  });
}

function expression(f: Frame, node: Expr): string {
  switch (node.kind) {
    case "Constant":
      return constant(f, node.value);
    case "Name":
      return readName(f, node.id, node);
    case "BinOp":
      return binary(f, node);
    case "UnaryOp": {
      if (node.op === "Not") return `!${condition(f, node.operand)}`;
      if (node.op === "USub" && node.operand.kind === "Constant") {
        const literal = node.operand.value;
        if (literal.type === "int" && literal.value > 0n && literal.value <= 9007199254740991n)
          return `(-${literal.value})`;
        // One object each time, as CPython's compiler makes it.
        if (literal.type === "float") return f.program.constant(`new ${f.use("PyFloat")}(-${literal.value})`);
      }
      const fn = node.op === "USub" ? "neg" : node.op === "UAdd" ? "pos" : "invert";
      return f.mark(node, `${f.use(fn)}(${value(f, node.operand)})`);
    }
    case "BoolOp":
      return f.scoped(() => {
        const t = f.temp();
        const last = node.values.length - 1;
        if (last > MAX_LINKS) {
          const tests = node.values.map((operand, i) =>
            i === last
              ? `(${t}=${value(f, operand)},true)`
              : linked(f, node, i, f.mark(operand, `${f.use("truth")}(${t}=${value(f, operand)})`)),
          );
          return `(${tests.join(node.op === "And" ? "&&" : "||")},${t})`;
        }
        const truth = f.use("truth");
        let out = value(f, node.values[last] as Expr);
        for (let i = last - 1; i >= 0; i--) {
          const operand = node.values[i] as Expr;
          const test = linked(f, node, i, f.mark(operand, `${truth}(${t}=${value(f, operand)})`));
          out = node.op === "And" ? `(${test}?${out}:${t})` : `(${test}?${t}:${out})`;
        }
        return out;
      });
    case "NamedExpr": {
      // It may stand behind `and` or in a branch, so it does not make the name certain.
      const before = f.bound;
      const code = `(${storeName(f, node.target.id, value(f, node.value), node.target)})`;
      f.bound = before;
      return code;
    }
    case "Lambda":
      return lambda(f, node);
    case "IfExp":
      return `(${branched(f, node.test, "ternary", condition(f, node.test))}?${value(f, node.body)}:${value(f, node.orelse)})`;
    case "Dict":
      return dictDisplay(f, node);
    case "Set":
      // CPython makes such a set from a constant, and the order of its items comes from that.
      if (node.elts.length > 2 && node.elts.every(isFolded))
        return `${f.use("copyOfConstantSet")}(${constantSet(f, node)})`;
      return setDisplay(f, node);
    case "List":
      return `${f.use("list")}([${elements(f, node.elts, node)}])`;
    case "Tuple":
      if (node.elts.every((e) => e.kind === "Constant")) {
        return f.program.constant(`${f.use("tuple")}([${elements(f, node.elts)}])`);
      }
      return `${f.use("tuple")}([${elements(f, node.elts, node)}])`;
    case "ListComp":
    case "SetComp":
    case "DictComp":
    case "GeneratorExp":
      return comprehension(f, node);
    case "Await":
      if (f.scope.kind !== "comprehension" && !f.scope.isAsync) {
        const where = f.scope.kind === "class" ? "function" : "async function";
        throw new PySyntaxError(`'await' outside ${where}`, node.start, node.end);
      }
      return f.mark(node, `(yield* ${f.use("awaitValue")}(${value(f, node.value)}))`);
    case "Yield": {
      const given = node.value === null ? "null" : value(f, node.value);
      return f.scope.isAsync ? `(yield ${f.use("asyncYield")}(${given}))` : `(yield ${given})`;
    }
    case "YieldFrom":
      if (f.scope.isAsync) {
        throw new PySyntaxError("'yield from' inside async function", node.start, node.end);
      }
      return f.mark(node, `(yield* ${f.use("delegate")}(${value(f, node.value)}))`);
    case "Compare":
      return compare(f, node, false);
    case "Call":
      return callExpression(f, node);
    case "JoinedStr":
      return joined(f, node);
    case "FormattedValue":
      return formatted(f, node, "formatObject");
    case "Attribute":
      return f.mark(node, `${f.use("getAttribute")}(${value(f, node.value)},${quote(f.mangled(node.attr))})`);
    case "Subscript":
      return f.mark(node, `${f.use("getItem")}(${value(f, node.value)},${value(f, node.slice)})`);
    case "Slice": {
      const part = (e: Expr | null) => (e === null ? "null" : value(f, e));
      return `new ${f.use("PySlice")}(${part(node.lower)},${part(node.upper)},${part(node.step)})`;
    }
    case "Starred":
      throw new PySyntaxError("can't use starred expression here", node.start, node.end);
  }
}

function setDisplay(f: Frame, node: Expr & { kind: "Set" }): string {
  const first = node.elts.findIndex((item) => item.kind === "Starred");
  const plain = first < 0 ? node.elts : node.elts.slice(0, first);
  let out = f.mark(node, `${f.use("setOf")}([${elements(f, plain)}])`);
  // From the first `*iterable` on built in order, as an update would.
  for (const item of node.elts.slice(plain.length)) {
    const [add, operand] = item.kind === "Starred" ? ["setMerge", item.value] : ["setAdd", item];
    out = f.mark(node, `${f.use(add)}(${out},${value(f, operand)})`);
  }
  return out;
}

function constantSet(f: Frame, node: Expr & { kind: "Set" }): string {
  return f.program.constant(`${f.use("constantSet")}([${elements(f, node.elts, node)}])`);
}

/** What a loop goes over: a set of constants is itself one there, and not copied, which is seen in the order of its items. */
export function iterated(f: Frame, node: Expr): string {
  return node.kind === "Set" && node.elts.every(isFolded) ? constantSet(f, node) : value(f, node);
}

/** Does CPython's compiler know the value? Then it can be computed without an error. */
function isFolded(node: Expr): boolean {
  switch (node.kind) {
    case "Constant":
      return true;
    case "UnaryOp":
      return foldedNumber(node) !== undefined;
    case "Tuple":
      return node.elts.every(isFolded);
    default:
      return false;
  }
}
/** The type of a number behind any signs; `~` has no meaning for a float. */
function foldedNumber(node: Expr): "int" | "float" | undefined {
  if (node.kind === "UnaryOp" && node.op !== "Not") {
    const type = foldedNumber(node.operand);
    return node.op === "Invert" && type === "float" ? undefined : type;
  }
  if (node.kind !== "Constant") return undefined;
  const { type } = node.value;
  if (type === "float") return type;
  return type === "int" || type === "True" || type === "False" ? "int" : undefined;
}

/** The items of a display, starred ones spread; an error in spreading is shown at `whole`. */
export function elements(f: Frame, nodes: readonly Expr[], whole?: Span): string {
  return nodes
    .map((node) =>
      node.kind === "Starred"
        ? `...${f.mark(whole ?? node.value, `${f.use("spread")}(${value(f, node.value)})`)}`
        : value(f, node),
    )
    .join(",");
}

/** Most entries that are looked through one by one. */
const LONGEST_ROW = 16;
/** The constant for the keys of a display where they are texts, few and all different; else null. */
function rowNames(f: Frame, node: Expr & { kind: "Dict" }): string | null {
  // Who watches is shown the keys, too.
  if (f.program.instrument !== null || node.keys.length === 0 || node.keys.length > LONGEST_ROW) return null;
  const names: string[] = [];
  for (const key of node.keys) {
    if (key?.kind !== "Constant" || key.value.type !== "str" || names.includes(key.value.value)) return null;
    names.push(key.value.value);
  }
  return f.program.constant(`new ${f.use("RowNames")}([${names.map(quote).join(",")}])`);
}

function dictDisplay(f: Frame, node: Expr & { kind: "Dict" }): string {
  const names = rowNames(f, node);
  if (names !== null)
    return f.mark(
      node,
      `${f.use("rowOf")}(${names},[${node.values.map((item) => value(f, item)).join(",")}])`,
    );
  if (node.keys.every((key) => key !== null)) {
    const parts = node.keys.map((key, i) => `${value(f, key as Expr)},${value(f, node.values[i] as Expr)}`);
    return f.mark(node, `${f.use("dictOf")}([${parts.join(",")}])`);
  }
  // `**mapping` among the entries: built in order.
  let out = `${f.use("dictOf")}([])`;
  for (const [i, key] of node.keys.entries()) {
    const entry = node.values[i] as Expr;
    out =
      key === null
        ? f.mark(node, `${f.use("dictMerge")}(${out},${value(f, entry)})`)
        : f.mark(key, `${f.use("dictAdd")}(${out},${value(f, key)},${value(f, entry)})`);
  }
  return out;
}

// ---- f-strings -----------------------------------------------------------------------------------

function formatted(f: Frame, node: FormattedValue, format: "format" | "formatObject"): string {
  let code = value(f, node.value);
  if (node.conversion !== null) {
    const fn = node.conversion === "s" ? "strObject" : node.conversion === "r" ? "reprObject" : "asciiObject";
    code = f.mark(node, `${f.use(fn)}(${code})`);
  }
  const spec = node.format_spec === null ? '""' : joined(f, node.format_spec, "format");
  return f.mark(node, `${f.use(format)}(${code},${spec})`);
}
/** A text that stands alone is what its `__format__` made, perhaps of a class derived from str. */
function joined(f: Frame, node: JoinedStr, alone: "format" | "formatObject" = "formatObject"): string {
  const format = node.values.length === 1 ? alone : "format";
  const parts = node.values.map((v) => (v.kind === "FormattedValue" ? formatted(f, v, format) : value(f, v)));
  if (parts.length === 0) return '""';
  if (parts.length === 1) return parts[0] as string;
  return f.mark(node, `${f.use("joined")}(${parts.join("+")})`);
}

// ---- calls ---------------------------------------------------------------------------------------

function callExpression(f: Frame, node: Call): string {
  const { func, args, keywords } = node;
  if (func.kind === "Name" && func.id === "super" && args.length === 0 && keywords.length === 0) {
    const found = f.program.scopes.resolve(f.scope, "super");
    if (found.where === "global" && !found.explicit) return superCall(f, node);
  }
  const plain = keywords.length === 0 && args.every((a) => a.kind !== "Starred");
  if (func.kind === "Attribute") return methodCall(f, node, plain);
  const watched = f.program.instrument?.call(f, node, plain && args.length <= 3) ?? null;
  if (watched !== null) return watched;
  const callee = value(f, func);
  if (plain && args.length <= 3) {
    const list = args.map((a) => `,${value(f, a)}`).join("");
    const own = func.kind === "Name" && args.length === 1 ? COMMON_FUNCTIONS.get(func.id) : undefined;
    return f.mark(node, `${f.use(own ?? `call${args.length}`)}(${callee}${list})`);
  }
  return f.scoped(() => {
    const t = f.temp();
    return f.mark(
      node,
      `(${t}=${callee},${f.use("call")}(${t},${argumentList(f, t, args, keywords, node)}))`,
    );
  });
}

/** Names whose calls with one argument have a function of their own. */
const COMMON_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["len", "callLen"],
  ["str", "callStr"],
]);
/** Methods with a function of their own (`common-calls.ts`), with the number of their arguments. */
const COMMON_METHODS: ReadonlySet<string> = new Set(["get1", "get2", "setdefault2", "append1"]);
/** Methods that only texts have, of the runtime's types that matter: looked up once. */
const TEXT_METHODS: ReadonlySet<string> = new Set(
  (
    "capitalize casefold endswith find isalnum isalpha isdecimal isdigit islower isnumeric isspace isupper join lower " +
    "lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip split splitlines startswith " +
    "strip title upper zfill"
  ).split(" "),
);

/**
 * The function for `object.get(key, {})` and its like, which make their fallback only where it is needed. Of displays, `isMovable`
 * lets empty ones through alone.
 */
function emptyFallback(name: string, [, fallback]: readonly Expr[]): string | undefined {
  return fallback === undefined ? undefined : EMPTY_FALLBACKS.get(`${name} ${fallback.kind}`);
}
const EMPTY_FALLBACKS: ReadonlyMap<string, string> = new Map([
  ["get Dict", "getOrDict"],
  ["get List", "getOrList"],
  ["setdefault List", "setdefaultList"],
]);

/** What `get` is asked of: of `object.get(key, {}).get(…)` the dict that is missing need not be made. */
function receiver(f: Frame, { attr, value: node }: Expr & { kind: "Attribute" }): string {
  const isGet =
    attr === "get" &&
    node.kind === "Call" &&
    node.func.kind === "Attribute" &&
    node.keywords.length === 0 &&
    node.args.length === 2 &&
    node.args.every((a) => isMovable(f, a)) &&
    emptyFallback(node.func.attr, node.args) === "getOrDict";
  if (!isGet || f.program.instrument !== null || f.held.has(node)) return value(f, node);
  const { func, args } = node as Call & { func: Expr & { kind: "Attribute" } };
  return f.nested(node, () =>
    f.mark(node, `${f.use("getOrNothing")}(${receiver(f, func)},${value(f, args[0] as Expr)})`),
  );
}

/** `object.method(…)`: looked up before the arguments are evaluated, without making the bound method. */
function methodCall(f: Frame, node: Call, plain: boolean): string {
  const func = node.func as Expr & { kind: "Attribute" };
  const name = quote(f.mangled(func.attr));
  const { args, keywords } = node;
  if (plain && args.length <= 2 && args.every((a) => isMovable(f, a))) {
    const fallback = emptyFallback(func.attr, args);
    if (fallback !== undefined)
      return f.mark(node, `${f.use(fallback)}(${receiver(f, func)},${value(f, args[0] as Expr)})`);
    const list = args.map((a) => `,${value(f, a)}`).join("");
    const common = `${func.attr}${args.length}`;
    if (COMMON_METHODS.has(common)) return f.mark(node, `${f.use(common)}(${receiver(f, func)}${list})`);
    if (TEXT_METHODS.has(func.attr)) {
      const own = f.program.constant(`${f.use("textMethod")}(${name},${args.length})`);
      const called = f.use(`text${args.length}`);
      return f.mark(node, `${called}(${own},${value(f, func.value)},${name}${list})`);
    }
    return f.mark(node, `${f.use(`method${args.length}`)}(${value(f, func.value)},${name}${list})`);
  }
  return f.scoped(() => {
    const [o, m] = [f.temp(), f.temp()];
    if (plain && args.length === 1 && func.attr === "append") {
      const look = f.mark(func, `${m}=${f.use("loadAppend")}(${o}=${value(f, func.value)})`);
      return f.mark(node, `(${look},${f.use("callAppend")}(${m},${o},${value(f, args[0] as Expr)}))`);
    }
    const look = f.mark(func, `${m}=${f.use("loadMethod")}(${o}=${value(f, func.value)},${name})`);
    if (plain && args.length <= 2) {
      const list = args.map((a) => `,${value(f, a)}`).join("");
      return f.mark(node, `(${look},${f.use(`callMethod${args.length}`)}(${m},${o}${list}))`);
    }
    const list = argumentList(f, m, args, keywords, node);
    return f.mark(node, `(${look},${f.use("callMethod")}(${m},${o},${list}))`);
  });
}

/** The two last arguments of `call`: an array of positional ones, and the keywords or null. */
export function argumentList(
  f: Frame,
  callee: string,
  args: readonly Expr[],
  keywords: Call["keywords"],
  whole?: Span,
): string {
  for (const { arg, start, end } of keywords) {
    if (arg === "__debug__") throw new PySyntaxError("cannot assign to __debug__", start, end);
  }
  // Only a lone `*iterable` reaches the call as it is: with other arguments it is first put in a list.
  const alone = args.length === 1;
  const spread = (a: Expr & { kind: "Starred" }): string =>
    alone
      ? `${f.use("spreadArguments")}(${callee},${value(f, a.value)})`
      : `${f.use("spread")}(${value(f, a.value)})`;
  const positional = args
    .map((a) => (a.kind === "Starred" ? `...${f.mark(whole ?? a, spread(a))}` : value(f, a)))
    .join(",");
  if (keywords.length === 0) return `[${positional}],null`;
  if (keywords.every((k) => k.arg !== null)) {
    const pairs = keywords.map((k) => `[${quote(k.arg as string)},${value(f, k.value)}]`);
    return `[${positional}],new Map([${pairs.join(",")}])`;
  }
  let map = "new Map()";
  for (const k of keywords) {
    map =
      k.arg === null
        ? f.mark(whole ?? k, `${f.use("mergeKeywords")}(${callee},${map},${value(f, k.value)})`)
        : f.mark(whole ?? k, `${f.use("addKeyword")}(${callee},${map},${quote(k.arg)},${value(f, k.value)})`);
  }
  return `[${positional}],${map}`;
}

function superCall(f: Frame, node: Call): string {
  if (f.scope.kind !== "class" && f.superInstance === null)
    return f.mark(node, `${f.use("superWithoutArguments")}()`);
  if (f.scope.kind === "class" || f.program.scopes.resolve(f.scope, "__class__").where !== "free") {
    return f.mark(node, `${f.use("superWithoutClass")}()`);
  }
  return f.mark(node, `${f.use("superOf")}(v___class__,${f.superInstance})`);
}
