// The guest of the measurements inside the isolate: the product's own, the hand-written programs beside it, and a loop
// that times either. Built into a snapshot of its own for the bench; the product's guest knows nothing of it.
import "../../engine/expressions/guest.ts";
import { plain } from "../workloads/plain.ts";

interface Host {
  cpuMs(): number;
}
interface Guest {
  boot(host: Host): void;
  evaluate(id: string, contextJson: string, settings: string, options: string): string;
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
  readonly contexts: readonly string[];
}
const prepared = new Map<string, Prepared>();

/** The hand-written program with the same duty as the product's `evaluate`: a context's JSON in, an outcome's out. */
function evaluateByHand(name: string, contextJson: string): string {
  const messages: string[] = [];
  const result = plain[name](JSON.parse(contextJson), (message) => messages.push(message));
  return JSON.stringify({ ok: true, passing: Boolean(result), messages, result: result ?? null });
}

/** Milliseconds of this thread alone: other processes of a busy machine do not count. */
function time({ programs, contexts }: Prepared, byHand: boolean, count: number, settings: string): number {
  const since = host.cpuMs();
  for (let index = 0; index < count; index += 1) {
    const context = contexts[index % contexts.length];
    for (const { id, name, options } of programs) {
      if (byHand) evaluateByHand(name, context);
      else product.evaluate(id, context, settings, options);
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
  "bench:by-hand": ({ name, context }: { name: string; context: string }) => evaluateByHand(name, context),
  "bench:time": ({ name, mode, count }: { name: string; mode: string; count: number }, settings) =>
    String(time(prepared.get(name) as Prepared, mode === "by hand", count, settings)),
};

realm.__postern = {
  ...product,
  boot(given: Host): void {
    host = given;
    product.boot(given);
  },
  evaluate(id: string, contextJson: string, settings: string, options: string): string {
    const request = requests[id];
    if (request === undefined) return product.evaluate(id, contextJson, settings, options);
    return request(JSON.parse(contextJson) as never, settings);
  },
};
