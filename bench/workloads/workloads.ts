// The workloads W1 to W5: Python texts, and the contexts they are run on.
import { readFileSync } from "node:fs";
import type { JsonObject } from "../../engine/types.ts";
import { claimsContext, notificationContext, policyContext } from "./contexts.ts";

/** One Python text. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly kind: "policy" | "mapping";
  /** More than one: each is run on the context, and together they are one evaluation. */
  readonly sources: readonly Source[];
  readonly contexts: readonly JsonObject[];
}

/** So many that no answer can be that of the run before. */
const CONTEXTS = 60;

function source(path: string): Source {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return { name: /([^/]+)\.py$/.exec(path)?.[1] as string, text };
}
function contexts(make: (index: number) => JsonObject): JsonObject[] {
  return Array.from({ length: CONTEXTS }, (_, index) => make(index));
}

const phoneRegion = source("../../fixtures/policies/phone-region.py");
const stage = [
  phoneRegion,
  ...[
    "email-domain",
    "username-pattern",
    "country",
    "department",
    "auth-method",
    "user-agent",
    "reserved-name",
    "group-member",
    "locale",
  ].map((name) => source(`./stage/${name}.py`)),
];

export const workloads: readonly Workload[] = [
  {
    name: "W1",
    title: "the phone policy",
    kind: "policy",
    sources: [phoneRegion],
    contexts: contexts(policyContext),
  },
  {
    name: "W2",
    title: "a webhook mapping with f-strings",
    kind: "mapping",
    sources: [source("./webhook.py")],
    contexts: contexts(notificationContext),
  },
  {
    name: "W3",
    title: "a claims mapping over 50 groups",
    kind: "mapping",
    sources: [source("./claims.py")],
    contexts: contexts(claimsContext),
  },
  {
    name: "W4",
    title: "100,000 iterations of arithmetic, dict updates and string building",
    kind: "mapping",
    sources: [source("./counting.py")],
    contexts: [{}],
  },
  {
    name: "W5",
    title: "a stage's ten policies on one context",
    kind: "policy",
    sources: stage,
    contexts: contexts(policyContext),
  },
];

/** The policy whose compilation is timed and of which a thousand are kept. */
export const twentyLines: Source = source("./twenty-lines.py");

/** What one text answers on one context; of a policy also what it said. */
export interface Answer {
  readonly result: unknown;
  readonly messages: readonly string[];
}

/**
 * A text for peers whose values have no attributes: `request.user.email` becomes `request['user']['email']`, a method's
 * name stays.
 */
export function withSubscripts(text: string): string {
  return text.replace(
    /\b(request|notification|event|user)((?:\.\w+\b(?!\())+)/g,
    (_all, name, path: string) =>
      path
        .slice(1)
        .split(".")
        .reduce((made, key) => `${made}['${key}']`, name as string),
  );
}
