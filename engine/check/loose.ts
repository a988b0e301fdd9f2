// What lets more in than it says: a domain's end without its beginning, a pattern without its end, a secret in a log.
import { namesAt } from "../expressions/sites.ts";
import type { Attribute, Call, Constant, Expr, Name, Subscript } from "../language/ast.ts";
import type { Finding } from "./diagnostic.ts";
import type { Surroundings } from "./names.ts";
import { patternOf } from "./patterns.ts";
import type { Program } from "./program.ts";
import { dotted, type Node } from "./tree.ts";

export function loose(program: Program, surroundings: Surroundings): Finding[] {
  const findings: Finding[] = [];
  program.walk((node, { parents }) => {
    if (node.kind === "Call") {
      findings.push(...domainEnds(node as Call, program), ...openPattern(node as Call, parents, program));
    }
    const secret = secretOf(node, program, surroundings);
    if (secret === undefined || !isToldAsItIs(parents)) return;
    findings.push({
      code: "secret-in-log",
      severity: "warning",
      message: `${secret} is written where others read it`,
      at: node,
      notes: ["logs and events are kept, and administrators see them"],
      hint: "leave it out",
    });
  });
  return findings;
}

const DOMAIN = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i;

/** `email.endswith("example.com")` */
function domainEnds({ func, args }: Call, program: Program): Finding[] {
  if (func.kind !== "Attribute" || (func as Attribute).attr !== "endswith") return [];
  const { value } = func as Attribute;
  const [first] = args;
  if (first === undefined || !/mail|domain|host|upn/i.test(program.text.slice(value.start, value.end)))
    return [];
  return (first.kind === "Tuple" ? first.elts : [first]).flatMap((ending) => {
    const text = textOf(ending);
    if (text === undefined || !DOMAIN.test(text)) return [];
    const finding: Finding = {
      code: "loose-match",
      severity: "warning",
      message: `${JSON.stringify(`evil-${text}`)} ends with ${JSON.stringify(text)}, too`,
      at: ending,
      hint: `write ${JSON.stringify(`@${text}`)} for addresses, or compare the whole domain`,
    };
    return [finding];
  });
}

/** A pattern for whole addresses or numbers that nothing holds at its end. */
function openPattern(node: Call, parents: readonly Node[], program: Program): Finding[] {
  const name = dotted(node.func)?.split(".").at(-1);
  if (name !== "regex_match" && name !== "match" && name !== "search") return [];
  const at = patternOf(node, program);
  const text = at === undefined ? undefined : textOf(at);
  if (at === undefined || text === undefined || !isAsked(parents)) return [];
  const isAddress = /@[\w\\.()|-]*\.[a-z]{2,}\)?$/i.test(text);
  const isCounted = name !== "search" && /\{\d*,\d+\}\)?$/.test(text);
  if (!isAddress && !isCounted) return [];
  return [
    {
      code: "loose-match",
      severity: "warning",
      message: "this pattern is not held at its end: whatever follows is accepted",
      at,
      hint: `end it with $${name === "match" ? ", or use re.fullmatch" : ""}`,
    },
  ];
}

/** Is nothing but whether there is a match of interest? */
function isAsked(parents: readonly Node[]): boolean {
  const parent = parents.at(-1);
  return (
    parent !== undefined &&
    ["If", "IfExp", "Return", "BoolOp", "UnaryOp", "Compare", "Call"].includes(parent.kind)
  );
}

/** What the value is, where it is one that opens something. */
function secretOf(node: Node, program: Program, { site, variables }: Surroundings): string | undefined {
  if (node.kind === "Name") {
    const { id } = node as Name;
    const isGiven = namesAt(site).has(id) && !variables.includes(id) && !program.binds(id);
    return id === "token" && isGiven ? "the token" : undefined;
  }
  const key =
    node.kind === "Subscript"
      ? textOf((node as Subscript).slice)
      : node.kind === "Call" && (node as Call).func.kind === "Attribute" && methodOf(node as Call) === "get"
        ? textOf((node as Call).args[0] ?? node)
        : undefined;
  return key === "password" || key === "password_repeat" ? "the password" : undefined;
}

const PASSING: ReadonlySet<string> = new Set(
  "JoinedStr FormattedValue Keyword BinOp Dict List Tuple".split(" "),
);
/** Does the value reach a log or an event as it is, or inside a text? */
function isToldAsItIs(parents: readonly Node[]): boolean {
  for (const parent of parents.toReversed()) {
    if (parent.kind === "Call") {
      const told = dotted((parent as Call).func) ?? "";
      if (told.startsWith("ak_logger.") || told === "ak_create_event") return true;
      if (told !== "str" && methodOf(parent as Call) !== "format") return false;
    } else if (!PASSING.has(parent.kind)) return false;
  }
  return false;
}

function methodOf({ func }: Call): string | undefined {
  return func.kind === "Attribute" ? (func as Attribute).attr : undefined;
}
function textOf(node: Expr | Node): string | undefined {
  if (node.kind !== "Constant") return undefined;
  const { value } = node as Constant;
  return value.type === "str" ? value.value : undefined;
}
