// Calls of helpers, built-ins and functions of known modules whose arguments cannot be bound.
import { namesAt } from "../expressions/sites.ts";
import type { Call, Expr } from "../language/ast.ts";
import { builtins } from "../python/builtins.ts";
import { PyException } from "../python/exceptions.ts";
import { PyBuiltin } from "../python/function.ts";
import { pythonFunctions } from "../python/modules/python-function.ts";
import type { PyValue } from "../python/object.ts";
import { str } from "../python/representation.ts";
import type { Finding } from "./diagnostic.ts";
import { memberOf } from "./modules.ts";
import type { Surroundings } from "./names.ts";
import type { Program } from "./program.ts";

/** The helpers of a site as functions that only take arguments. */
function helpersAt(surroundings: Surroundings): Map<string, PyBuiltin> {
  const functions = new Map<string, PyBuiltin>();
  for (const { name, parameters } of namesAt(surroundings.site).values()) {
    if (parameters === undefined || surroundings.variables.includes(name)) continue;
    functions.set(name, pythonFunctions({ [name + parameters]: () => null })[name] as PyBuiltin);
  }
  return functions;
}

export function calls(program: Program, surroundings: Surroundings): Finding[] {
  const helpers = helpersAt(surroundings);
  const functionOf = (callee: Expr): PyValue | undefined => {
    if (callee.kind === "Name") {
      const imported = program.imported.get(callee.id);
      if (imported !== undefined)
        return imported.member === null ? undefined : memberOf(imported.module, imported.member);
      if (program.binds(callee.id)) return undefined;
      return helpers.get(callee.id) ?? builtins.get(callee.id);
    }
    if (callee.kind === "Attribute" && callee.value.kind === "Name") {
      const imported = program.imported.get(callee.value.id);
      if (imported?.member === null) return memberOf(imported.module, callee.attr);
    }
    return undefined;
  };
  const findings: Finding[] = [];
  program.walk((node) => {
    if (node.kind !== "Call") return;
    const { func, args, keywords } = node as Call;
    if (args.some(({ kind }) => kind === "Starred") || keywords.some(({ arg }) => arg === null)) return;
    const called = functionOf(func);
    if (!(called instanceof PyBuiltin) || called.owner !== null) return;
    const given = new Map(keywords.map(({ arg }) => [arg as string, null]));
    try {
      called.bindArguments(
        args.map(() => null),
        given.size === 0 ? null : given,
      );
    } catch (error) {
      if (!(error instanceof PyException)) throw error;
      findings.push({
        code: "wrong-arguments",
        severity: "error",
        message: str(error),
        at: node,
        notes: [`it takes ${called.name}${called.sig.text ?? "(…)"}`],
      });
    }
  });
  return findings;
}
