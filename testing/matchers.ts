// Matchers for vitest (and whatever has jest's `expect.extend`) about verdicts and sent messages.
//
//   expect.extend(matchers);
//   declare module "vitest" { interface Matchers<T> extends PosternMatchers<T> {} }
//
// vitest itself is not imported: an embedder may have another version, or none.
import type { JsonValue, Verdict } from "../engine/types.ts";
import type { Inbox, KeptMessage } from "./in-memory-runtime.ts";

/** A text exactly, or one that fits. */
export type Wanted = string | RegExp;
/** What a message must have. */
export interface WantedMessage {
  readonly provider?: "twilio" | "generic";
  readonly to?: Wanted;
  readonly text?: Wanted;
  readonly payload?: JsonValue;
}

/** The matchers, for the types of `expect`. */
export interface PosternMatchers<R = unknown> {
  /** A verdict that passes. */
  toPass(): R;
  /** A verdict that denies because the policy says so, not because it failed. */
  toDeny(): R;
  /** A verdict that denies, and one of whose messages is this. */
  toDenyWithMessage(message: Wanted): R;
  /** An inbox in which one message has all of this. */
  toSend(message: WantedMessage): R;
}

interface Answer {
  readonly pass: boolean;
  message(): string;
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === "object" && value !== null && "passing" in value && "messages" in value;
}
function verdictOf(value: unknown): Verdict {
  if (isVerdict(value)) return value;
  const hint = value instanceof Promise ? "a promise: await it, or write expect(…).resolves" : typeof value;
  throw new TypeError(`expected a verdict, what policy.evaluate() answers; this is ${hint}`);
}
/** `it passed`, `it denied with "no"`, `it failed: KeyError: 'phone' in line 1` */
function told({ passing, messages, error }: Verdict): string {
  if (error !== undefined) {
    const line = error.line === undefined ? "" : ` in line ${error.line}`;
    return `it failed: ${error.type}: ${error.message}${line}`;
  }
  const said =
    messages.length === 0 ? "" : ` with ${messages.map((each) => JSON.stringify(each)).join(", ")}`;
  return `${passing ? "it passed" : "it denied"}${said}`;
}
function fits(wanted: Wanted | undefined, text: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === text : text.search(wanted) >= 0;
}
const shown = (wanted: unknown): string =>
  wanted instanceof RegExp ? String(wanted) : JSON.stringify(wanted);

/** The order of members says nothing. */
function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, two] = [a as Record<string, JsonValue>, b as Record<string, JsonValue>];
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(two).length &&
    keys.every((key) => Object.hasOwn(two, key) && isSame(one[key], two[key]))
  );
}
function hasAll(message: KeptMessage, { provider, to, text, payload }: WantedMessage): boolean {
  return (
    (provider === undefined || provider === message.provider) &&
    fits(to, message.to) &&
    fits(text, message.text) &&
    (payload === undefined || isSame(payload, message.payload))
  );
}

/** For `expect.extend`. */
export const matchers = {
  toPass(received: unknown): Answer {
    const verdict = verdictOf(received);
    const pass = verdict.passing;
    return { pass, message: () => `expected the policy ${pass ? "not " : ""}to pass; ${told(verdict)}` };
  },
  toDeny(received: unknown): Answer {
    const verdict = verdictOf(received);
    const pass = !verdict.passing && verdict.error === undefined;
    return { pass, message: () => `expected the policy ${pass ? "not " : ""}to deny; ${told(verdict)}` };
  },
  toDenyWithMessage(received: unknown, wanted: Wanted): Answer {
    const verdict = verdictOf(received);
    const pass =
      !verdict.passing &&
      verdict.error === undefined &&
      verdict.messages.some((message) => fits(wanted, message));
    return {
      pass,
      message: () =>
        `expected the policy ${pass ? "not " : ""}to deny with ${shown(wanted)}; ${told(verdict)}`,
    };
  },
  toSend(received: unknown, wanted: WantedMessage): Answer {
    const messages = (received as Partial<Inbox> | null)?.messages;
    if (!Array.isArray(messages))
      throw new TypeError("expected an inbox, as createInMemoryRuntime() has one");
    const pass = messages.some((message: KeptMessage) => hasAll(message, wanted));
    return {
      pass,
      message: () => {
        const asked = Object.entries(wanted).map(([key, value]) => `${key} ${shown(value)}`);
        // Codes are left out: a test's output is often kept.
        const there = messages.map(
          (each: KeptMessage) =>
            `\n  ${each.provider} to ${each.to}: ${each.text.replaceAll(each.token, "***")}`,
        );
        const sent = there.length === 0 ? "nothing was sent" : `sent were:${there.join("")}`;
        return `expected ${pass ? "no message" : "a message"} with ${asked.join(", ")}; ${sent}`;
      },
    };
  },
};
