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

/** A group or user binding, and whether it lets the user pass. */
export interface StaticMatch {
  /** pk of the binding. */
  readonly binding: string;
  readonly matches: boolean;
}

/** Which bindings let a person pass. A user without pk matches none, negated ones neither. */
export function staticMatches(
  tx: Snapshot,
  bindings: readonly Binding[],
  person: Person | null,
): StaticMatch[] {
  if (bindings.length === 0) return [];
  const groups = new Set(person === null ? [] : groupsWithAncestors(tx, person).map((group) => group.pk));
  return bindings.map(({ pk, group, user, negate }) => {
    if (person === null || person.pk === null) return { binding: pk, matches: false };
    const member = group !== null ? groups.has(group) : user === person.pk;
    return { binding: pk, matches: member !== negate };
  });
}

/** The one result of all static bindings: in mode `any` one that matches is enough, in mode `all` every one must. */
export function staticResult(found: readonly StaticMatch[], mode: PolicyEngineMode): PolicyResult {
  const passes = ({ matches }: StaticMatch): boolean => matches;
  const passing = mode === "all" ? found.every(passes) : found.some(passes);
  return { passing, messages: [], changes: [], failures: [] };
}
