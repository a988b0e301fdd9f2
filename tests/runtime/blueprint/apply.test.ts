// Applying blueprints: states, lookups, tags, and all or nothing with every problem at its line.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonValue } from "../../../engine/types.ts";
import { type ApplyOptions, applyBlueprint, type BlueprintReport } from "../../../runtime/blueprint/apply.ts";
import { BlueprintError } from "../../../runtime/blueprint/errors.ts";
import { parseBlueprint } from "../../../runtime/blueprint/parse.ts";
import { verifyPassword } from "../../../runtime/models/password.ts";
import type { Store } from "../../../runtime/store/contract.ts";
import { memoryStore } from "../../../runtime/store/memory.ts";

const FLOW = "authentik_flows.flow";
const USER = "authentik_core.user";
const GROUP = "authentik_core.group";
const POLICY = "authentik_policies_expression.expressionpolicy";
const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";

let store: Store;
beforeEach(() => {
  store = memoryStore();
});
afterEach(() => store.close());

function apply(entries: string, options?: ApplyOptions, context = ""): Promise<BlueprintReport> {
  const text = `version: 1\n${context}entries:\n${entries}`;
  return applyBlueprint(store, parseBlueprint(text, { file: "b.yaml" }), options);
}
async function refusal(entries: string, options?: ApplyOptions, context?: string): Promise<string> {
  const error: unknown = await apply(entries, options, context).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BlueprintError);
  return (error as BlueprintError).message;
}
const actions = (report: BlueprintReport) => report.entries.map((entry) => entry.action);

const A_FLOW = `
- model: authentik_flows.flow
  id: flow
  identifiers: {slug: enroll}
  attrs: {name: Enroll, title: Enroll, designation: enrollment}
`;
const A_STAGE = `
- model: authentik_stages_deny.denystage
  id: deny
  identifiers: {name: deny}
`;

describe("the documents' blueprint", () => {
  const file = join(import.meta.dirname, "../../../fixtures/blueprints/sms-enrollment.yaml");
  const blueprint = () => parseBlueprint(readFileSync(file, "utf8"), { file });

  it("is applied, and changes nothing the second time", async () => {
    const first = await applyBlueprint(store, blueprint());
    expect(new Set(actions(first))).toEqual(new Set(["created"]));
    const second = await applyBlueprint(store, blueprint());
    expect(new Set(actions(second))).toEqual(new Set(["unchanged"]));
    expect(second.entries.map((entry) => entry.pk)).toEqual(first.entries.map((entry) => entry.pk));
    const prompt = await store.read((tx) => tx.list("authentik_stages_prompt.prompt")[0]);
    expect(prompt).toMatchObject({ placeholder: "+1234 567 890", required: true, order: 0 });
  });

  it("takes the caller's context over its own", async () => {
    await applyBlueprint(store, blueprint(), { context: { gateway_url: "https://other.example" } });
    const stage = await store.read((tx) => tx.list(SMS_STAGE, { name: "sms-generic" })[0]);
    expect(stage).toMatchObject({ account_sid: "https://other.example", auth: "gateway-token" });
  });

  it("checked without being applied changes nothing", async () => {
    const report = await applyBlueprint(store, blueprint(), { dryRun: true });
    expect(report.entries.length).toBeGreaterThan(10);
    expect(await store.read((tx) => tx.list(FLOW))).toEqual([]);
  });
});

describe("states", () => {
  it("present creates, then updates what the attrs say and leaves the rest", async () => {
    await apply(A_FLOW);
    const changed = "- model: authentik_flows.flow\n  identifiers: {slug: enroll}\n  attrs: {title: New}";
    expect(actions(await apply(changed))).toEqual(["updated"]);
    expect(await store.read((tx) => tx.list(FLOW))).toMatchObject([{ name: "Enroll", title: "New" }]);
  });

  it("created leaves an object alone that is there", async () => {
    await apply(A_FLOW);
    const entry =
      "- model: authentik_flows.flow\n  state: created\n  identifiers: {slug: enroll}\n  attrs: {title: New}";
    expect(actions(await apply(entry))).toEqual(["kept"]);
    expect(await store.read((tx) => tx.list(FLOW)[0].title)).toBe("Enroll");
  });

  it("must_created refuses an object that is there", async () => {
    const entry = `${A_FLOW}  state: must_created\n`;
    expect(actions(await apply(entry))).toEqual(["created"]);
    expect(await refusal(entry)).toMatch(
      /^b\.yaml:4:3: State is set to must_created and object exists already/,
    );
  });

  it("absent deletes, is content when there is nothing, and does not look at attrs", async () => {
    await apply(A_FLOW);
    const entry =
      "- model: authentik_flows.flow\n  state: absent\n  identifiers: {slug: enroll}\n  attrs: {order: [x]}";
    expect(actions(await apply(entry))).toEqual(["deleted"]);
    expect(actions(await apply(entry))).toEqual(["absent"]);
  });

  it("absent of a protected object is refused at its line", async () => {
    await apply(
      `- model: authentik_core.user\n  identifiers: {username: a}\n- model: ${SMS_STAGE}\n  identifiers: {name: s}\n  attrs: {provider: generic, from_number: 1, account_sid: u, auth: k}`,
    );
    await store.transaction((tx) => {
      const stage = tx.list(SMS_STAGE)[0].pk;
      tx.insert("authentik_stages_authenticator_sms.smsdevice", {
        user: 1,
        stage,
        phone_number: "1",
        name: "n",
      });
    });
    const message = await refusal(`- model: ${SMS_STAGE}\n  state: absent\n  identifiers: {name: s}`);
    expect(message).toMatch(/^b\.yaml:3:3: .*cannot be deleted: .*smsdevice 1 still refers to it/);
  });

  it("may be a tag", async () => {
    const entry = `${A_FLOW}  state: !Context state\n`;
    expect(actions(await apply(entry, { context: { state: "absent" } }))).toEqual(["absent"]);
    expect(await refusal(entry, { context: { state: "x" } })).toMatch(/there is no state "x"/);
  });
});

describe("identifiers", () => {
  it("are needed", async () => {
    expect(await refusal("- model: authentik_flows.flow\n  attrs: {slug: a}")).toMatch(
      /^b\.yaml:3:3: No or invalid identifiers/,
    );
  });

  it("all have to fit, or the pk alone", async () => {
    const pk = "0a1b2c3d-0000-4000-8000-0123456789ab";
    await apply(`- model: ${GROUP}\n  identifiers: {pk: ${pk.toUpperCase()}}\n  attrs: {name: g}`);
    expect(await store.read((tx) => tx.get(GROUP, pk)?.name)).toBe("g");
    expect(actions(await apply(`- model: ${GROUP}\n  identifiers: {pk: ${pk}, name: h}`))).toEqual([
      "updated",
    ]);
    expect(await store.read((tx) => tx.list(GROUP).map((group) => group.name))).toEqual(["h"]);
  });

  it("of an object that has another pk here are rewritten in later entries", async () => {
    const pk = "0a1b2c3d-0000-4000-8000-0123456789ab";
    await store.transaction((tx) => tx.insert(GROUP, { name: "g" }));
    await apply(
      `- model: ${GROUP}\n  identifiers: {pk: ${pk}, name: g}\n- model: ${USER}\n  identifiers: {username: a}\n  attrs: {groups: [${pk}]}`,
    );
    const [group, user] = await store.read((tx) => [tx.list(GROUP)[0], tx.list(USER)[0]] as const);
    expect(user.groups).toEqual([group.pk]);
  });

  it("that are maps are contained in what is found", async () => {
    await store.transaction((tx) =>
      tx.insert(USER, { username: "a", attributes: { team: { id: 1 }, x: 1 } }),
    );
    const entry = (id: number) =>
      `- model: ${USER}\n  state: created\n  identifiers: {attributes: {team: {id: ${id}}}}\n  attrs: {username: b}`;
    expect(actions(await apply(entry(1)))).toEqual(["kept"]);
    expect(actions(await apply(entry(2)))).toEqual(["created"]);
  });
});

describe("conditions", () => {
  it("skip an entry unless all are truthy, in Python's sense", async () => {
    const entry = (condition: string) => `${A_FLOW}  conditions: [true, ${condition}]\n`;
    for (const falsy of ["false", "0", '""', "[]", "{}", "null", "0.0", "!Context nothing"]) {
      expect(actions(await apply(entry(falsy)))).toEqual(["skipped"]);
    }
    expect(actions(await apply(entry('"0"')))).toEqual(["created"]);
  });

  it("let one of two entries with the same id be the one that !KeyOf means", async () => {
    const either = (slug: string, holds: boolean) =>
      `- model: ${FLOW}\n  id: flow\n  conditions: [${holds}]\n  identifiers: {slug: ${slug}}\n  attrs: {name: n, title: t, designation: enrollment}\n`;
    const binding = `- model: authentik_flows.flowstagebinding\n  identifiers: {target: !KeyOf flow, stage: !KeyOf deny, order: 0}`;
    await apply(`${either("a", false)}${either("b", true)}${A_STAGE}${binding}`);
    const target = await store.read((tx) => {
      const [row] = tx.list("authentik_flows.flowstagebinding");
      return tx.get(FLOW, row.target)?.slug;
    });
    expect(target).toBe("b");
  });
});

/** What a tag evaluates to, kept in a user's attributes. */
async function evaluated(tag: string, options?: ApplyOptions, context?: string): Promise<JsonValue> {
  const entry = `- model: ${USER}\n  identifiers: {username: tagged}\n  attrs:\n    attributes:\n      it: ${tag}\n`;
  await apply(entry, options, context);
  return store.read((tx) => tx.list(USER, { username: "tagged" })[0].attributes.it);
}
async function tagRefusal(tag: string, options?: ApplyOptions): Promise<string> {
  return refusal(
    `- model: ${USER}\n  identifiers: {username: tagged}\n  attrs:\n    attributes:\n      it: ${tag}\n`,
    options,
  );
}

describe("tags", () => {
  it("!KeyOf gives the pk of an earlier entry", async () => {
    await apply(
      `${A_FLOW}${A_STAGE}- model: authentik_flows.flowstagebinding\n  identifiers: {target: !KeyOf flow, stage: !KeyOf deny, order: 5}\n`,
    );
    const [flow, binding] = await store.read(
      (tx) => [tx.list(FLOW)[0], tx.list("authentik_flows.flowstagebinding")[0]] as const,
    );
    expect(binding).toMatchObject({ target: flow.pk, order: 5, re_evaluate_policies: true });
  });

  it("!KeyOf says why there is no such entry", async () => {
    const binding =
      "- model: authentik_flows.flowstagebinding\n  identifiers: {target: !KeyOf flow, stage: !KeyOf deny, order: 5}\n";
    expect(await refusal(binding + A_FLOW)).toMatch(
      /^b\.yaml:4:25: !KeyOf flow: the entry with this id stands later \(move the entry of line 6 before/,
    );
    expect(await refusal(`${A_FLOW}${A_STAGE.replace("id: deny", "id: denny")}${binding}`)).toMatch(
      /!KeyOf deny: there is no entry with this id \(did you mean denny\?\)/,
    );
    expect(await refusal(`${A_FLOW}  conditions: [false]\n${A_STAGE}${binding}`)).toMatch(
      /!KeyOf flow: the entry with this id has no object \(its conditions/,
    );
  });

  it("!Find finds by lookups, and gives null where there is nothing", async () => {
    await apply(A_FLOW + A_STAGE);
    await apply(
      `- model: authentik_flows.flowstagebinding\n  identifiers: {target: !Find [authentik_flows.flow, [slug, enroll]], stage: !Find [authentik_flows.stage, [name, deny]], order: 5}`,
    );
    const flow = await store.read((tx) => tx.list(FLOW)[0].pk);
    const binding = await store.read((tx) => tx.list("authentik_flows.flowstagebinding")[0].pk);
    const bindings = "authentik_flows.flowstagebinding";
    const finds: [string, JsonValue][] = [
      ["[authentik_flows.flow, [slug, !Context s]]", flow],
      ["[authentik_flows.Flow, [slug__iexact, ENROLL], [designation__in, [enrollment, recovery]]]", flow],
      ["[authentik_flows.flow, [slug, nothing]]", null],
      [`[authentik_flows.flow, [pk, ${flow.toUpperCase()}]]`, flow],
      [`[${bindings}, [target__slug, enroll], [stage__name__startswith, de]]`, binding],
      [`[${bindings}, [target_id, ${flow}]]`, binding],
      [`[${bindings}, [order__gt, 5]]`, null],
      [`[${bindings}, [order__lte, 5]]`, binding],
    ];
    for (const [find, expected] of finds) {
      expect([find, await evaluated(`!Find ${find}`, { context: { s: "enroll" } })]).toEqual([
        find,
        expected,
      ]);
    }
  });

  it("!Find goes into JSON fields and over lists of references", async () => {
    await store.transaction((tx) => {
      const group = tx.insert(GROUP, { name: "staff", attributes: { floor: { nr: 3 } } });
      tx.insert(USER, { username: "member", groups: [group.pk], attributes: { tags: ["a", "b"] } });
    });
    const find = (conditions: string) => evaluated(`!Find [${USER}, ${conditions}]`);
    expect(await find("[groups__name, staff]")).toBe(1);
    expect(await find("[groups__attributes__floor__nr, 3]")).toBe(1);
    expect(await find("[groups__attributes__floor__contains, {nr: 3}]")).toBe(1);
    expect(await find("[attributes__tags__contains, [b]]")).toBe(1);
    expect(await find("[attributes__nothing__at__all, 1]")).toBeNull();
    expect(await find("[last_login__isnull, true], [username, member]")).toBe(1);
  });

  it("!Find names what it cannot look for", async () => {
    expect(await tagRefusal("!Find [authentik_flows.flow, [colour, red]]")).toMatch(
      /^b\.yaml:7:11: authentik_flows\.flow has no field colour/,
    );
    expect(await tagRefusal("!Find [a.b, [x, 1]]")).toMatch(/Postern has no model "a\.b"/);
    expect(await tagRefusal("!Find [authentik_flows.flow, slug]")).toMatch(
      /a condition is a list of a field/,
    );
    expect(await tagRefusal("!Find [authentik_flows.flow]")).toMatch(
      /!Find takes a list of at least 2 items/,
    );
  });

  it("!FindObject gives the object without its secrets", async () => {
    await apply(
      `- model: ${SMS_STAGE}\n  identifiers: {name: s}\n  attrs: {provider: generic, from_number: 1, account_sid: u, auth: CANARY, auth_password: CANARY}`,
    );
    const found = await evaluated(`!FindObject [${SMS_STAGE}, [name, s]]`);
    expect(found).toMatchObject({ name: "s", account_sid: "u" });
    expect(JSON.stringify(found)).not.toContain("CANARY");
    expect(await evaluated(`!AtIndex [!FindObject [${SMS_STAGE}, [name, s]], provider]`)).toBe("generic");
    expect(await evaluated(`!FindObject [${SMS_STAGE}, [name, x]]`)).toBeNull();
  });

  it("!Context merges the caller's values over the file's", async () => {
    const context = "context: {a: 1, m: {x: 1, y: {z: 1}}, l: [1], t: !Format ['%s!', !Context a]}\n";
    const given = { context: { m: { y: { w: 2 } }, l: [2], b: "given" } };
    expect(await evaluated("!Context a", given, context)).toBe(1);
    expect(await evaluated("!Context b", given, context)).toBe("given");
    expect(await evaluated("!Context m", given, context)).toEqual({ x: 1, y: { z: 1, w: 2 } });
    expect(await evaluated("!Context l", given, context)).toEqual([1, 2]);
    expect(await evaluated("!Context t", given, context)).toBe("1!");
    expect(await evaluated("!Context nothing")).toBeNull();
    expect(await evaluated("!Context [nothing, [1, !Context b]]", given)).toEqual([1, "given"]);
    expect(await evaluated("!Context goauthentik.io/enterprise/licensed")).toBe(false);
    expect(await evaluated("!Context toString")).toBeNull();
  });

  it("!Context that goes in circles is refused", async () => {
    expect(
      await refusal(
        A_FLOW.replace("Enroll,", "!Context a,"),
        {},
        "context: {a: !Context b, b: !Context a}\n",
      ),
    ).toMatch(/nested more than/);
  });

  it("!Env sees only what it is given, and takes empty for unset", async () => {
    process.env.POSTERN_TEST_CANARY = "secret";
    expect(await evaluated("!Env POSTERN_TEST_CANARY")).toBeNull();
    delete process.env.POSTERN_TEST_CANARY;
    const env = { A: "x", EMPTY: "" };
    expect(await evaluated("!Env A", { env })).toBe("x");
    expect(await evaluated("!Env [EMPTY, !Format ['%s', d]]", { env })).toBe("d");
  });

  it("!File is refused unless reading is allowed; then trims, and falls back", async () => {
    expect(await tagRefusal("!File /etc/hostname")).toMatch(
      /^b\.yaml:7:11: !File \/etc\/hostname: reading files is not allowed/,
    );
    const readFile = (path: string) => {
      if (path === "here") return " text\n";
      throw new Error("not there");
    };
    expect(await evaluated("!File here", { readFile })).toBe("text");
    expect(await evaluated("!File [gone, fallback]", { readFile })).toBe("fallback");
    expect(await evaluated("!File gone", { readFile })).toBeNull();
  });

  it("!Format formats as Python does", async () => {
    expect(await evaluated("!Format ['%s-%05d-%%', !Context [x, a], 42]")).toBe("a-00042-%");
    expect(await tagRefusal("!Format ['%s %s', a]")).toMatch(
      /!Format: not enough arguments for format string/,
    );
    expect(await tagRefusal("!Format [1, a]")).toMatch(/^b\.yaml:7:20: a text is wanted here/);
  });

  it("!If chooses, and evaluates only what it chose", async () => {
    expect(await evaluated("!If [yes]")).toBe(true);
    expect(await evaluated("!If [!Context nothing, !KeyOf nowhere, b]")).toBe("b");
    expect(await evaluated("!If [[0], {a: !Format ['%s', x]}, b]")).toEqual({ a: "x" });
    expect(await tagRefusal("!If []")).toMatch(/!If takes a list of 1 to 3 items/);
  });

  it("!Condition combines truths", async () => {
    const table: [string, boolean, boolean, boolean][] = [
      ["AND", false, false, true],
      ["nand", true, true, false],
      ["OR", false, true, true],
      ["NOR", true, false, false],
      ["XOR", false, true, false],
      ["XNOR", true, false, true],
    ];
    for (const [mode, none, one, both] of table) {
      expect(await evaluated(`!Condition [${mode}, 0, false]`)).toBe(none);
      expect(await evaluated(`!Condition [${mode}, "", x]`)).toBe(one);
      expect(await evaluated(`!Condition [${mode}, 1, x]`)).toBe(both);
    }
    expect(await tagRefusal("!Condition [AND]")).toMatch(/at least 2 items/);
    expect(await tagRefusal("!Condition [MAYBE, 1]")).toMatch(/not a mode/);
  });

  it("!Enumerate goes through lists and maps, one within another", async () => {
    expect(await evaluated("!Enumerate [[a, b], SEQ, !Format ['%d%s', !Index 0, !Value 0]]")).toEqual([
      "0a",
      "1b",
    ]);
    expect(await evaluated("!Enumerate [{x: 1, y: 2}, MAP, [!Index 0, !AtIndex [!Value 0, 1]]]")).toEqual({
      x: 1,
      y: 2,
    });
    expect(await evaluated("!Enumerate [[a, b], MAP, {fix: !Value 0}]")).toEqual({ fix: "b" });
    const nested = "!Enumerate [[a, b], SEQ, !Enumerate [[1, 2], SEQ, !Format ['%s%s', !Value 1, !Value 0]]]";
    expect(await evaluated(nested)).toEqual([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
    expect(await tagRefusal("!Value 0")).toMatch(/!Value 0: there is no !Enumerate that far around it/);
    expect(await tagRefusal("!Enumerate [[a], SEQ, !Index 1]")).toMatch(/!Index 1: there is no !Enumerate/);
    expect(await tagRefusal("!Enumerate [5, SEQ, x]")).toMatch(/only lists and maps/);
    expect(await tagRefusal("!Enumerate [[1], MAP, x]")).toMatch(/has to give \[key, value\]/);
  });

  it("!AtIndex and !ParseJSON take values apart", async () => {
    expect(await evaluated("!AtIndex [[a, b], -1]")).toBe("b");
    expect(await evaluated("!AtIndex [{a: 1}, b, 7]")).toBe(7);
    expect(await evaluated(`!ParseJSON '{"a": [1, null]}'`)).toEqual({ a: [1, null] });
    expect(await tagRefusal("!AtIndex [[a], 3]")).toMatch(/^b\.yaml:7:26: !AtIndex: there is no element 3/);
    expect(await tagRefusal("!AtIndex [{a: 1}, constructor]")).toMatch(/there is no element "constructor"/);
    expect(await tagRefusal("!ParseJSON '{CANARY'")).toMatch(/the text is not JSON$/);
    expect(await tagRefusal(`!ParseJSON '{"__proto__": 1}'`)).toMatch(/"__proto__" is not allowed/);
  });
});

describe("YAML", () => {
  it("is read as PyYAML does, but dates stay text", async () => {
    const yaml = "[yes, Off, y, 0x10, 1_000, 2026-01-31, 12:30, ~, .5, '1', !!str 7]";
    expect(await evaluated(yaml)).toEqual([
      true,
      false,
      "y",
      16,
      1000,
      "2026-01-31",
      "12:30",
      null,
      0.5,
      "1",
      "7",
    ]);
  });

  it("merges maps and follows aliases", async () => {
    const entry = `- model: ${USER}\n  identifiers: {username: a}\n  attrs: {attributes: {base: &base {x: 1, y: 1}, own: {<<: *base, y: 2}, same: *base}}`;
    await apply(entry);
    expect(await store.read((tx) => tx.list(USER)[0].attributes)).toEqual({
      base: { x: 1, y: 1 },
      own: { x: 1, y: 2 },
      same: { x: 1, y: 1 },
    });
  });

  it("keeps a number's spelling where a text is wanted, through tags too", async () => {
    const attrs = "{provider: generic, from_number: +12025550173, account_sid: 007, auth: !Context n}";
    await apply(
      `- model: ${SMS_STAGE}\n  identifiers: {name: 1.50}\n  attrs: ${attrs}`,
      {},
      "context: {n: 0012}\n",
    );
    expect(await store.read((tx) => tx.list(SMS_STAGE)[0])).toMatchObject({
      name: "1.50",
      from_number: "+12025550173",
      account_sid: "007",
      auth: "0012",
    });
    expect(actions(await apply(`- model: ${SMS_STAGE}\n  identifiers: {name: 1.50}`))).toEqual(["unchanged"]);
  });

  it("cannot be a bomb", async () => {
    const layers = Array.from({ length: 12 }, (_, index) => {
      const inner = index === 0 ? "x" : `*a${index - 1}`;
      return `a${index}: &a${index} [${Array(10).fill(inner).join(", ")}]`;
    });
    const bomb = `- model: ${USER}\n  identifiers: {username: a}\n  attrs: {attributes: {${layers.join(", ")}}}`;
    expect(await refusal(bomb)).toMatch(/unfolds to more than 500000 values \(look for aliases of aliases\)/);
    let nest = `[1, 1]`;
    for (let depth = 0; depth < 40; depth += 1) nest = `!Enumerate [${nest}, SEQ, [!Value 0, !Value 0]]`;
    expect(await tagRefusal(nest)).toMatch(/unfolds to more than/);
    expect(await tagRefusal("&a [*a]")).toMatch(/nested more than|unfolds/);
  });

  it("cannot reach a prototype", async () => {
    expect(await tagRefusal("{__proto__: {admin: true}}")).toMatch(/"__proto__" is not allowed/);
    expect(await tagRefusal("!Enumerate [[1], MAP, [__proto__, {admin: true}]]")).toMatch(/"__proto__"/);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it("that JSON cannot hold is refused", async () => {
    expect(await tagRefusal(".inf")).toMatch(/\.inf is not a value that JSON can hold/);
  });
});

describe("what does not fit", () => {
  it("is told for all fields of the entry at once, each at its line, and nothing is changed", async () => {
    const message = await refusal(`${A_STAGE}
- model: authentik_flows.flow
  identifiers:
    slug: not a slug
  attrs:
    name: yes
    designation: party
    layout:
      - x
`);
    expect(message.split("\n")).toEqual([
      'b.yaml:12:11: authentik_flows.flow: name: Not a valid string. (to mean the text, write it in quotes: "yes")',
      "b.yaml:10:11: authentik_flows.flow: slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
      "b.yaml:8:3: authentik_flows.flow: title: This field is required.",
      'b.yaml:13:18: authentik_flows.flow: designation: "party" is not a valid choice.',
      'b.yaml:15:7: authentik_flows.flow: layout: "["x"]" is not a valid choice.',
    ]);
    expect(await store.read((tx) => tx.list("authentik_stages_deny.denystage"))).toEqual([]);
  });

  it("in a list is pointed at in the list", async () => {
    const entry = `- model: authentik_stages_prompt.promptstage\n  identifiers: {name: p}\n  attrs:\n    fields:\n      - 00000000-0000-4000-8000-000000000000\n      - x\n`;
    expect(await refusal(entry)).toMatch(/^b\.yaml:8:9: .*fields: “x” is not a valid UUID\.$/);
    expect(await refusal(entry.replace("      - x\n", ""))).toMatch(
      /^b\.yaml:7:9: .*object does not exist\.$/,
    );
  });

  it("because !Find found nothing says so", async () => {
    const entry = `${A_STAGE}- model: authentik_flows.flowstagebinding\n  identifiers: {target: !Find [authentik_flows.flow, [slug, x]], stage: !KeyOf deny, order: 0}`;
    expect(await refusal(entry)).toMatch(
      /^b\.yaml:8:25: .*target: This field may not be null\. \(what !Find looks for is not there\)$/,
    );
  });

  it("because the name is taken is pointed at", async () => {
    const entry = "- model: authentik_stages_dummy.dummystage\n  identifiers: {name: deny}";
    expect(await refusal(A_STAGE + entry)).toMatch(
      /^b\.yaml:8:23: .*name: stage with this name already exists\.$/,
    );
  });

  it("because a field is unknown is an error, or a warning when asked for", async () => {
    const entry = `- model: ${POLICY}\n  identifiers: {name: p}\n  attrs:\n    expression: return True\n    executon_logging: true\n`;
    expect(await refusal(entry)).toBe(
      `b.yaml:7:5: ${POLICY} has no field "executon_logging" (did you mean execution_logging?)`,
    );
    const report = await apply(entry, { unknownFields: "warn" });
    expect(report.warnings).toMatchObject([{ line: 7, column: 5, field: "executon_logging" }]);
    expect(actions(report)).toEqual(["created"]);
  });

  it("between fields is pointed at the entry", async () => {
    const entry = `${A_FLOW}- model: authentik_policies.policybinding\n  identifiers: {target: !KeyOf flow, order: 0}`;
    expect(await refusal(entry)).toMatch(/^b\.yaml:8:3: .*One of 'policy', 'group', 'user' must be set\.$/);
  });

  it("as attrs or identifiers is refused", async () => {
    expect(await refusal("- model: authentik_flows.flow\n  identifiers: [slug]")).toMatch(
      /identifiers have to be a map/,
    );
    expect(await refusal("- model: authentik_flows.flow\n  identifiers: {slug: a}\n  attrs: 7")).toMatch(
      /^b\.yaml:5:10: attrs have to be/,
    );
  });
});

describe("expressions", () => {
  const entry = `- model: ${POLICY}
  identifiers: {name: region}
  attrs:
    expression: |
      x = 1
      return ;
`;
  const refuse = (source: string, name: string) => {
    expect(source).toBe("x = 1\nreturn ;\n");
    throw Object.assign(new Error(`invalid syntax (${name}, line 2)`), { line: 2, column: 8 });
  };

  it("are compiled before they are kept; errors point into the file", async () => {
    const message = await refusal(entry, { validateExpression: refuse });
    expect(message).toBe("b.yaml:8:14: expression: Expression Syntax Error: invalid syntax (region, line 2)");
    expect(await store.read((tx) => tx.list(POLICY))).toEqual([]);
  });

  it("that stand in one line are pointed at as a whole", async () => {
    const inline = `- model: ${POLICY}\n  identifiers: {name: region}\n  attrs: {expression: "x = 1\\nreturn ;\\n"}`;
    expect(await refusal(inline, { validateExpression: refuse })).toMatch(/^b\.yaml:5:23: expression: /);
  });
});

describe("users and groups", () => {
  it("keep a password as a hash, and the same hash for the same password", async () => {
    const entry = (password: string) =>
      `- model: ${USER}\n  identifiers: {username: a}\n  attrs: {password: ${password}}`;
    await apply(entry("geheim"));
    const first = await store.read((tx) => tx.list(USER)[0].password);
    expect(first).not.toContain("geheim");
    expect(verifyPassword("geheim", first)).toBe(true);
    expect(actions(await apply(entry("geheim")))).toEqual(["unchanged"]);
    expect(actions(await apply(entry("anders")))).toEqual(["updated"]);
  });

  it("are logged out by another password, not by the one they have", async () => {
    const entry = (password: string) =>
      `- model: ${USER}\n  identifiers: {username: a}\n  attrs: {password: ${password}}`;
    await apply(entry("geheim"));
    await store.transaction((tx) => {
      const [{ pk: user }] = tx.list(USER);
      const expires = "2040-01-01T00:00:00Z";
      tx.insert("postern.session", { pk: "browser", user, data: {}, expires });
    });
    const sessions = () => store.read((tx) => tx.list("postern.session").length);
    await apply(entry("geheim"));
    expect(await sessions()).toBe(1);
    await apply(entry("anders"));
    expect(await sessions()).toBe(0);
  });

  it("are joined from the group's side too", async () => {
    const users = `- model: ${USER}\n  id: a\n  identifiers: {username: a}\n- model: ${USER}\n  id: b\n  identifiers: {username: b}\n`;
    const group = (members: string) =>
      `${users}- model: ${GROUP}\n  identifiers: {name: g}\n  attrs: {users: [${members}]}`;
    await apply(group("!KeyOf a, !KeyOf b"));
    expect(actions(await apply(group("!KeyOf a, !KeyOf b"))).at(-1)).toBe("unchanged");
    expect(actions(await apply(group("!KeyOf b"))).at(-1)).toBe("updated");
    const members = await store.read((tx) => tx.list(USER).map((user) => user.groups.length));
    expect(members).toEqual([0, 1]);
    expect(await refusal(group("!KeyOf b, 99"))).toMatch(/users: Invalid pk "99" - object does not exist\./);
  });
});
