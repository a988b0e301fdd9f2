// Answers the calls of one evaluation to its embedder: finds the capability, keeps the budget, turns errors into data.
import { type Capabilities, OPERATIONS } from "./capabilities.ts";
import type { CallReply } from "./sandbox/types.ts";
import type { JsonObject, JsonValue, Limits } from "./types.ts";

/** A compiled program by its source, for policies that call others. Throws what compiling throws. */
export type ProgramOf = (name: string, source: string) => { readonly id: string; readonly code: string };

const failed = (type: string, message: string): CallReply => ({
  json: JSON.stringify({ ok: false, error: { type, message } }),
});

/** Serves `host.call` for one evaluation; never rejects. */
export function hostCalls(
  granted: Capabilities,
  limits: Limits,
  programOf: ProgramOf,
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
      const answer = answerOf(granted, operation, JSON.parse(argumentJson) as JsonObject, programOf);
      const reply = await Promise.race([answer, late]);
      if (reply.json.length > limits.contextBytes) {
        return failed(
          "MemoryLimitExceeded",
          `the host's answer has ${reply.json.length} characters, the limit is ${limits.contextBytes}`,
        );
      }
      return reply;
    } catch (error) {
      return error instanceof Error ? failed(error.name, error.message) : failed("RuntimeError", "");
    } finally {
      clearTimeout(timer);
      left -= performance.now() - since;
    }
  };
}

async function answerOf(
  granted: Capabilities,
  operation: string,
  argument: JsonObject,
  programOf: ProgramOf,
): Promise<CallReply> {
  if (operation === "policies.find") return findPolicy(granted, String(argument.name), programOf);
  const serve = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation]?.(granted) : undefined;
  if (serve === undefined) return failed("CapabilityError", "");
  return done((await serve(argument)) ?? null);
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
