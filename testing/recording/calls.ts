// What an evaluation asked of its embedder and what it was answered, kept in order and given again in order.
import type { Capabilities } from "../../engine/capabilities.ts";
import type { JsonValue } from "../../engine/types.ts";

/** One call of a capability (`http`, `models.query` …): its arguments, and what came back or was thrown. */
export interface RecordedCall {
  readonly operation: string;
  readonly arguments: JsonValue[];
  readonly answer?: JsonValue;
  readonly error?: { readonly name: string; readonly message: string };
}

type Part = (...args: readonly unknown[]) => unknown;

/** The same capabilities, each part of them replaced by `wrap`. */
function wrapped(capabilities: Capabilities, wrap: (operation: string, part: Part) => Part): Capabilities {
  const out: Record<string, unknown> = {};
  for (const [group, granted] of Object.entries(capabilities) as [string, unknown][]) {
    if (typeof granted === "function") out[group] = wrap(group, granted as Part);
    else if (typeof granted === "object" && granted !== null) {
      const parts: Record<string, Part> = {};
      for (const name of PARTS[group] ?? []) {
        const part = (granted as Record<string, unknown>)[name];
        if (typeof part === "function") parts[name] = wrap(`${group}.${name}`, part.bind(granted) as Part);
      }
      out[group] = parts;
    }
  }
  return out as Capabilities;
}

/** The parts of capabilities that have several. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  dns: ["resolve", "reverse"],
  models: ["query", "write", "checkPassword"],
};

const json = (value: unknown): JsonValue => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

/** Capabilities that add to `calls` whatever passes through them. */
export function recordCalls(capabilities: Capabilities, calls: RecordedCall[]): Capabilities {
  return wrapped(capabilities, (operation, part) => async (...args) => {
    const asked = { operation, arguments: args.map(json) };
    try {
      const answer = await part(...args);
      calls.push({ ...asked, answer: json(answer) });
      return answer;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      calls.push({ ...asked, error: { name, message } });
      throw error;
    }
  });
}

/** An evaluation asks for something else than it did when it was recorded. */
export class ReplayMismatch extends Error {
  override readonly name = "ReplayMismatch";
}

/**
 * Capabilities that answer as recorded. Groups that were granted are granted, and no others. What was not asked then
 * raises `RuntimeError` in the expression and is told to `onMismatch`.
 */
export function replayCalls(
  granted: readonly string[],
  calls: readonly RecordedCall[],
  onMismatch: (mismatch: ReplayMismatch) => void,
): Capabilities {
  let next = 0;
  const part = (operation: string) => {
    return async (...args: unknown[]): Promise<unknown> => {
      const call = calls[next];
      const asked = JSON.stringify(args.map(json));
      if (call === undefined || call.operation !== operation || JSON.stringify(call.arguments) !== asked) {
        const then =
          call === undefined
            ? "nothing more was asked"
            : `it was ${call.operation} ${JSON.stringify(call.arguments)}`;
        const mismatch = new ReplayMismatch(
          `call ${next + 1} is ${operation} ${asked}; when recorded, ${then}`,
        );
        onMismatch(mismatch);
        throw mismatch;
      }
      next += 1;
      if (call.error !== undefined)
        throw Object.assign(new Error(call.error.message), { name: call.error.name });
      return call.answer;
    };
  };
  const out: Record<string, unknown> = {};
  for (const operation of granted) {
    const [group, name] = operation.split(".") as [string, string | undefined];
    if (name === undefined) out[group] = part(operation);
    else out[group] = { ...(out[group] as object | undefined), [name]: part(operation) };
  }
  return out as Capabilities;
}

/** What is granted, by the names that {@link replayCalls} takes. */
export function grantedParts(capabilities: Capabilities): string[] {
  const names: string[] = [];
  wrapped(capabilities, (operation, part) => {
    names.push(operation);
    return part;
  });
  return names;
}
