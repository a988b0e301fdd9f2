// A blueprint's form: what is read, and where each mistake is pointed at.
import { describe, expect, it } from "vitest";
import { BlueprintError } from "../../../runtime/blueprint/errors.ts";
import { parseBlueprint } from "../../../runtime/blueprint/parse.ts";

function problems(text: string): string[] {
  try {
    parseBlueprint(text, { file: "b.yaml" });
  } catch (error) {
    expect(error).toBeInstanceOf(BlueprintError);
    return (error as BlueprintError).message.split("\n");
  }
  return [];
}

const ENTRY = "- model: authentik_flows.flow\n  identifiers: {slug: a}\n";

describe("a blueprint", () => {
  it("has a name, labels, a context and entries", () => {
    const blueprint = parseBlueprint(
      `version: 1\nmetadata:\n  name: mine\n  labels: {a: b}\ncontext: {x: 1}\nentries:\n${ENTRY}`,
    );
    expect(blueprint.name).toBe("mine");
    expect([...blueprint.labels]).toEqual([["a", "b"]]);
    expect([...blueprint.context.keys()]).toEqual(["x"]);
    expect(blueprint.entries).toHaveLength(1);
  });

  it("may group its entries under names", () => {
    const indented = ENTRY.replace(/^/gm, "  ");
    const text = `version: 1\nentries:\n  first:\n${indented}\n  second:\n${indented}`;
    expect(parseBlueprint(text).entries).toHaveLength(2);
  });

  it("warns of permissions, which have no effect", () => {
    const text = `version: 1\nentries:\n${ENTRY}  permissions: [{permission: view_flow}]\n`;
    expect(parseBlueprint(text).warnings).toMatchObject([
      { line: 5, what: expect.stringMatching(/permissions/) },
    ]);
  });

  const MISTAKES: [string, string, string[]][] = [
    ["no text", "", ["b.yaml:1:1: a blueprint has to be a map of keys and values"]],
    ["a list", "- a", ["b.yaml:1:1: a blueprint has to be a map of keys and values"]],
    [
      "no version",
      "entries: []",
      ["b.yaml:1:1: Invalid blueprint version (a blueprint begins with: version: 1)"],
    ],
    [
      "another version",
      "version: 2\nentries: []",
      ["b.yaml:1:10: Invalid blueprint version (a blueprint begins with: version: 1)"],
    ],
    [
      "a version in quotes",
      'version: "1"\nentries: []',
      ["b.yaml:1:10: Invalid blueprint version (a blueprint begins with: version: 1)"],
    ],
    [
      "no entries",
      "version: 1",
      ["b.yaml:1:1: entries is missing, or is not a list (list the objects under: entries:)"],
    ],
    [
      "a misspelled key",
      "version: 1\nentrys: []\nentries: []",
      ['b.yaml:2:1: a blueprint has no key "entrys" (did you mean entries?)'],
    ],
    [
      "mistakes in several entries, all at once",
      "version: 1\nentries:\n- model: authentik_flows.flwo\n- attr: {}\n  model: authentik_flows.flow\n- state: gone\n  model: authentik_flows.flow\n- 7\n- identifiers: {}\n",
      [
        'b.yaml:3:10: Postern has no model "authentik_flows.flwo" (did you mean authentik_flows.flow?)',
        'b.yaml:4:3: an entry has no key "attr" (did you mean attrs?)',
        'b.yaml:6:10: there is no state "gone" (use one of: present, created, must_created, absent)',
        "b.yaml:8:3: an entry has to be a map of keys and values",
        "b.yaml:9:3: the entry has no model (give it one: model: authentik_flows.flow)",
      ],
    ],
    [
      "an unknown tag",
      "version: 1\nentries:\n- model: authentik_flows.flow\n  identifiers: {slug: !Contxt a}\n  attrs: {name: !Foo [1]}",
      [
        "b.yaml:4:23: there is no tag !Contxt (did you mean !Context?)",
        "b.yaml:5:17: there is no tag !Foo (known are: !KeyOf !Find !FindObject !Context !Env !File !Format !If !Condition !Enumerate !Index !Value !AtIndex !ParseJSON)",
      ],
    ],
    [
      "an alias to nothing",
      "version: 1\nentries: *nothing",
      ["b.yaml:2:10: there is no anchor &nothing before this *nothing"],
    ],
    [
      "models that flows write",
      "version: 1\nentries:\n- model: authentik_events.event\n- model: postern.flowsession",
      [
        "b.yaml:3:10: authentik_events.event cannot be in a blueprint (its rows are made at work; remove the entry)",
        "b.yaml:4:10: postern.flowsession cannot be in a blueprint (its rows are made at work; remove the entry)",
      ],
    ],
  ];
  for (const [name, text, expected] of MISTAKES) {
    it(`is refused: ${name}`, () => {
      expect(problems(text)).toEqual(expected);
    });
  }

  it("is refused where the YAML is broken, at the place", () => {
    expect(problems("version: 1\nentries: [1, 2")[0]).toMatch(/^b\.yaml:2:15: YAML: /);
    expect(problems("version: 1\nversion: 1\nentries: []")[0]).toMatch(/^b\.yaml:2:1: YAML: .*unique/);
    expect(problems("version: 1\n\tentries: []")[0]).toMatch(/^b\.yaml:2:/);
    expect(problems("version: 1\nentries: []\n---\nversion: 1")[0]).toMatch(
      /^b\.yaml:[34]:1: YAML: a blueprint is one document/,
    );
  });

  it("names the models of authentik that are not there", () => {
    const [problem] = problems("version: 1\nentries:\n- model: authentik_stages_captcha.captchastage");
    expect(problem).toMatch(/^b\.yaml:3:10: Postern has no model "authentik_stages_captcha\.captchastage"/);
  });

  it("is refused where it is nested without end, or too long", () => {
    expect(problems(`version: 1\nentries: ${"[".repeat(50_000)}`).length).toBeGreaterThan(0);
    expect(problems(`#${"x".repeat(5_000_000)}`)[0]).toMatch(/are the most that is read \(split it\)/);
  });
});
