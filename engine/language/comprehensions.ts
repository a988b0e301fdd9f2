// Code generation for comprehensions and generator expressions.
//
// A list, set or dict comprehension is an arrow function called in place: its variables are its own, and since it
// runs at once, names bound around it are bound inside. A generator expression is a generator of its own; one with a single
// `for` needs none of JavaScript's, since whatever happened before, it goes on with the next item: a function that gives the
// next value is enough. The first iterable is evaluated outside, as Python does.
import type { Comprehension, DictComp, Expr, GeneratorExp, ListComp, SetComp } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { Frame } from "./emitter.ts";
import { condition, iterated, value } from "./expressions.ts";
import { branched } from "./instrument.ts";
import { stepCode } from "./statements.ts";
import { assign } from "./targets.ts";

type Node = ListComp | SetComp | DictComp | GeneratorExp;

/** The value of a comprehension. */
export function comprehension(f: Frame, node: Node): string {
  const { program } = f;
  const scope = program.scopes.of(node);
  const isGenerator = node.kind === "GeneratorExp";
  const isStepped = isGenerator && !scope.awaits && node.generators.length === 1;
  if (scope.awaits && !isGenerator && !f.scope.isAsync && f.scope.kind !== "comprehension") {
    const text = "asynchronous comprehension outside of an asynchronous function";
    throw new PySyntaxError(text, node.start, node.end);
  }
  let { bound } = f;
  for (const own of scope.bound) bound = bound.without(own);
  const name = isGenerator ? "<genexpr>" : "<comp>";
  const source = program.unique("s");
  const qualname = `${f.qualname}.<locals>.${name}`;
  const instance = isGenerator ? source : f.superInstance;
  const inner = new Frame(program, scope, qualname, bound, instance).inside(f);
  const result = program.unique("r");
  const [collect, start, finish] = collector(inner, node, result, isStepped);
  const loops = loop(inner, node, node.generators, 0, source, collect);
  const variables = [...scope.bound].map((v) => `v_${v}`);
  const declare = variables.length === 0 ? "" : `let ${variables.join(",")};`;
  const first = iterable(f, node.generators[0] as Comprehension);
  if (isStepped) {
    // Variables live as long as the generator where something else may see them.
    const [lasting, own] = scope.hasInner ? [declare, ""] : ["", declare];
    const step = program.mark(
      { kind: "function", start: node.start, end: node.end, name: "<genexpr>" },
      `${own}${inner.temps()}${loops}`,
    );
    return f.mark(
      node,
      `((${source})=>{${lasting}return ${f.use("generatorExpression")}(${JSON.stringify(qualname)},()=>{${step}})})(${first})`,
    );
  }
  if (isGenerator) {
    const body = program.mark(
      { kind: "function", start: node.start, end: node.end, name: "<genexpr>" },
      `${declare}${inner.temps()}${loops}return null;`,
    );
    return f.mark(
      node,
      `((${source})=>${f.use(scope.awaits ? "makeAsyncGenerator" : "makeGenerator")}("<genexpr>",${JSON.stringify(qualname)},(function*(){${body}})()))(${first})`,
    );
  }
  const body = program.mark(
    { kind: "comprehension", start: node.start, end: node.end },
    `${declare}${inner.temps()}${start}${loops}${finish}`,
  );
  // What awaits is a part of the coroutine around it, so it is one of its steps.
  if (scope.awaits) return f.mark(node, `(yield* (function*(${source}){${body}})(${first}))`);
  return f.mark(node, `((${source})=>{${body}})(${first})`);
}

/** The iterator of a `for` clause. */
function iterable(f: Frame, generator: Comprehension): string {
  const make = f.use(generator.is_async ? "asyncIter" : "iter");
  return f.mark(generator.iter, `${make}(${iterated(f, generator.iter)})`);
}

function collector(f: Frame, node: Node, result: string, isStepped: boolean): [() => string, string, string] {
  switch (node.kind) {
    case "ListComp":
      return [
        () => `${result}.push(${value(f, node.elt)});`,
        `const ${result}=[];`,
        `return ${f.use("list")}(${result});`,
      ];
    case "SetComp":
      return [
        () => f.mark(node.elt, `${result}.add(${value(f, node.elt)});`),
        `const ${result}=${f.use("setOf")}([]);`,
        `return ${result};`,
      ];
    case "DictComp":
      return [
        () => f.mark(node.key, `${result}.set(${value(f, node.key)},${value(f, node.value)});`),
        `const ${result}=${f.use("dictOf")}([]);`,
        `return ${result};`,
      ];
    case "GeneratorExp":
      return [
        () =>
          isStepped
            ? `return ${value(f, node.elt)};`
            : f.scope.awaits
              ? `yield ${f.use("asyncYield")}(${value(f, node.elt)});`
              : `yield ${value(f, node.elt)};`,
        "",
        "",
      ];
  }
}

function loop(
  f: Frame,
  node: Node,
  generators: readonly Comprehension[],
  i: number,
  source: string,
  collect: () => string,
): string {
  const generator = generators[i];
  if (generator === undefined) return collect();
  const { program } = f;
  const item = program.unique("n");
  const before = f.bound;
  const target = assign(f, generator.target, item);
  const guards = generator.ifs
    .map((test: Expr) => `if(!${f.scoped(() => branched(f, test, "if", condition(f, test)))})continue;`)
    .join("");
  let rest: string;
  const next = generators[i + 1];
  if (next === undefined) rest = f.scoped(collect);
  else {
    const inner = program.unique("s");
    const over = f.scoped(() => iterable(f, next));
    rest = `const ${inner}=${over};${loop(f, node, generators, i + 1, inner, collect)}`;
  }
  f.bound = before;
  const advance = f.mark(
    generator.iter,
    generator.is_async ? `(yield* ${f.use("asyncNext")}(${source}))` : `${source}.next()`,
  );
  const memory = node.kind === "ListComp" && next === undefined ? `${f.use("allocate")}(8);` : "";
  return `for(;;){const ${item}=${advance};if(${item}===undefined)break;${stepCode(f, 1, generator.iter)}${memory}${target}${guards}${rest}}`;
}
