// What an expression reads of its context, and the texts, numbers and patterns it holds that against: where a search looks.
import { namesAt } from "../../engine/expressions/sites.ts";
import type { Expr } from "../../engine/language/ast.ts";
import { parseBody } from "../../engine/language/compile.ts";
import { type Reach, reachesOf } from "../../engine/language/reach.ts";
import type { ExpressionKind } from "../../engine/types.ts";

/** A value of the context that is read: itself (`whole`), or members of it. */
export interface Read {
  whole: boolean;
  readonly members: Map<string, Read>;
}
/** A path in a context: `["request", "context", "prompt_data", "phone"]`. */
export type Path = readonly string[];

/** What a source says about its inputs. */
export interface Reached {
  readonly root: Read;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  /** JavaScript's form of the regular expressions; those that have none are left out. */
  readonly patterns: readonly RegExp[];
}

/** Attributes that are methods of Python's own types or of Django's query sets, not members. */
const METHODS: ReadonlySet<string> = new Set(
  (
    "strip lstrip rstrip lower upper casefold title capitalize swapcase startswith endswith split rsplit splitlines join replace " +
    "removeprefix removesuffix isdigit isnumeric isdecimal isalpha isalnum isspace islower isupper isascii find rfind index " +
    "count encode format zfill partition rpartition translate keys values items get setdefault pop update copy append " +
    "filter exclude all first last exists order_by values_list is_private is_loopback"
  ).split(" "),
);
/** Names of a policy that are parts of its request. */
const PARTS: Readonly<Record<string, Path>> = {
  context: ["request", "context"],
  http_request: ["request", "http_request"],
  ak_client_ip: ["request", "http_request", "META", "REMOTE_ADDR"],
  ak_is_sso_flow: ["request", "context", "is_sso"],
};

function nothing(): Read {
  return { whole: false, members: new Map() };
}
function at(read: Read, path: Path): Read {
  let here = read;
  for (const name of path) {
    const next = here.members.get(name) ?? nothing();
    here.members.set(name, next);
    here = next;
  }
  return here;
}
function add(read: Read, reach: Reach, own: string): void {
  if (reach.whole) read.whole = true;
  for (const [name, next] of reach.attributes) {
    if (METHODS.has(name)) read.whole = true;
    else {
      const field = name === "ak_groups" ? "groups" : name;
      add(at(read, [field]), next, field);
    }
  }
  const items = [...reach.items];
  const isMapping = STRUCTURES.has(own) || items.some(([, next]) => !isOnlyAsked(next));
  for (const [name, next] of items) {
    // `"+1234" in phone` asks a text for a part, as `"phone" in prompt_data` asks a mapping for a key.
    if (isMapping) add(at(read, [name]), next, name);
    else read.whole = true;
  }
}
/** Nothing but whether it is there. */
function isOnlyAsked({ whole, attributes, items }: Reach): boolean {
  return !whole && attributes.size === 0 && items.size === 0;
}
/** Parts of a context that are mappings whatever is done with them. */
export const STRUCTURES: ReadonlySet<string> = new Set(
  "request context user prompt_data attributes http_request META headers GET POST COOKIES brand device stage".split(
    " ",
  ),
);

/** The path that an expression is, with the name it starts at. */
function pathOf(node: Expr): Path | undefined {
  if (node.kind === "Name") return [node.id];
  // `x or {}`
  if (node.kind === "BoolOp") return pathOf(node.values[0] as Expr);
  const [from, step] =
    node.kind === "Attribute"
      ? [node.value, node.attr]
      : node.kind === "Subscript"
        ? [node.value, textOf(node.slice)]
        : node.kind === "Call" && node.func.kind === "Attribute" && node.func.attr === "get"
          ? [node.func.value, node.args[0] && textOf(node.args[0])]
          : [];
  if (from === undefined || step === undefined) return undefined;
  const before = pathOf(from);
  return before && [...before, step];
}
function textOf(node: Expr): string | undefined {
  return node.kind === "Constant" && node.value.type === "str" ? node.value.value : undefined;
}

type Node = { readonly kind?: string } & Readonly<Record<string, unknown>>;
const isPatternCall = (name: string): boolean =>
  /^(regex_match|regex_replace|match|fullmatch|search|sub|subn|split|findall|finditer|compile)$/.test(name);

/**
 * Reads a source. `variables`: names that the context at hand has besides. Throws PySyntaxError.
 */
export function reached(source: string, kind: ExpressionKind, variables: readonly string[] = []): Reached {
  const { handler } = parseBody(source);
  const known = new Set(variables);
  for (const [name, { parameters }] of namesAt(kind))
    if (parameters === undefined && name !== "requests") known.add(name);
  const aliases = new Map<string, Path>();
  const texts = new Set<string>();
  const numbers = new Set<number>();
  const patterns = new Map<string, RegExp>();
  const notePattern = (text: string): void => {
    const pattern = javascriptPattern(text);
    if (pattern !== undefined) patterns.set(text, pattern);
  };
  const open: unknown[] = [handler.body];
  while (open.length > 0) {
    const item = open.pop();
    if (Array.isArray(item)) for (const each of item) open.push(each);
    if (typeof item !== "object" || item === null || Array.isArray(item)) continue;
    const node = item as Node;
    if (node.kind === "Assign" || node.kind === "NamedExpr") {
      const target = (node.kind === "Assign" ? (node.targets as Expr[])[0] : node.target) as Expr;
      const path = pathOf(node.value as Expr);
      if (target.kind === "Name" && path !== undefined && path.length > 1) aliases.set(target.id, path);
    } else if (node.kind === "Constant") {
      const value = (item as Extract<Expr, { kind: "Constant" }>).value;
      if (value.type === "str" && value.value.length > 0 && value.value.length <= 80) texts.add(value.value);
      else if (value.type === "int" && Number.isSafeInteger(Number(value.value)))
        numbers.add(Number(value.value));
      continue;
    } else if (node.kind === "Call") {
      const { func, args } = item as Extract<Expr, { kind: "Call" }>;
      const name = func.kind === "Name" ? func.id : func.kind === "Attribute" ? func.attr : "";
      // What is said to people decides nothing.
      if (name === "ak_message" || name === "ak_logger") continue;
      if (isPatternCall(name)) for (const each of args) notePattern(textOf(each) ?? "");
    }
    open.push(...Object.values(node));
  }
  const root = nothing();
  const home = (name: string, depth = 0): Path | undefined => {
    const path = aliases.get(name);
    if (path !== undefined && depth < 8) {
      const before = home(path[0] as string, depth + 1);
      return before && [...before, ...path.slice(1)];
    }
    if (kind !== "mapping" && Object.hasOwn(PARTS, name)) return PARTS[name];
    return known.has(name) ? [name] : undefined;
  };
  for (const [name, reach] of reachesOf(handler)) {
    const path = home(name);
    if (path !== undefined) add(at(root, path), reach, path.at(-1) as string);
  }
  for (const name of keysOf(root)) texts.delete(name);
  return { root, texts: [...texts], numbers: [...numbers], patterns: [...patterns.values()] };
}

function keysOf(read: Read): string[] {
  return [...read.members].flatMap(([name, next]) => [name, ...keysOf(next)]);
}

/** What several versions reach, together. */
export function together(all: readonly Reached[]): Reached {
  const root = nothing();
  const merge = (into: Read, from: Read): void => {
    if (from.whole) into.whole = true;
    for (const [name, next] of from.members) merge(at(into, [name]), next);
  };
  for (const each of all) merge(root, each.root);
  return {
    root,
    texts: [...new Set(all.flatMap(({ texts }) => texts))],
    numbers: [...new Set(all.flatMap(({ numbers }) => numbers))],
    patterns: all.flatMap(({ patterns }) => patterns),
  };
}

/** Every path that is read, to its end. */
export function pathsOf(read: Read, before: Path = []): Path[] {
  const here = read.whole || read.members.size === 0 ? [before] : [];
  return [...here, ...[...read.members].flatMap(([name, next]) => pathsOf(next, [...before, name]))].filter(
    (path) => path.length > 0,
  );
}

function javascriptPattern(text: string): RegExp | undefined {
  if (text === "") return undefined;
  try {
    const translated = text
      .replace(/\(\?P</g, "(?<")
      .replace(/\\A/g, "^")
      .replace(/\\Z/g, "$");
    return new RegExp(translated, "u");
  } catch {
    return undefined;
  }
}
