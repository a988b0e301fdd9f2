// Lists against a plain model of them: any data, any filter, search, order and page give what reading it all would.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createToken } from "../../../server/tokens.ts";
import { managementUnderTest } from "./management.ts";

const at = managementUnderTest();

const word = fc.constantFrom("a", "b", "ab", "B a", "ba%", "_", 'q"x', "ä");
const prompt = fc.record({
  field_key: word,
  label: word,
  type: fc.constantFrom("text", "username", "hidden" as const),
  order: fc.integer({ min: -2, max: 2 }),
  required: fc.boolean(),
});
type Prompt = { field_key: string; label: string; type: string; order: number; required: boolean };

const SORTABLE = ["field_key", "label", "type", "order", "required"] as const;
const query = fc.record({
  type: fc.option(fc.constantFrom("text", "username", "hidden")),
  field_key: fc.option(word),
  search: fc.option(fc.constantFrom("a", "B", "b a", "a,b", "%", '"B a"', "zz")),
  ordering: fc.option(
    fc.array(
      fc
        .tuple(fc.constantFrom(...SORTABLE, "nonsense" as const), fc.boolean())
        .map(([field, down]) => ({ field, down })),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  page_size: fc.option(fc.constantFrom("1", "2", "3", "7", "100", "1000", "0", "-1", "x")),
  page: fc.option(fc.constantFrom("1", "2", "3", "9", "0", "-1", "x", "last")),
});
type Query = {
  type: string | null;
  field_key: string | null;
  search: string | null;
  ordering: { field: string; down: boolean }[] | null;
  page_size: string | null;
  page: string | null;
};

const TERMS: { readonly [search: string]: readonly string[] } = {
  a: ["a"],
  B: ["b"],
  "b a": ["b", "a"],
  "a,b": ["a", "b"],
  "%": ["%"],
  '"B a"': ["b a"],
  zz: ["zz"],
};

/** The page that is to come, by hand. */
function expected(rows: readonly (Prompt & { name: string })[], asked: Query) {
  const terms = asked.search === null ? [] : TERMS[asked.search];
  const met = rows.filter(
    (row) =>
      (asked.type === null || row.type === asked.type) &&
      (asked.field_key === null || row.field_key === asked.field_key) &&
      terms.every((term) =>
        [row.field_key, row.name, row.label, row.type].some((text) => text.toLowerCase().includes(term)),
      ),
  );
  const known = (asked.ordering ?? []).filter(({ field }) => field !== "nonsense");
  const keys = known.length > 0 ? known : [{ field: "field_key", down: false }];
  const sorted = met.toSorted((a, b) => {
    for (const { field, down } of keys) {
      const [left, right] = [a, b].map((row) => row[field as (typeof SORTABLE)[number]]);
      if (left !== right) return left < right === !down ? -1 : 1;
    }
    return 0;
  });
  const size = { 1: 1, 2: 2, 3: 3, 7: 7, 100: 100, 1000: 100 }[asked.page_size ?? ""] ?? 20;
  const pages = Math.max(1, Math.ceil(sorted.length / size));
  const page = asked.page === null ? 1 : asked.page === "last" ? pages : Number(asked.page);
  if (!(page >= 1 && page <= pages)) return undefined;
  const start = (page - 1) * size;
  return {
    names: sorted.slice(start, start + size).map(({ name }) => name),
    pagination: {
      next: page < pages ? page + 1 : 0,
      previous: page > 1 ? page - 1 : 0,
      count: sorted.length,
      current: page,
      total_pages: pages,
      start_index: sorted.length === 0 ? 0 : start + 1,
      end_index: Math.min(start + size, sorted.length),
    },
  };
}

test("filters, search, order and pages are those of reading it all", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(prompt, { maxLength: 9 }),
      fc.array(query, { minLength: 5, maxLength: 5 }),
      async (prompts, queries) => {
        const rows = prompts.map((row, index) => ({ ...row, name: `n${index}` }));
        await at.running.store.transaction((tx) => {
          for (const { pk } of tx.list("authentik_stages_prompt.prompt"))
            tx.delete("authentik_stages_prompt.prompt", pk);
          for (const row of rows) tx.insert("authentik_stages_prompt.prompt", row);
        });
        for (const asked of queries) {
          const { ordering, ...others } = asked;
          const parameters = new URLSearchParams();
          for (const [name, value] of Object.entries(others)) if (value !== null) parameters.set(name, value);
          if (ordering !== null)
            parameters.set(
              "ordering",
              ordering.map(({ field, down }) => `${down ? "-" : ""}${field}`).join(),
            );
          const { status, body } = await at.get(`/stages/prompt/prompts/?${parameters}`);
          const page = expected(rows, asked);
          if (page === undefined)
            expect({ status, body }).toEqual({ status: 404, body: { detail: "Invalid page." } });
          else {
            expect(body.pagination).toEqual(page.pagination);
            expect(body.results.map(({ name }: { name: string }) => name)).toEqual(page.names);
            expect(body.autocomplete).toEqual({});
          }
        }
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

test("a user's list holds their own devices only, whatever is asked", async () => {
  const stage = await at.create("/stages/authenticator/sms/", {
    name: "s",
    provider: "twilio",
    from_number: "1",
    account_sid: "a",
    auth: "b",
  });
  const users = await Promise.all(
    ["one", "two"].map((username) => at.add("authentik_core.user", { username })),
  );
  for (const [index, user] of [...users, ...users].entries()) {
    await at.add("authentik_stages_authenticator_sms.smsdevice", {
      user: user.pk,
      stage: stage.pk,
      phone_number: `+${index}`,
      name: `d${index}`,
    });
  }
  const token = await at.running.store.transaction((tx) => createToken(tx, users[0].pk).key);
  for (const ask of [
    "",
    "?name=d1",
    "?user=2",
    `?user=${users[1].pk}`,
    "?search=d",
    "?ordering=-user&page_size=100",
  ]) {
    const { body } = await at.ask("GET", `/authenticators/sms/${ask}`, undefined, at.running.client(token));
    for (const device of body.results) expect(device.user.pk).toBe(users[0].pk);
  }
});
