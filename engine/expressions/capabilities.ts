// The guest's end of capabilities: asks the host, waits, and raises what the host answers.
import { exceptionTypes, type PyException, pyError, RuntimeError, raise } from "../python/exceptions.ts";
import { makeType, type PyType } from "../python/object.ts";
import { allocate, charge, host, LimitExceeded, type LimitName, S } from "../python/state.ts";

/** Plain JavaScript data that JSON can carry. */
export type GuestJson = null | boolean | number | string | GuestJson[] | { [key: string]: GuestJson };

/** Raised where an expression asks for something its embedder did not grant. */
export const CapabilityError: PyType = makeType("CapabilityError", { base: RuntimeError, module: "postern" });
CapabilityError.hasDict = true;

/** Python exceptions a host may name in its errors, by name (`requests.exceptions.ConnectionError`); modules add theirs. */
export const hostErrors: Map<string, PyType> = new Map();

const LIMITS: ReadonlySet<string> = new Set<LimitName>([
  "HostTimeLimitExceeded",
  "HostCallLimitExceeded",
  "MemoryLimitExceeded",
]);

interface Answer {
  ok: boolean;
  value?: GuestJson;
  error?: { type: string; message: string };
}

/**
 * Asks the host for `operation` (`models.query`) on behalf of `name`, the word the author wrote, and waits for the
 * answer. `argument` is what `JSON.stringify` takes, or JSON text where it is a string.
 */
export function askHost(name: string, operation: string, argument: GuestJson): GuestJson {
  charge(100);
  const sent = typeof argument === "string" ? argument : JSON.stringify(argument);
  allocate(sent.length * 2);
  S.watch?.hostCall(operation, sent);
  const text = host.call(operation, sent);
  S.watch?.hostAnswer(text);
  allocate(text.length * 4);
  charge(text.length >> 6);
  const { ok, value = null, error } = JSON.parse(text) as Answer;
  if (ok) return value;
  const { type, message } = error ?? { type: "RuntimeError", message: "" };
  if (LIMITS.has(type)) throw new LimitExceeded(type as LimitName, message);
  if (type === "CapabilityError") {
    const capability = message === "" ? operation.slice(0, operation.indexOf(".")) : message;
    throw pyError(
      CapabilityError,
      `${name} needs the capability "${capability}", which this evaluation was not granted`,
    );
  }
  const named = hostErrors.get(type);
  // Classes of modules may have attributes that their `__init__` sets.
  if (named !== undefined) throw raise(named.call([message], null) as PyException);
  throw pyError(exceptionTypes.get(type) ?? RuntimeError, message);
}
