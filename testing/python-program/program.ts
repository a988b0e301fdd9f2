// Random well-typed programs: bodies of a function, as expressions are, that return what their variables hold in the end.
import fc from "fast-check";
import { anyType, expression as e } from "./expressions.ts";
import { BOOL, dictOf, INT, listOf, STR, type Type, tupleOf, Writer } from "./source.ts";
import { TOPICS, topicProgram } from "./topics.ts";

type Lines = string[];
const indent = (lines: Lines): Lines => lines.map((line) => `    ${line}`);
const DEPTH = 3;

function assign(w: Writer): Lines {
  const known = w.assignable();
  if (known.length > 0 && w.chance(40)) {
    const { name, type } = w.pick(known);
    return [`${name} = ${e(w, type, DEPTH)}`];
  }
  const type = anyType(w);
  const text = e(w, type, DEPTH);
  const name = w.fresh("v");
  w.define(name, type);
  return [`${name}${w.chance(10) ? ": object" : ""} = ${text}`];
}
function augment(w: Writer): Lines {
  const known = w
    .assignable()
    .filter(({ type }) => ["int", "float", "str", "list", "set", "bytes"].includes(type.kind));
  if (known.length === 0) return assign(w);
  const { name, type } = w.pick(known);
  const operators: Partial<Record<Type["kind"], readonly string[]>> = {
    int: ["+=", "-=", "//=", "%=", "&=", "|=", "^=", ">>="],
    float: ["+=", "-=", "*=", "/="],
    set: ["|=", "&=", "-=", "^="],
  };
  return [`${name} ${w.pick(operators[type.kind] ?? ["+="])} ${e(w, type, DEPTH)}`];
}
function mutate(w: Writer): Lines {
  const known = w.assignable().filter(({ type }) => ["list", "dict", "set"].includes(type.kind));
  if (known.length === 0) return assign(w);
  const { name, type } = w.pick(known);
  const at = String(w.below(5) - 2);
  if (type.kind === "list") {
    const item = (): string => e(w, type.item, 2);
    return [
      w.pick([
        () => `${name}.append(${item()})`,
        () => `${name}.extend(${e(w, type, 2)})`,
        () => `${name}.insert(${at}, ${item()})`,
        () => `${name}.pop(${at})`,
        () => `${name}.remove(${item()})`,
        () => `${name}.reverse()`,
        () => `${name}.sort(key=repr)`,
        () => `del ${name}[${at}]`,
        () => `${name}[${at}] = ${item()}`,
        () => `${name}[${at}:${w.below(4)}] = ${e(w, type, 2)}`,
        () => `${name}[::2] = ${e(w, type, 2)}`,
      ])(),
    ];
  }
  if (type.kind === "dict") {
    const key = (): string => e(w, type.key, 1);
    const value = (): string => e(w, type.value, 2);
    return [
      w.pick([
        () => `${name}[${key()}] = ${value()}`,
        () => `${name}.update(${e(w, type, 2)})`,
        () => `${name}.setdefault(${key()}, ${value()})`,
        () => `${name}.pop(${key()}, None)`,
        () => `${name}.pop(${key()})`,
        () => `del ${name}[${key()}]`,
        () => `${name}.popitem()`,
        () => `${name} |= ${e(w, type, 1)}`,
      ])(),
    ];
  }
  return [`${name}.${w.pick(["add", "discard", "remove"])}(${e(w, INT, 2)})`];
}
function unpack(w: Writer): Lines {
  const item = anyType(w, 1);
  const [a, b] = [w.fresh("v"), w.fresh("v")];
  const source = e(w, listOf(item), DEPTH);
  w.define(a, item);
  w.define(b, listOf(item));
  return [w.chance(70) ? `${a}, *${b} = ${source}` : `*${b}, ${a} = ${source}`];
}
/** Names a branch defines may be unbound after it: they are forgotten. */
function branch(w: Writer, fuel: number, before: (w: Writer) => void = () => {}): Lines {
  const scope = w.scopes.at(-1) ?? [];
  const known = scope.length;
  before(w);
  const lines = block(w, fuel);
  scope.length = known;
  return indent(lines);
}
function conditional(w: Writer, fuel: number): Lines {
  const lines = [`if ${e(w, w.chance(60) ? BOOL : anyType(w, 1), 2)}:`, ...branch(w, fuel)];
  if (w.chance(30)) lines.push(`elif ${e(w, BOOL, 2)}:`, ...branch(w, fuel));
  if (w.chance(50)) lines.push("else:", ...branch(w, fuel));
  return lines;
}
function loop(w: Writer, fuel: number): Lines {
  const x = w.fresh("i");
  w.nesting += 1;
  try {
    const end = w.chance(25) ? [`    if ${e(w, BOOL, 1)}: ${w.pick(["break", "continue"])}`] : [];
    const rest = w.chance(20) ? ["else:", ...branch(w, 1)] : [];
    switch (w.below(5)) {
      case 0: {
        const items = e(w, listOf(STR), 2);
        return [`for ${x} in ${items}[:4]:`, ...branch(w, fuel, () => w.define(x, STR)), ...end, ...rest];
      }
      case 1: {
        const y = w.fresh("i");
        const items = e(w, dictOf(STR, INT), 2);
        const define = (): void => {
          w.define(x, STR);
          w.define(y, INT);
        };
        return [`for ${x}, ${y} in list(${items}.items())[:4]:`, ...branch(w, fuel, define), ...end, ...rest];
      }
      case 2: {
        const y = w.fresh("i");
        const items = e(w, STR, 2);
        const define = (): void => {
          w.define(x, INT);
          w.define(y, STR);
        };
        return [`for ${x}, ${y} in enumerate(${items}[:4]):`, ...branch(w, fuel, define), ...end, ...rest];
      }
      case 3:
        return [
          `${x} = 0`,
          `while ${x} < ${1 + w.below(4)}${w.chance(30) ? ` and ${e(w, BOOL, 1)}` : ""}:`,
          `    ${x} += 1`,
          ...branch(w, fuel),
          ...rest,
        ];
      default:
        return [
          `for ${x} in range(${1 + w.below(4)}):`,
          ...branch(w, fuel, () => w.define(x, INT)),
          ...end,
          ...rest,
        ];
    }
  } finally {
    w.nesting -= 1;
  }
}
const CAUGHT = [
  "Exception",
  "ValueError",
  "(TypeError, KeyError)",
  "ZeroDivisionError",
  "IndexError",
  "LookupError",
  "ArithmeticError",
];
function attempt(w: Writer, fuel: number): Lines {
  const name = w.fresh("x");
  const kept = w.fresh("v");
  const lines = [
    `${kept} = ''`,
    "try:",
    ...branch(w, fuel),
    `except ${w.pick(CAUGHT)} as ${name}:`,
    `    ${kept} = type(${name}).__name__ + ': ' + str(${name})`,
    ...(w.chance(20) ? [`    raise RuntimeError('again') from ${name}`] : []),
  ];
  if (w.chance(30)) lines.push("else:", ...branch(w, 1));
  if (w.chance(30)) lines.push("finally:", ...branch(w, 1));
  w.define(kept, STR);
  return lines;
}
/** A function or generator of the program's, closing over what is there. */
function define(w: Writer, fuel: number): Lines {
  if (w.nesting > 0) return assign(w);
  const parameters = Array.from({ length: w.below(3) }, () => anyType(w, 1));
  const names = parameters.map(() => w.fresh("p"));
  const result = anyType(w, 1);
  const name = w.fresh("f");
  const isGenerator = w.chance(25);
  const defaults = parameters.map((type, i) =>
    w.chance(30) && i === parameters.length - 1 ? `=${e(w, type, 0)}` : "",
  );
  w.scopes.push(names.map((parameter, i) => ({ name: parameter, type: parameters[i] as Type })));
  w.nesting += 1;
  const body = block(w, fuel);
  const end = isGenerator
    ? [`yield ${e(w, result, 2)}`, `yield from ${e(w, listOf(result), 2)}`]
    : [`return ${e(w, result, 2)}`];
  w.nesting -= 1;
  w.scopes.pop();
  const head = `def ${name}(${names.map((n, i) => `${n}${defaults[i]}`).join(", ")}):`;
  if (!isGenerator) {
    w.functions.push({ name, parameters, result });
    return [head, ...indent([...body, ...end])];
  }
  const wrapper = w.fresh("f");
  w.functions.push({ name: wrapper, parameters, result: listOf(result) });
  const args = names.join(", ");
  return [head, ...indent([...body, ...end]), `def ${wrapper}(${args}): return list(${name}(${args}))`];
}
function match(w: Writer, fuel: number): Lines {
  const type = w.pick([INT, STR, listOf(INT), tupleOf(INT, STR), dictOf(STR, INT)]);
  const [x, y] = [w.fresh("m"), w.fresh("m")];
  const patterns: Partial<Record<Type["kind"], readonly string[]>> = {
    int: [`${w.below(9)} | ${w.below(9)}`, `int(${x})`, "bool()", `-1 as ${x}`],
    str: ["'a' | 'abc'", `str(${x})`, "''"],
    list: ["[]", `[${x}]`, `[${x}, *${y}]`, `[*_, ${x}]`, "[1, _]"],
    tuple: [`(0, ${x})`, `(${x}, str())`, `(int(${x}), ${y})`],
    dict: [`{'a': ${x}}`, `{'abc': int(), **${y}}`, "{}"],
  };
  const cases = Array.from({ length: 1 + w.below(3) }, () => [
    `case ${w.pick(patterns[type.kind] ?? ["_"])}${w.chance(25) ? ` if ${e(w, BOOL, 1)}` : ""}:`,
    ...branch(w, fuel),
  ]).flat();
  return [`match ${e(w, type, 2)}:`, ...indent([...cases, "case _:", ...branch(w, 1)])];
}
function raise(w: Writer): Lines {
  if (!w.chance(25)) return [`assert ${e(w, BOOL, 2)}, ${e(w, STR, 2)}`];
  return [
    `if ${e(w, BOOL, 2)}: raise ${w.pick(["ValueError", "KeyError", "LookupError", "Exception"])}(${e(w, anyType(w, 1), 2)})`,
  ];
}

function block(w: Writer, fuel: number): Lines {
  const lines: Lines = [];
  for (let left = 1 + w.below(Math.max(1, fuel)); left > 0; left -= 1) {
    const choice = w.below(100);
    if (choice < 35 || fuel <= 1) lines.push(...assign(w));
    else if (choice < 47) lines.push(...augment(w));
    else if (choice < 57) lines.push(...mutate(w));
    else if (choice < 63) lines.push(...unpack(w));
    else if (choice < 72) lines.push(...conditional(w, fuel - 2));
    else if (choice < 80) lines.push(...(w.nesting < 2 ? loop(w, fuel - 2) : assign(w)));
    else if (choice < 87) lines.push(...attempt(w, fuel - 2));
    else if (choice < 93) lines.push(...define(w, fuel - 2));
    else if (choice < 97) lines.push(...match(w, fuel - 2));
    else lines.push(...raise(w));
  }
  return lines;
}

/** What `pythonProgram` can be confined to: `typed` programs and those about one of the topics. */
export const KINDS: readonly string[] = ["typed", ...Object.keys(TOPICS)];

/**
 * Programs in Python, each the body of a function: bounded in time, free of what differs from run to run (no addresses,
 * no order of sets of texts). Typed programs return what their variables hold in the end, about one in three ends with an
 * exception; the others return what each of their expressions came to.
 *
 * @param only the kinds of programs wanted (see `KINDS`), all by default
 */
export function pythonProgram(only: readonly string[] = KINDS): fc.Arbitrary<string> {
  return fc.gen().map((g) => {
    const w = new Writer(g);
    const topic = TOPICS[w.pick(only)];
    if (topic !== undefined) return topicProgram(w, topic);
    const lines = block(w, 6);
    const names = w.assignable().map(({ name }) => name);
    return [...lines, `return [${names.join(", ")}]`].join("\n");
  });
}
