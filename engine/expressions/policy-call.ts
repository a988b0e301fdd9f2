// `ak_call_policy`: another policy, found by the embedder, run in this isolate on a copy of the current request.
import { PyDict } from "../python/dict.ts";
import { valueError } from "../python/exceptions.ts";
import { defineMethods, recursionExceeded } from "../python/function.ts";
import { PyGenerator } from "../python/generator.ts";
import { collect } from "../python/iterator.ts";
import { makeType, PyObject, type PyValue } from "../python/object.ts";
import { truth } from "../python/operators.ts";
import { output } from "../python/output.ts";
import { caught } from "../python/raising.ts";
import { repr, str } from "../python/representation.ts";
import { list, type PyTuple, tuple } from "../python/sequence.ts";
import { LimitExceeded, S } from "../python/state.ts";
import { askHost } from "./capabilities.ts";
import { fromJson } from "./context-tree.ts";
import { deepCopy } from "./deep-copy.ts";
import { PyRecord } from "./models/record.ts";
import { type Main, programs } from "./programs.ts";
import { policyRequest } from "./records.ts";

/** `authentik.policies.types.PolicyResult`. Always true: authors must look at `passing`. */
class PyPolicyResult extends PyObject {}
const resultType = makeType("PolicyResult", {
  of: PyPolicyResult,
  module: "authentik.policies.types",
  subclassable: false,
});
resultType.hasDict = true;
defineMethods(resultType, {
  "__repr__()": (self: PyPolicyResult) => {
    const messages = self.dict?.get("messages") as PyTuple;
    const said = messages.items.length === 0 ? "" : ` messages=${repr(messages)}`;
    return `<PolicyResult passing=${repr(self.dict?.get("passing") ?? null)}${said}>`;
  },
});
function result(passing: boolean, messages: readonly string[], raw: PyValue): PyPolicyResult {
  const object = new PyPolicyResult();
  object.dict = new Map<string, PyValue>([
    ["passing", passing],
    ["messages", tuple([...messages])],
    ["raw_result", raw],
    ["source_binding", null],
    ["source_results", list([])],
  ]);
  return object;
}

/** What the host answers: the id of a program it has loaded, or an answer of its own. */
type Found =
  | { readonly program: string }
  | {
      readonly answer: {
        readonly passing: boolean;
        readonly messages: string[];
        readonly rawResult: unknown;
      };
    }
  | null;

/** The request that the called policy gets: the current one with everything in it copied, and the keywords added. */
function requestFor(vars: ReadonlyMap<string, PyValue>, kwargs: PyDict): PyRecord {
  const current = vars.get("request");
  const request =
    current instanceof PyRecord ? (deepCopy(current) as PyRecord) : requestOf(vars.get("user") ?? null);
  const context = request.get("context");
  if (context instanceof PyDict) for (const [name, value] of kwargs.entries()) context.set(name, value);
  return request;
}
function requestOf(user: PyValue): PyRecord {
  const request = policyRequest(null);
  if (user !== null) request.dict?.set("user", user);
  return request;
}

/** Runs a program as a policy of its own: its messages are its result's, and what it raises is a refusal with that text. */
function run(main: Main, request: PyRecord, runPolicy: RunPolicy): PyPolicyResult {
  const { messages } = output;
  const { depth, handled } = S;
  output.messages = [];
  try {
    if (S.depth >= S.maxDepth) recursionExceeded();
    S.depth += 1;
    let value = runPolicy(main, request);
    if (value instanceof PyGenerator) value = list(collect(value));
    return result(truth(value), output.messages, value);
  } catch (error) {
    if (error instanceof LimitExceeded) throw error;
    return result(false, [str(caught(error))], null);
  } finally {
    output.messages = messages;
    S.depth = depth;
    S.handled = handled;
  }
}

/** Runs a loaded program about a request and gives what its body returned. */
export type RunPolicy = (main: Main, request: PyRecord) => PyValue;

/** `ak_call_policy(name, **kwargs)`. */
export function callPolicy(runPolicy: RunPolicy) {
  return (vars: ReadonlyMap<string, PyValue>, name: PyValue, kwargs: PyDict): PyValue => {
    const wanted = str(name);
    const found = askHost("ak_call_policy", "policies.find", { name: wanted }) as Found;
    if (found === null) throw valueError(`Policy '${wanted}' not found.`);
    const request = requestFor(vars, kwargs);
    if ("answer" in found) {
      const { passing, messages, rawResult } = found.answer;
      return result(passing, messages, fromJson(JSON.stringify(rawResult)));
    }
    const main = programs.get(found.program);
    if (main === undefined) throw new LimitExceeded("InternalError", "the called policy is not loaded");
    return run(main, request, runPolicy);
  };
}
