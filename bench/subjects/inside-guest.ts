// The guest of the measurements inside the isolate: the product's own, the hand-written programs beside it, and a loop
// that times either. Built into a snapshot of its own for the bench; the product's guest knows nothing of it.
import "../../engine/expressions/guest.ts";
import { plain } from "../workloads/plain.ts";

interface Host {
  cpuMs(): number;
}
interface Guest {
  boot(host: Host): void;
  evaluate(id: string, kind: string, contextJson: string, optionsJson: string): string;
}
const realm = globalThis as unknown as { __postern: Guest };
const product = realm.__postern;
let host: Host;

/** A program in either form. */
interface Program {
  readonly id: string;
  readonly name: string;
}
interface Prepared {
  readonly kind: string;
  readonly programs: readonly Program[];
  readonly contexts: readonly string[];
}
const prepared = new Map<string, Prepared>();

/** The hand-written program with the same duty as the product's `evaluate`: a context's JSON in, an outcome's out. */
function evaluatePlain(name: string, contextJson: string): string {
  const messages: string[] = [];
  const result = plain[name](JSON.parse(contextJson), (message) => messages.push(message));
  return JSON.stringify({ ok: true, passing: Boolean(result), messages, result: result ?? null });
}

/** Work of this thread alone: other processes of a busy machine do not count. */
function time({ kind, programs, contexts }: Prepared, mode: string, count: number, options: string): number {
  const since = host.cpuMs();
  for (let index = 0; index < count; index += 1) {
    const context = contexts[index % contexts.length];
    for (const { id, name } of programs) {
      if (mode === "by hand") evaluatePlain(name, context);
      else product.evaluate(id, kind, context, options);
    }
  }
  return host.cpuMs() - since;
}

realm.__postern = {
  ...product,
  boot(given: Host): void {
    host = given;
    product.boot(given);
  },
  evaluate(id: string, kind: string, contextJson: string, optionsJson: string): string {
    if (kind === "bench-prepare") {
      const { name, ...rest } = JSON.parse(contextJson) as Prepared & { name: string };
      prepared.set(name, rest);
      return "null";
    }
    if (kind === "bench-plain") return evaluatePlain(id, contextJson);
    if (kind === "bench-time") {
      const { name, mode, count } = JSON.parse(contextJson) as { name: string; mode: string; count: number };
      return String(time(prepared.get(name) as Prepared, mode, count, optionsJson));
    }
    return product.evaluate(id, kind, contextJson, optionsJson);
  },
};
