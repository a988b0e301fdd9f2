// Imports of modules that are not there, and attributes that known modules do not have.
import type { Attribute, Import, ImportFrom, Name } from "../language/ast.ts";
import { getAttributeOr } from "../python/attribute.ts";
import { PyException } from "../python/exceptions.ts";
import { hintFor, importModule, moduleNames, PyModule } from "../python/module.ts";
import type { PyValue } from "../python/object.ts";
import { str } from "../python/representation.ts";
import { suggestion } from "../python/signature.ts";
import type { Finding } from "./diagnostic.ts";
import type { Program } from "./program.ts";
import { isCaught } from "./tree.ts";

/** A module as the runtime has it, or why it has none. */
function moduleNamed(name: string): PyModule | string {
  try {
    const module = importModule(name, true);
    return module instanceof PyModule ? module : `'${name}' is not a module`;
  } catch (error) {
    if (error instanceof PyException) return str(error);
    throw error;
  }
}

/** An attribute of a module: what it is; undefined when the module has none of that name. */
export function memberOf(module: string, member: string): PyValue | undefined {
  const found = moduleNamed(module);
  if (typeof found === "string") return undefined;
  const value = getAttributeOr(found, member, undefined);
  if (value !== undefined) return value;
  const inner = moduleNames().includes(`${module}.${member}`)
    ? moduleNamed(`${module}.${member}`)
    : undefined;
  return typeof inner === "string" ? undefined : inner;
}

function names(module: PyModule): string[] {
  return [...module.attributes.keys()].filter((name) => !name.startsWith("__")).sort();
}

const IMPORT_ERRORS = ["ImportError", "ModuleNotFoundError"];

export function modules(program: Program): Finding[] {
  const findings: Finding[] = [];
  let severity: Finding["severity"] = "error";
  const missing = (module: string, at: Finding["at"]): PyModule | undefined => {
    const found = moduleNamed(module);
    if (typeof found !== "string") return found;
    // One that exists, but not here, was meant.
    const near = hintFor(module) === "" ? suggestion(module, moduleNames()) : undefined;
    const hint = near === undefined ? {} : { hint: `did you mean '${near}'?` };
    findings.push({ code: "unknown-module", severity, message: found, at, ...hint });
    return undefined;
  };
  const attribute = (module: PyModule, name: string, at: Finding["at"], message: string): void => {
    if (memberOf(module.name, name) !== undefined) return;
    const near = suggestion(name, names(module));
    const hint = near === undefined ? {} : { hint: `did you mean '${near}'?` };
    findings.push({ code: "unknown-attribute", severity, message, at, ...hint });
  };
  program.walk((node, { parents }) => {
    severity = isCaught(parents, ...(node.kind === "Attribute" ? ["AttributeError"] : IMPORT_ERRORS))
      ? "warning"
      : "error";
    if (node.kind === "Import") {
      for (const alias of (node as Import).names) missing(alias.name, alias);
    } else if (node.kind === "ImportFrom") {
      const { module, names: aliases, level } = node as ImportFrom;
      if (level > 0 || module === null) return;
      const found = missing(module, node);
      for (const alias of found === undefined ? [] : aliases) {
        if (alias.name === "*") continue;
        attribute(
          found as PyModule,
          alias.name,
          alias,
          `cannot import name '${alias.name}' from '${module}'`,
        );
      }
    } else if (node.kind === "Attribute") {
      const { value, attr } = node as Attribute;
      if (value.kind !== "Name" || parents.at(-1)?.kind === "Delete") return;
      const imported = program.imported.get((value as Name).id);
      if (imported === undefined || imported.member !== null) return;
      const found = moduleNamed(imported.module);
      if (typeof found === "string") return;
      attribute(found, attr, node, `module '${imported.module}' has no attribute '${attr}'`);
    }
  });
  return findings;
}
