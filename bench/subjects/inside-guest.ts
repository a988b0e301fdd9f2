// The guest of the measurements inside the isolate: the product's own, the hand-written programs beside it, and a loop
// that times either. Built into a snapshot of its own for the bench; the product's guest knows nothing of it.
import "../../engine/expressions/guest.ts";
import { plain } from "../workloads/plain.ts";

interface Host {
  cpuMs(): number;
}
interface Guest {
  boot(host: Host): void;
  evaluate(id: string, contextJson: string, settings: string, options: string, index: number): string;
}
const realm = globalThis as unknown as { __postern: Guest };
const product = realm.__postern;
let host: Host;

/** A program in either form. */
interface Program {
  readonly id: string;
  readonly name: string;
  readonly options: string;
}
interface Prepared {
  readonly programs: readonly Program[];
  /** The contexts as callers have them, what crosses to the isolate of them, and the same as JSON. */
  readonly whole: readonly string[];
  readonly crossing: readonly string[];
  readonly reached: readonly string[];
}
const prepared = new Map<string, Prepared>();

/** The hand-written program with the same duty as the product's `evaluate`: of a context to an outcome's JSON. */
function evaluateByHand(name: string, context: unknown): string {
  const messages: string[] = [];
  const result = plain[name](context, (message) => messages.push(message));
  return JSON.stringify({ ok: true, passing: Boolean(result), messages, result: result ?? null });
}

interface TimeRequest {
  readonly name: string;
  readonly count: number;
  readonly program: "own" | "by hand";
  readonly text: "whole" | "crossing";
}

/** Milliseconds of this thread alone: other processes of a busy machine do not count. */
function time({ programs, ...texts }: Prepared, request: TimeRequest, settings: string): number {
  const { count, program, text } = request;
  const contexts = program === "by hand" && text === "crossing" ? texts.reached : texts[text];
  const since = host.cpuMs();
  for (let index = 0; index < count; index += 1) {
    const context = contexts[index % contexts.length];
    if (program === "own") {
      for (const { id, options } of programs) product.evaluate(id, context, settings, options, 0);
    } else {
      const parsed: unknown = JSON.parse(context);
      for (const { name } of programs) evaluateByHand(name, parsed);
    }
  }
  return host.cpuMs() - since;
}

/** What the bench asks for, as programs whose context is the request. */
const requests: Record<string, (request: never, settings: string) => string> = {
  "bench:prepare": ({ name, ...rest }: Prepared & { name: string }) => {
    prepared.set(name, rest);
    return "null";
  },
  "bench:by-hand": ({ name, context }: { name: string; context: string }) =>
    evaluateByHand(name, JSON.parse(context)),
  "bench:time": (request: TimeRequest, settings) =>
    String(time(prepared.get(request.name) as Prepared, request, settings)),
};

realm.__postern = {
  ...product,
  boot(given: Host): void {
    host = given;
    product.boot(given);
  },
  evaluate(id: string, contextJson: string, settings: string, options: string, index: number): string {
    const request = requests[id];
    if (request === undefined) return product.evaluate(id, contextJson, settings, options, index);
    return request(JSON.parse(contextJson) as never, settings);
  },
};
