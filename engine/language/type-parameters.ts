// Code generation for type parameters and type aliases (PEP 695, PEP 696): what they say is evaluated when it is
// asked for, in scopes of their own.
import type { Expr, Span, TypeAlias, TypeParam } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { Frame, quote } from "./emitter.ts";
import { value } from "./expressions.ts";
import { boundInside } from "./functions.ts";
import type { Scope } from "./scope.ts";
import { storeName } from "./targets.ts";

/** A definition with type parameters. */
interface Generic extends Span {
  readonly type_params: TypeParam[];
}

/**
 * The value of what `make` generates in the scope of a definition's type parameters.
 *
 * @param make gets the frame of that scope, and the JavaScript variable that holds the tuple of parameters
 * @param parameter a variable for what has to be evaluated outside, and `argument`, its value
 */
export function generic(
  f: Frame,
  node: Generic,
  name: string,
  make: (around: Frame, types: string) => string,
  parameter = "",
  argument = "",
): string {
  const { program } = f;
  const scope = program.scopes.of(node.type_params);
  const around = new Frame(program, scope, f.qualname, boundInside(f, scope), f.superInstance).inside(f);
  const names = node.type_params.map((param) => around.mangled(param.name));
  for (const own of names) around.bound = around.bound.with(own);
  let defaults = false;
  let code = `let ${names.map((own) => `v_${own}`).join(",")};`;
  for (const [i, param] of node.type_params.entries()) {
    if (defaults && param.default_value === null) {
      const text = `non-default type parameter '${param.name}' follows default type parameter`;
      throw new PySyntaxError(text, param.start, param.end);
    }
    defaults = param.default_value !== null;
    const bound =
      param.bound === null ? "null" : later(around, program.scopes.of(param), param.bound, param.name);
    const fallback =
      param.default_value === null
        ? "null"
        : later(around, program.scopes.ofDefaults.get(param) as Scope, param.default_value, param.name);
    const constrained = param.bound?.kind === "Tuple";
    code += `v_${names[i]}=${around.use("typeParameter")}("${param.kind}",${quote(param.name)},${bound},${constrained},${fallback});`;
  }
  const types = program.unique("p");
  const made = make(around, types);
  code += `const ${types}=${around.use("tuple")}([${names.map((own) => `v_${own}`).join(",")}]);return ${made};`;
  const record = {
    kind: "function" as const,
    start: node.start,
    end: node.end,
    name: `<generic parameters of ${name}>`,
  };
  const body = program.mark(record, `${around.temps()}${code}`);
  return f.mark({ start: node.start, end: node.end }, `((${parameter})=>{${body}})(${argument})`);
}

/** A function of JavaScript's that evaluates `expression` when it is called. */
function later(f: Frame, scope: Scope, expression: Expr, name: string): string {
  const inner = new Frame(f.program, scope, f.qualname, boundInside(f, scope), f.superInstance).inside(f);
  const code =
    expression.kind === "Starred"
      ? inner.mark(expression, `${inner.use("unpack")}(${value(inner, expression.value)},1)[0]`)
      : value(inner, expression);
  const record = { kind: "function" as const, start: expression.start, end: expression.end, name };
  return `()=>{${f.program.mark(record, `${inner.temps()}return ${code};`)}}`;
}

/** `type name = value`, as a statement. */
export function typeAlias(f: Frame, node: TypeAlias): string {
  const name = node.name.id;
  const make = (around: Frame, types: string): string => {
    const evaluate = later(around, f.program.scopes.of(node), node.value, name);
    return `${f.use("makeTypeAlias")}(${quote(name)},${types},${evaluate})`;
  };
  const code =
    node.type_params.length === 0 ? make(f, `${f.use("tuple")}([])`) : generic(f, node, name, make);
  return `${storeName(f, name, code, node.name)};`;
}
