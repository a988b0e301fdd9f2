// Random operations on a store, and what came of them, for comparing one store with another.
import fc from "fast-check";
import { MODEL_NAMES } from "../../../runtime/models/registry.ts";
import type { ModelName, Pk, Snapshot, Store, Transaction } from "../../../runtime/store/contract.ts";

const MOMENT = "2020-01-01T00:00:00.000Z";
const MOMENT_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;

/** Texts that stores have stumbled over. */
const TEXTS = [
  "",
  "a",
  "a",
  "b",
  "NUL \0",
  "\ud800 alone",
  "é😀",
  "\\u0000",
  '"',
  "'; DROP TABLE record; --",
  "{}",
  "x".repeat(5000),
];
const text = fc.constantFrom(...TEXTS);
const name = fc.constantFrom("a", "b", "c", "NUL \0", "é😀", "n".repeat(100));
const slot = fc.nat(4);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 });

/** Rows to insert. They are few and alike, so that they clash and refer to each other. */
const row: fc.Arbitrary<[ModelName, object]> = fc.oneof(
  fc
    .record({
      username: name,
      attributes: fc.record({ text, json: fc.jsonValue({ stringUnit: "binary" }) }),
      groups: fc.array(slot.map(uuid), { maxLength: 2 }),
      uuid: fc.uuid(),
      given: maybe(fc.integer({ min: 1, max: 12 })),
    })
    .map(({ given, ...fields }): [ModelName, object] => [
      "authentik_core.user",
      {
        ...fields,
        ...(given === null ? {} : { pk: given }),
        date_joined: MOMENT,
        password_change_date: MOMENT,
      },
    ]),
  fc
    .record({ pk: slot.map(uuid), name, parents: fc.array(slot.map(uuid), { maxLength: 2 }) })
    .map((fields): [ModelName, object] => ["authentik_core.group", fields]),
  fc
    .record({ pk: slot.map(uuid), slug: fc.constantFrom("a", "b", "c"), title: name })
    .map((fields): [ModelName, object] => [
      "authentik_flows.flow",
      { ...fields, name: "n", designation: "enrollment" },
    ]),
  fc
    .record({ pk: slot.map(uuid), name })
    .map((fields): [ModelName, object] => ["authentik_stages_deny.denystage", fields]),
  fc
    .record({ pk: slot.map(uuid), name, configure_flow: maybe(slot.map(uuid)) })
    .map((fields): [ModelName, object] => [
      "authentik_stages_authenticator_sms.authenticatorsmsstage",
      {
        ...fields,
        provider: "generic",
        from_number: "1",
        account_sid: "https://sms.example",
        auth: "secret",
      },
    ]),
  fc
    .record({ pk: slot.map(uuid), target: slot.map(uuid), stage: slot.map(uuid), order: fc.nat(1) })
    .map((fields): [ModelName, object] => ["authentik_flows.flowstagebinding", fields]),
  fc
    .record({
      user: fc.integer({ min: 1, max: 6 }),
      stage: slot.map(uuid),
      phone_number: name,
      token: maybe(name),
    })
    .map((fields): [ModelName, object] => [
      "authentik_stages_authenticator_sms.smsdevice",
      { ...fields, name: "n", valid_until: MOMENT, created: MOMENT, last_updated: MOMENT },
    ]),
  fc
    .record({ pk: text, data: fc.jsonValue({ stringUnit: "binary" }), expires: fc.constant(MOMENT) })
    .map((fields): [ModelName, object] => ["postern.flowsession", fields]),
);

/** One step of a transaction. */
type Step =
  | { readonly do: "insert"; readonly row: [ModelName, object] }
  | { readonly do: "update"; readonly row: [ModelName, object]; readonly at: number; readonly fields: number }
  | { readonly do: "delete" | "get"; readonly model: ModelName; readonly at: number }
  | { readonly do: "list"; readonly row: [ModelName, object]; readonly fields: number }
  | { readonly do: "fail" };

const model = row.map(([own]) => own);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("insert" as const), row }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("update" as const), row, at: slot, fields: fc.nat(63) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "get" as const), model, at: slot }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("list" as const), row, fields: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
);

/** Transactions, each a list of steps; most refusals end the transaction, some are caught within it. */
export const transactions: fc.Arbitrary<{ readonly steps: Step[]; readonly catches: boolean }[]> = fc.array(
  fc.record({ steps: fc.array(step, { maxLength: 6 }), catches: fc.boolean() }),
  { maxLength: 8 },
);

/** Runs transactions one after the other. What each answered, and all rows at the end. */
export async function outcomeOf(
  store: Store,
  todo: readonly { readonly steps: readonly Step[]; readonly catches: boolean }[],
): Promise<unknown[]> {
  const start = new Date().toISOString();
  const outcomes: unknown[] = [];
  for (const { steps, catches } of todo) {
    const outcome = await store
      .transaction((tx) => steps.map((one) => (catches ? told(() => take(tx, one)) : take(tx, one))))
      .catch(described);
    outcomes.push(outcome);
  }
  outcomes.push(await store.read(everything));
  return withoutNow(outcomes, start) as unknown[];
}

/** The same with one name for every moment from `start` on: a default that no two stores fill in alike. */
function withoutNow(value: unknown, start: string): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "string" && MOMENT_TEXT.test(inner) && inner >= start ? "now" : inner,
    ),
  );
}

/** All rows, by model, in order. */
export function everything(tx: Snapshot): unknown {
  return Object.fromEntries(
    MODEL_NAMES.map((own) => [own, tx.list(own)]).filter(([, rows]) => rows.length > 0),
  );
}

function take(tx: Transaction, one: Step): unknown {
  switch (one.do) {
    case "insert":
      return tx.insert(one.row[0], one.row[1] as never);
    case "update":
      return tx.update(one.row[0], pkAt(tx, one.row[0], one.at), some(one.row[1], one.fields) as never);
    case "delete":
      return tx.delete(one.model, pkAt(tx, one.model, one.at));
    case "get":
      return tx.get(one.model, pkAt(tx, one.model, one.at)) ?? null;
    case "list":
      return tx.list(one.row[0], some(one.row[1], one.fields) as never);
    case "fail":
      throw new RangeError("the work failed");
  }
}

/** The pk of a row, or one that there is none of. */
function pkAt(tx: Snapshot, own: ModelName, at: number): Pk {
  return tx.list(own)[at]?.pk ?? (own === "authentik_core.user" ? 99 : uuid(9));
}

/** Some of the fields, never the pk. */
function some(fields: object, mask: number): object {
  const own = Object.entries(fields).filter(([field]) => field !== "pk");
  return Object.fromEntries(own.filter((_, index) => ((mask >> index) & 1) === 1));
}

function told(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return described(error);
  }
}

function described(error: unknown): unknown {
  return error instanceof Error ? `${error.name}: ${error.message}` : error;
}
