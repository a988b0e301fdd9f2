// Answers the calls of one evaluation to its embedder: finds the capability, keeps the budget, turns errors into data.
import { OPERATIONS, type Operation } from "./call-table.ts";
import type { Capabilities } from "./capabilities.ts";
import { GuestJsonError, readGuestJson } from "./guest-json.ts";
import type { CallReply } from "./sandbox/types.ts";
import type { JsonObject, JsonValue, Limits } from "./types.ts";

/** A compiled program by its source, for policies that call others. Throws what compiling throws. */
export type ProgramOf = (name: string, source: string) => { readonly id: string; readonly code: string };

const failed = (type: string, message: string): CallReply => ({
  json: JSON.stringify({ ok: false, error: { type, message } }),
});

/** Learns of an error that the expression is not told. */
export type OnHostError = (error: unknown, operation: string) => void;

/** Shows such an error on the process's standard error, as Node shows its warnings. */
export const warn: OnHostError = (error, operation) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`the capability behind ${operation} failed: ${text}`, "PosternWarning");
};

/** Names of errors that nobody chose: a bug's, a library's, the system's. */
const UNNAMED: ReadonlySet<string> = new Set([
  "AggregateError",
  "DOMException",
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);

/** Serves `host.call` for one evaluation; never rejects. */
export function hostCalls(
  granted: Capabilities,
  limits: Limits,
  programOf: ProgramOf,
  onHostError: OnHostError,
): (operation: string, argumentJson: string) => Promise<CallReply> {
  let calls = 0;
  let left = limits.hostMs;
  return async (operation, argumentJson) => {
    calls += 1;
    if (calls > limits.hostCalls) {
      return failed(
        "HostCallLimitExceeded",
        `the expression made more than ${limits.hostCalls} calls to the host`,
      );
    }
    const since = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CallReply>((settle) => {
      timer = setTimeout(
        () =>
          settle(
            failed(
              "HostTimeLimitExceeded",
              `the host took more than ${limits.hostMs} ms for the expression's calls`,
            ),
          ),
        Math.max(0, left),
      );
    });
    try {
      const answer = answerOf(granted, operation, argumentJson, programOf);
      const reply = await Promise.race([answer, late]);
      if (reply.json.length > limits.contextBytes) {
        return failed(
          "MemoryLimitExceeded",
          `the host's answer has ${reply.json.length} characters, the limit is ${limits.contextBytes}`,
        );
      }
      return reply;
    } catch (error) {
      if (error instanceof Error && !UNNAMED.has(error.name)) return failed(error.name, error.message);
      onHostError(error, operation);
      return failed("RuntimeError", `the host failed at ${operation}`);
    } finally {
      clearTimeout(timer);
      left -= performance.now() - since;
    }
  };
}

async function answerOf(
  granted: Capabilities,
  operation: string,
  argumentJson: string,
  programOf: ProgramOf,
): Promise<CallReply> {
  const known: Operation | undefined = Object.hasOwn(OPERATIONS, operation)
    ? OPERATIONS[operation]
    : undefined;
  if (known === undefined || granted[known.group] === undefined) return failed("CapabilityError", "");
  const argument = argumentOf(known, operation, argumentJson);
  if (typeof argument === "string") return failed("ValueError", argument);
  if (operation === "policies.find") return findPolicy(granted, String(argument.name), programOf);
  return done((await known.serve?.(granted, argument)) ?? null);
}

/** What the guest hands over, or why it is not taken. */
function argumentOf({ argument }: Operation, operation: string, json: string): JsonObject | string {
  try {
    const { value, hadPrototypeKey } = readGuestJson(json);
    if (hadPrototypeKey) return "a key '__proto__' cannot be handed to the host";
    if (argument(value)) return value as JsonObject;
  } catch (error) {
    if (!(error instanceof GuestJsonError)) throw error;
  }
  return `the host does not take this for ${operation}`;
}

const done = (value: JsonValue, program?: CallReply["program"]): CallReply => ({
  json: JSON.stringify({ ok: true, value }),
  ...(program === undefined ? {} : { program }),
});

/** A policy's own source runs in the caller's sandbox: the guest is told under which name to find it. */
async function findPolicy(granted: Capabilities, name: string, programOf: ProgramOf): Promise<CallReply> {
  if (granted.policies === undefined) return failed("CapabilityError", "");
  const found = await granted.policies(name);
  if (found === null) return done(null);
  if (!("source" in found)) return done({ answer: { ...found, messages: [...found.messages] } });
  try {
    const program = programOf(name, found.source);
    return done({ program: program.id }, program);
  } catch (error) {
    // A policy that does not compile fails as one that raises: the caller sees its text.
    const text = error instanceof Error ? error.message : String(error);
    return done({ answer: { passing: false, messages: [text], rawResult: null } });
  }
}
