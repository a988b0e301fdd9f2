// Query sets answer as Django's do: fixtures/django/querysets.txt, recorded, over the same rows.
import "../../python/in-process.ts";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromJson } from "../../../../engine/expressions/context-tree.ts";
import { completeModel } from "../../../../engine/expressions/models/managers.ts";
import { declareModel, type Model } from "../../../../engine/expressions/models/model.ts";
import { qType } from "../../../../engine/expressions/models/q.ts";
import { recordOf } from "../../../../engine/expressions/models/relations.ts";
import { compile } from "../../../../engine/language/compile.ts";
import { abi } from "../../../../engine/python/abi.ts";
import { builtins } from "../../../../engine/python/builtins.ts";
import type { PyDict } from "../../../../engine/python/dict.ts";
import { PyException } from "../../../../engine/python/exceptions.ts";
import type { PyValue } from "../../../../engine/python/object.ts";
import { repr, str } from "../../../../engine/python/representation.ts";
import { installHost } from "../../../../engine/python/state.ts";
import { unlimited } from "../../python/in-process.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../../../fixtures/django/${name}.json`, import.meta.url), "utf8");
const tables = JSON.parse(read("rows")) as { [label: string]: { pk: string | number }[] };

const group = declareModel(
  "oracle.group",
  "Group",
  "oracle",
  `group_uuid:UUIDField! name:TextField! is_superuser:BooleanField attributes:JSONField users:<<oracle.user/groups`,
  (self) => `Group ${str(self.get("name"))}`,
);
const user = declareModel(
  "oracle.user",
  "User",
  "oracle",
  `id:AutoField! username:CharField! name:TextField is_active:BooleanField nick:TextField? last_login:DateTimeField?
   attributes:JSONField groups:>>oracle.group/users`,
  "username",
);
const token = declareModel(
  "oracle.token",
  "Token",
  "oracle",
  "id:AutoField! identifier:TextField! user:>oracle.user",
);
for (const model of [group, user, token]) completeModel(model);

const queries: { model: string; filters: unknown[]; order: string[]; limit: number | null }[] = [];
installHost({
  cpuTime: () => 0,
  regex: () => "",
  call: (_operation: string, argument: string) => {
    const query = JSON.parse(argument) as (typeof queries)[number];
    queries.push(query);
    return JSON.stringify({ ok: true, value: tables[query.model] });
  },
} as never);

const row = (model: Model, at: number): PyValue =>
  recordOf(model, fromJson(JSON.stringify(tables[model.label]?.[at])) as PyDict);
function names(): Map<string, PyValue> {
  return new Map<string, PyValue>([
    ["Group", group.type],
    ["User", user.type],
    ["Token", token.type],
    ["Q", qType],
    ...["a", "b", "c"].map((name, at): [string, PyValue] => [name, row(group, at)]),
    ...["marie", "paul", "zoe"].map((name, at): [string, PyValue] => [name, row(user, at)]),
  ]);
}
function answer(source: string): string {
  unlimited();
  queries.length = 0;
  const known = names();
  const factory = new Function(`return ${compile(source).code}`)() as (
    runtime: typeof abi,
  ) => (env: object) => PyValue;
  const none = () => undefined;
  try {
    return repr(
      factory(abi)({
        param: none,
        global: none,
        name: (name: string) => known.get(name) ?? builtins.get(name),
      }),
    );
  } catch (error) {
    if (error instanceof PyException) return `${error.cls.qualname}: ${str(error)}`;
    throw error;
  }
}

describe("query sets answer as Django does", () => {
  const recorded = JSON.parse(read("querysets")) as [source: string, answer: string][];
  it.each(recorded)("%s", (source, expected) => expect(answer(source)).toBe(expected));
  it("has enough recorded cases", () => expect(recorded.length).toBeGreaterThanOrEqual(250));
});
