// What is not there at the places where an expression is used: context keys, and readers of its messages.
import {
  listPlaces,
  notAvailable,
  type Place,
  placeEntry,
  placesOfKey,
  presence,
  type Use,
} from "../expressions/places.ts";
import type { Call, Compare, Constant, Expr, ExprStmt, Return, Stmt, Subscript } from "../language/ast.ts";
import type { Finding } from "./diagnostic.ts";
import type { Surroundings } from "./names.ts";
import type { Program } from "./program.ts";
import { dotted, isCaught, type Node } from "./tree.ts";

export function places(program: Program, { site, uses }: Surroundings): Finding[] {
  return [...missingKeys(program, uses), ...(site === "policy" ? unseenMessages(program, uses) : [])];
}

// ---- context keys --------------------------------------------------------------------------------

function missingKeys(program: Program, uses: readonly Use[]): Finding[] {
  const known = placesOf(uses);
  if (known.length === 0) return [];
  const findings: Finding[] = [];
  const asked = askedKeys(program);
  program.walk((node, { parents }) => {
    const read = keyRead(program, node);
    if (read === undefined) return;
    const { key, at, raises } = read;
    const elsewhere = placesOfKey(key);
    if (elsewhere.length === 0) return;
    const found = (place: Place) => presence(key, place);
    if (!raises) {
      // A policy of several places asks for what only one of them has.
      if (uses.length === known.length && known.every((place) => found(place) === "never"))
        findings.push(missing(notAvailable(key, known[0] as Place, elsewhere), "warning", at, "None"));
      return;
    }
    if (asked.has(key) || isCaught(parents, "KeyError", "LookupError")) return;
    for (const place of known) {
      if (found(place) === "never")
        findings.push(missing(notAvailable(key, place, elsewhere), "error", at, "KeyError"));
      else if (found(place) === "rarely") {
        const { title } = placeEntry(place);
        const message = `'${key}' is hardly ever there yet at ${title}; it is at ${listPlaces(elsewhere)}`;
        findings.push({
          ...missing(message, "warning", at, "KeyError"),
          notes: [
            "no stage has run when a flow is planned; only a source, or a restart that keeps its context, gives it",
          ],
        });
      }
    }
  });
  return findings;
}

function missing(
  message: string,
  severity: Finding["severity"],
  at: Finding["at"],
  becomes: "KeyError" | "None",
): Finding {
  const hint = becomes === "KeyError" ? "use `.get()`, or ask with `in` first" : undefined;
  return {
    code: "missing-context-key",
    severity,
    message,
    at,
    ...(hint === undefined ? { notes: ["what is asked for is always the default here"] } : { hint }),
  };
}

function placesOf(uses: readonly Use[]): Place[] {
  return [...new Set(uses.flatMap(({ place }) => (place === null ? [] : [place])))];
}

/** Is it the context, and no variable of the program's own? */
function isContext(program: Program, node: Expr): boolean {
  const owner = dotted(node);
  if (owner === "context") return !program.binds("context");
  return owner === "request.context" && !program.binds("request");
}

function text(node: Expr | undefined): string | undefined {
  return node?.kind === "Constant" && node.value.type === "str" ? node.value.value : undefined;
}

function keyRead(
  program: Program,
  node: Node,
): { key: string; at: Finding["at"]; raises: boolean } | undefined {
  if (node.kind === "Subscript") {
    const { value, slice, ctx } = node as Subscript;
    const key = text(slice);
    if (ctx !== "Load" || key === undefined || !isContext(program, value)) return undefined;
    return { key, at: slice, raises: true };
  }
  if (node.kind !== "Call") return undefined;
  const { func, args } = node as Call;
  const key = text(args[0]);
  if (func.kind !== "Attribute" || func.attr !== "get" || key === undefined) return undefined;
  return isContext(program, func.value) ? { key, at: args[0] as Expr, raises: false } : undefined;
}

/** Keys that the program asks for with `in` or `.get()`, or puts there itself: it knows that they may be missing. */
function askedKeys(program: Program): Set<string> {
  const asked = new Set<string>();
  const add = (context: Expr, key: string | undefined): void => {
    if (key !== undefined && isContext(program, context)) asked.add(key);
  };
  program.walk((node) => {
    if (node.kind === "Compare") {
      const { left, ops, comparators } = node as Compare;
      if (ops[0] === "In" || ops[0] === "NotIn") add(comparators[0] as Expr, text(left));
    } else if (node.kind === "Call") {
      const { func, args } = node as Call;
      if (func.kind === "Attribute" && ["get", "setdefault"].includes(func.attr))
        add(func.value, text(args[0]));
    } else if (node.kind === "Subscript") {
      const { value, slice, ctx } = node as Subscript;
      if (ctx === "Store") add(value, text(slice));
    }
  });
  return asked;
}

// ---- messages ------------------------------------------------------------------------------------

/** What ends with its own `return`, not the policy's. */
const FUNCTIONS: ReadonlySet<string> = new Set(["FunctionDef", "AsyncFunctionDef"]);
/** Where an exception may be caught, or, in a function, by who calls it. */
const CATCHING: ReadonlySet<string> = new Set([...FUNCTIONS, "Try", "TryStar", "With", "AsyncWith"]);

function unseenMessages(program: Program, uses: readonly Use[]): Finding[] {
  if (program.binds("ak_message")) return [];
  const findings: Finding[] = [];
  const warn = (at: Finding["at"], message: string, notes: readonly string[], hint?: string): void => {
    findings.push({
      code: "unseen-message",
      severity: "warning",
      message,
      at,
      notes,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  program.walk((node, { parents }) => {
    if (node.kind !== "Call" || dotted((node as Call).func) !== "ak_message") return;
    const then = next(program, node as Call, parents);
    if (then?.kind === "Raise" && !parents.some(({ kind }) => CATCHING.has(kind))) {
      const note = "after an exception a policy's only message is the exception's own text";
      warn(node, "this message is lost", [note], "put the text into the exception");
      return;
    }
    const isAnswer = then?.kind === "Return" && !parents.some(({ kind }) => FUNCTIONS.has(kind));
    const answer = isAnswer ? constant((then as Return).value) : undefined;
    const reasons = uses.map((use) => unseen(use, answer));
    if (reasons.length === 0 || reasons.some((reason) => reason === undefined)) return;
    warn(node, "this message is never shown to anyone", [...new Set(reasons as string[])]);
  });
  return findings;
}

/** Why nobody sees a message of this use; `answer` is what the policy surely returns after it, if that is known. */
function unseen({ place, negate, unseen: reason }: Use, answer: boolean | undefined): string | undefined {
  if (reason !== undefined) return reason;
  if (place === "stage-plan" || place === "stage-run")
    return `at ${placeEntry(place).title} the messages go to the log: a stage whose policies fail is left out`;
  // Elsewhere what the answer does is known only where `negate` is.
  if (place !== "flow" || negate === undefined || answer === undefined) return undefined;
  return answer === !negate ? "at flow policies messages are shown only when the flow is denied" : undefined;
}

/** The statement after that of the call, in the same block. */
function next(program: Program, call: Call, parents: readonly Node[]): Stmt | undefined {
  const statement = parents.at(-1);
  if (statement?.kind !== "ExprStmt" || (statement as ExprStmt).value !== call) return undefined;
  const around = parents.at(-2);
  const blocks = around === undefined ? [program.body] : Object.values(around).filter(Array.isArray);
  for (const block of blocks as Stmt[][]) {
    const at = block.indexOf(statement as Stmt);
    if (at >= 0) return block[at + 1];
  }
  return undefined;
}

/** The truth of a constant. */
function constant(node: Expr | null): boolean | undefined {
  if (node === null) return false;
  if (node.kind !== "Constant") return undefined;
  switch ((node as Constant).value.type) {
    case "True":
      return true;
    case "False":
    case "None":
      return false;
    default:
      return undefined;
  }
}
