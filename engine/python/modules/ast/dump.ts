// `ast.dump`: a tree as text.
import { getAttribute, getAttributeOr } from "../../attribute.ts";
import { typeError } from "../../exceptions.ts";
import { collect } from "../../iterator.ts";
import { asStr, isInstance, type PyValue, typeOf } from "../../object.ts";
import { eq, mul, truth } from "../../operators.ts";
import { repr, str } from "../../representation.ts";
import { list, listType } from "../../sequence.ts";
import { charge } from "../../state.ts";
import { allocateText } from "../../text.ts";
import { isAst, isNode, nested } from "./nodes.ts";

interface Options {
  readonly fields: boolean;
  readonly attributes: boolean;
  /** One level of indentation; null for a single line. */
  readonly indent: string | null;
  readonly empty: boolean;
}

class Dump {
  readonly #options: Options;
  constructor(options: Options) {
    this.#options = options;
  }

  /** The text of a value, and whether it needs no line of its own. */
  format(node: PyValue, outer: number): [text: string, simple: boolean] {
    charge(1);
    const { indent } = this.#options;
    const level = indent === null ? outer : outer + 1;
    if (indent !== null) allocateText(indent.length * level);
    const prefix = indent === null ? "" : `\n${indent.repeat(level)}`;
    const separator = indent === null ? ", " : `,${prefix}`;
    if (isAst(node)) return this.#node(node, level, prefix, separator);
    if (!isInstance(node, listType)) return [repr(node), true];
    const items = collect(node);
    if (items.length === 0) return ["[]", true];
    const texts = items.map((item) => nested(() => this.format(item, level))[0]);
    return [this.#join("[", prefix, texts, separator, "]"), false];
  }

  #join(open: string, prefix: string, parts: readonly string[], separator: string, close: string): string {
    const units = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
    allocateText(units + open.length + prefix.length);
    return `${open}${prefix}${parts.join(separator)}${close}`;
  }

  #node(node: PyValue, level: number, prefix: string, separator: string): [string, boolean] {
    const cls = typeOf(node);
    const parts: string[] = [];
    const skipped: string[] = [];
    let allSimple = true;
    let keywords = this.#options.fields;
    const show = (value: PyValue, label: string): void => {
      const [text, simple] = nested(() => this.format(value, level));
      allSimple &&= simple;
      parts.push(label + text);
    };
    // What is None in all nodes of the class is not worth a word.
    const present = (name: string): PyValue | undefined => {
      const value = getAttributeOr(node, name, undefined);
      return value === null && getAttributeOr(cls, name, undefined) === null ? undefined : value;
    };
    const always = this.#options.empty || isNode(node, "Constant") || isNode(node, "MatchSingleton");
    for (const field of collect(getAttribute(node, "_fields"))) {
      const name = str(field);
      const value = present(name);
      if (value === undefined) {
        keywords = true;
      } else if (!always && (value === null || truth(eq(value, list([]))))) {
        skipped.push(repr(value));
      } else {
        if (!keywords) parts.push(...skipped.splice(0));
        show(value, keywords ? `${name}=` : "");
      }
    }
    for (const attribute of this.#options.attributes ? collect(getAttribute(node, "_attributes")) : []) {
      const name = str(attribute);
      const value = present(name);
      if (value !== undefined) show(value, `${name}=`);
    }
    const open = `${str(getAttribute(getAttribute(node, "__class__"), "__name__"))}(`;
    if (allSimple && parts.length <= 3) {
      return [this.#join(open, "", parts, ", ", ")"), parts.length === 0];
    }
    return [this.#join(open, prefix, parts, separator, ")"), false];
  }
}

/** `ast.dump`. */
export function dump(
  node: PyValue,
  fields: PyValue = true,
  attributes: PyValue = false,
  indent: PyValue = null,
  empty: PyValue = false,
): PyValue {
  if (!isAst(node)) {
    const name = getAttribute(getAttribute(node, "__class__"), "__name__");
    throw typeError(`expected AST, got ${repr(name)}`);
  }
  const unit = indent === null ? null : (asStr(indent) ?? str(mul(" ", indent)));
  const options = { fields: truth(fields), attributes: truth(attributes), indent: unit, empty: truth(empty) };
  return new Dump(options).format(node, 0)[0];
}
