// Flows of dummy stages, for tests of what happens between stages.
import type { Execution, NewRow, Row } from "../../../runtime/index.ts";
import { PythonError } from "./fake-engine.ts";
import { type Installation, install } from "./harness.ts";

/** How a flow ends that was passed. */
export const ROOT = { component: "xak-flow-redirect", to: "/" };

/** An expression that raises. */
export const raising = (): never => {
  throw new PythonError("ZeroDivisionError", "division by zero");
};

/** A dummy stage. */
export function dummy(
  at: Installation,
  name: string,
  throw_error = false,
): Promise<Row<"authentik_stages_dummy.dummystage">> {
  return at.add("authentik_stages_dummy.dummystage", { name, throw_error });
}

/** An installation with the user marie and a flow "f". */
export interface DummyFlow {
  readonly at: Installation;
  readonly pk: string;
  readonly bindings: readonly Row<"authentik_flows.flowstagebinding">[];
  start(): Promise<Execution>;
}

/** A flow "f" of dummy stages with these names, and its bindings. */
export async function dummies(
  names: readonly string[],
  fields: Partial<NewRow<"authentik_flows.flow">> = {},
): Promise<DummyFlow> {
  const at = await install();
  await at.add("authentik_core.user", { username: "marie" });
  const stages = [];
  for (const name of names) stages.push(await dummy(at, name));
  return {
    at,
    ...(await at.flow("f", stages, fields)),
    start: () => at.runtime.flow("f").start({ user: "marie" }),
  };
}
