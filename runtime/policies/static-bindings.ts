// Group and user bindings: all of an object's are answered together, as one result.
import type { Row, Snapshot } from "../store/contract.ts";
import { groupsWithAncestors } from "../users/groups.ts";
import type { Person } from "../users/person.ts";
import type { PolicyEngineMode, PolicyResult } from "./policy-result.ts";

type Binding = Row<"authentik_policies.policybinding">;

/** Whether a binding names a group or a user instead of a policy. */
export function isStatic(binding: Binding): boolean {
  return binding.policy === null;
}

/**
 * The one result of all static bindings: in mode `any` one that matches is enough, in mode `all` every one must. A user
 * without pk matches none, negated ones neither.
 */
export function staticResult(
  tx: Snapshot,
  bindings: readonly Binding[],
  mode: PolicyEngineMode,
  person: Person | null,
): PolicyResult {
  const groups = new Set(person === null ? [] : groupsWithAncestors(tx, person).map((group) => group.pk));
  const matches = (binding: Binding): boolean => {
    if (person === null || person.pk === null) return false;
    const member = binding.group !== null ? groups.has(binding.group) : binding.user === person.pk;
    return member !== binding.negate;
  };
  const passing = mode === "all" ? bindings.every(matches) : bindings.some(matches);
  return { passing, messages: [], changes: [], failures: [] };
}
