// The names that one run of an expression finds: its variables, the helpers of its kind, the built-ins.
import { builtins } from "../python/builtins.ts";
import { PyDict } from "../python/dict.ts";
import { isException } from "../python/exceptions.ts";
import type { Native } from "../python/function.ts";
import { ipAddress } from "../python/modules/ipaddress.ts";
import { pythonFunctions } from "../python/modules/python-function.ts";
import type { PyValue } from "../python/object.ts";
import { emit, output } from "../python/output.ts";
import { caught } from "../python/raising.ts";
import { str } from "../python/representation.ts";
import { LimitExceeded } from "../python/state.ts";
import { toJson } from "./boundary.ts";
import { PLAIN_NAME } from "./context-keys.ts";
import { type Context, ContextReader, isTree, type Parsed } from "./context-tree.ts";
import { helpers, mappingHelpers, policyHelpers, slugify } from "./helpers.ts";
import { sendEmail } from "./mail.ts";
import { PyRecord } from "./models/record.ts";
import { callPolicy } from "./policy-call.ts";
import type { Environment, Main } from "./programs.ts";
import { device, httpRequest, named, policyRequest, stage, user } from "./records.ts";
import { injectedSession } from "./requests/module.ts";
import { createJwt, createRawJwt } from "./tokens.ts";

/** A context key as the name of a variable, as authentik makes it. */
function variableName(key: string): string {
  return slugify(key).replaceAll("-", "_");
}

function clientIp(http: PyRecord): PyValue {
  const meta = http.get("META");
  const header = (name: string): string => {
    const value = meta instanceof PyDict ? meta.get(name) : undefined;
    return typeof value === "string" ? (value.split(",")[0] as string).trim() : "";
  };
  for (const candidate of [header("HTTP_X_FORWARDED_FOR"), header("REMOTE_ADDR"), "255.255.255.255"]) {
    if (candidate === "") continue;
    try {
      return ipAddress(candidate);
    } catch (error) {
      if (!isException(caught(error))) throw error;
    }
  }
  return null;
}

/**
 * The variables of a run. Some are made when their names are read, which a program does before it begins: most programs use few
 * of them. Whoever wants all gets them in the order in which authentik sets them.
 */
class Variables {
  private readonly known = new Map<string, PyValue>();
  private readonly late = new Map<string, () => PyValue | undefined>();

  get(name: string): PyValue | undefined {
    const make = this.late.get(name);
    if (make !== undefined) {
      const value = make();
      this.late.delete(name);
      if (value !== undefined) this.known.set(name, value);
    }
    return this.known.get(name);
  }
  set(name: string, value: PyValue): void {
    this.known.set(name, value);
  }
  /** `make` may say that there is none. */
  later(name: string, make: () => PyValue | undefined): void {
    this.late.set(name, make);
  }
  all(): ReadonlyMap<string, PyValue> {
    for (const name of [...this.late.keys()]) this.get(name);
    return this.known;
  }
}

/** Adds what a policy sees of its request. */
function policyVariables(request: PyRecord, vars: Variables): Variables {
  const http = (): PyRecord | undefined => {
    const given = request.get("http_request");
    return given instanceof PyRecord ? given : undefined;
  };
  vars.set("request", request);
  vars.later("context", () => request.get("context"));
  vars.later("http_request", http);
  vars.later("ak_client_ip", () => {
    const given = http();
    return given === undefined ? undefined : clientIp(given);
  });
  vars.later("ak_is_sso_flow", () => {
    const context = request.get("context");
    const sso = context instanceof PyDict ? context.get("is_sso") : undefined;
    return sso === undefined ? false : sso;
  });
  return vars;
}

/** The request of a mapping that was given none: its user, and the other variables as context. */
function mappingRequest(vars: ReadonlyMap<string, PyValue>): PyRecord {
  const request = policyRequest(null);
  const context = request.get("context") as PyDict;
  for (const [name, value] of vars) {
    if (name === "user") request.dict.set("user", value);
    else context.set(name, value);
  }
  return request;
}

/** Variables of a mapping that are records. */
const RECORDS: ReadonlyMap<string, typeof named> = new Map([
  ["device", (_name, value, reader) => device(value, reader)],
  ["stage", (_name, value, reader) => stage(value, reader)],
  ["http_request", (_name, value, reader) => httpRequest(value, reader)],
]);
const request: typeof named = (_name, value, reader) =>
  isTree(value) ? policyRequest(value, reader) : reader.value(value);
const plain: typeof named = (_name, value, reader) => reader.value(value);

/** How a variable of that name is made for that kind of expression. */
function makerOf(kind: string, name: string): typeof named {
  if (name === "request") return request;
  if (kind !== "mapping") return plain;
  // A user that is null is the anonymous one, not None.
  if (name === "user")
    return (_name, value, reader) => (value === null ? user(null, reader) : named("user", value, reader));
  return RECORDS.get(name) ?? named;
}

/** The context's variables, as the kind of expression sees them. */
export function variables(kind: string, context: Context): Variables {
  const { tree } = context;
  if (!isTree(tree)) throw new LimitExceeded("InternalError", "the context is not a JSON object");
  const reader = new ContextReader(context);
  const vars = new Variables();
  for (const key of Object.keys(tree)) {
    const value = tree[key] as Parsed;
    vars.set(key, makerOf(kind, key)(key, value, reader));
    if (PLAIN_NAME.test(key)) continue;
    const name = variableName(key);
    if (name !== "") vars.set(name, makerOf(kind, name)(name, value, reader));
  }
  if (kind === "policy") {
    const given = vars.get("request");
    policyVariables(given instanceof PyRecord ? given : policyRequest(tree.request ?? null), vars);
  }
  return vars;
}

/** `ak_create_event(action, **kwargs)`: all context variables and the keywords, for the host to record. */
function createEvent(vars: ReadonlyMap<string, PyValue>, action: PyValue, keywords: PyDict): PyValue {
  const event = new PyDict();
  for (const [name, value] of vars) event.set(name, value);
  for (const [name, value] of keywords.entries()) event.set(name, value);
  event.set("action", str(action));
  const json = toJson(event, { sanitize: true, strict: false });
  emit(json);
  output.events.push(json);
  return null;
}

/** Helpers that look at the run's variables, or that a run has one of its own of; made when their name is read. */
const ownHelpers: ReadonlyMap<string, (vars: ReadonlyMap<string, PyValue>) => PyValue> = new Map([
  ["requests", injectedSession],
  ...Object.entries({
    "ak_create_event(action, **kwargs)": createEvent,
    "ak_call_policy(name, **kwargs)": callPolicy(runPolicy),
    "ak_create_jwt(user, provider, scopes, validity='seconds=60')": createJwt,
    "ak_create_jwt_raw(provider, validity='seconds=60', **kwargs)": createRawJwt,
    "ak_send_email(address, subject, body=None, stage=None, template=None, context=None, cc=None, bcc=None)":
      sendEmail,
  }).map(([declaration, js]): [string, (vars: ReadonlyMap<string, PyValue>) => PyValue] => {
    const name = declaration.slice(0, declaration.indexOf("("));
    const make = (vars: ReadonlyMap<string, PyValue>): PyValue =>
      pythonFunctions({ [declaration]: (...args) => (js as Native)(vars, ...args) })[name] as PyValue;
    return [name, make];
  }),
]);

/** The names of one run: what the program asks for by name it finds here. */
export function environment(kind: string, vars: Variables): Environment {
  /** All variables; a mapping's request is made when it is read. */
  const all = (): ReadonlyMap<string, PyValue> => {
    if (kind === "mapping" && (vars.get("request") ?? null) === null)
      vars.set("request", mappingRequest(vars.all()));
    return vars.all();
  };
  const variable = (name: string): PyValue | undefined =>
    kind === "mapping" && name === "request" ? all().get(name) : vars.get(name);
  const made = new Map<string, PyValue>();
  const global = (name: string): PyValue | undefined => {
    const make = ownHelpers.get(name);
    if (make !== undefined) {
      const value = made.get(name) ?? make(all());
      made.set(name, value);
      return value;
    }
    const own =
      (kind === "mapping" ? undefined : policyHelpers.get(name)) ??
      (kind === "policy" ? undefined : mappingHelpers.get(name));
    if (own !== undefined) return own;
    return helpers.get(name) ?? builtins.get(name);
  };
  return {
    param: variable,
    name: (name) => {
      const value = variable(name);
      return value !== undefined ? value : global(name);
    },
    global,
  };
}

/** Runs a loaded policy about a request; its value is what the body returned. */
function runPolicy(main: Main, request: PyRecord): PyValue {
  return main(environment("policy", policyVariables(request, new Variables())));
}
