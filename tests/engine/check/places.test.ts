// Findings that depend on where a policy stands: context keys that are not there, messages that nobody sees.
import { describe, expect, test } from "vitest";
import { checkExpression } from "../../../engine/check/check.ts";
import { nameHint, PLACES, type Place, placesOfName, type Use } from "../../../engine/expressions/places.ts";
import { SITES, siteNames } from "../../../engine/expressions/sites.ts";

function at(source: string, ...given: readonly (Place | Use)[]): string[] {
  const uses = given.map((use) => (typeof use === "string" ? { place: use } : use));
  const site = PLACES.find(({ place }) => place === uses[0]?.place)?.site ?? "policy";
  return checkExpression(source, { site, uses }).map(
    ({ severity, code, message, line }) => `${line} ${severity} ${code}: ${message}`,
  );
}

describe("a context key", () => {
  test("that is not there is an error that says where it is", () => {
    const expected = [
      "1 error missing-context-key: 'flow_plan' is not available at prompt validation; it is at flow policies and stage policies",
    ];
    expect(at('return context["flow_plan"].context', "prompt-validation")).toEqual(expected);
    expect(at('return request.context["flow_plan"].context', "prompt-validation")).toEqual(expected);
    expect(at('return context["flow_plan"].context', "flow", "stage-plan", "stage-run")).toEqual([]);
  });

  test("that a stage has still to give is a warning when the flow is planned", () => {
    const [found, ...more] = at('return context["prompt_data"]["phone"]', "stage-plan");
    expect(found).toBe(
      "1 warning missing-context-key: 'prompt_data' is hardly ever there yet at stage policies at plan time; it is at stage policies at run time and prompt validation",
    );
    expect(more).toEqual([]);
    expect(at('return context["prompt_data"]["phone"]', "stage-run")).toEqual([]);
  });

  test("is looked for at every place where the policy is used", () => {
    expect(at('return context["pending_user"].is_active', "stage-run", "prompt-validation")).toEqual([
      expect.stringContaining("'pending_user' is not available at prompt validation"),
    ]);
  });

  test("that is asked for first, or whose KeyError is caught, is fine", () => {
    expect(
      at(
        'if "pending_user" in context:\n    return context["pending_user"].is_active\nreturn True',
        "prompt-validation",
      ),
    ).toEqual([]);
    expect(
      at('try:\n    return context["flow_plan"]\nexcept KeyError:\n    return False', "prompt-validation"),
    ).toEqual([]);
  });

  test("that is asked for with `get`, or put there by the policy itself, may be read", () => {
    const keyErrors = (source: string) =>
      at(source, "prompt-validation", "stage-run").filter((line) => line.includes("missing-context-key"));
    expect(
      keyErrors('if context.get("pending_user"):\n    return context["pending_user"].is_active\nreturn True'),
    ).toEqual([]);
    expect(keyErrors('context.setdefault("redirect", "")\nreturn context["redirect"] == ""')).toEqual([]);
    expect(keyErrors('context["redirect"] = "/"\nreturn context["redirect"] == "/"')).toEqual([]);
    expect(keyErrors('other = {"redirect": 1}.get("redirect")\nreturn context["redirect"] == "/"')).toEqual([
      expect.stringMatching(/^2 error missing-context-key/),
    ]);
  });

  test("read with a default is a warning where it is never there, at none of the places", () => {
    const source = 'return context.get("application") is None';
    expect(at(source, "prompt-validation")).toEqual([
      expect.stringMatching(/^1 warning missing-context-key: 'application' is not available at prompt valid/),
    ]);
    expect(at(source, "prompt-validation", "flow")).toEqual([]);
    expect(at(source, "prompt-validation", { place: null })).toEqual([]);
  });

  test("of the author's own, of a variable named context, or at a place that is not known is left alone", () => {
    expect(at('return context["my_key"]', "prompt-validation")).toEqual([]);
    expect(at('context = {"flow_plan": 1}\nreturn context["flow_plan"]', "prompt-validation")).toEqual([]);
    expect(at('return context["flow_plan"]')).toEqual([]);
    expect(at('context["flow_plan"] = 1\nreturn context.get("x")', "prompt-validation")).not.toContainEqual(
      expect.stringContaining("missing-context-key"),
    );
  });

  test("of a mapping is one of its variables", () => {
    expect(at('return request.context["token"]', "webhook-mapping")).toEqual([]);
    expect(at('return request.context["prompt_data"]', "prompt-placeholder")).toEqual([
      expect.stringContaining("'prompt_data' is not available at prompt placeholders"),
    ]);
  });
});

describe("a name of the site that the place has not", () => {
  test("is a warning", () => {
    expect(at("return ldap['cn']", "oauth2-mapping")).toEqual([
      "1 warning name-of-another-site: 'ldap' is not available at OAuth2 scope mappings; it is at LDAP source mappings",
    ]);
    expect(at("return ldap['cn']", "ldap-source")).toEqual([]);
    expect(at("return ip_address('10.0.0.1').is_private", "oauth2-mapping")).toEqual([]);
  });
});

describe("a message", () => {
  const unseen = (line: number) => `${line} warning unseen-message: this message is never shown to anyone`;

  test("of a stage's policy is never shown, unless the policy is used where messages are", () => {
    expect(at('ak_message("no")\nreturn False', "stage-run")).toEqual([unseen(1)]);
    expect(at('ak_message("no")\nreturn False', "stage-plan", "stage-run")).toEqual([unseen(1)]);
    expect(at('ak_message("no")\nreturn False', "stage-run", "prompt-validation")).toEqual([]);
    expect(at('ak_message("no")\nreturn False', "stage-run", { place: null })).toEqual([]);
  });

  test("of a flow's policy is shown when the flow is denied", () => {
    const passing = 'ak_message("welcome")\nreturn True';
    const failing = 'if request.user.is_active:\n    ak_message("no")\n    return False\nreturn True';
    expect(at(passing, { place: "flow", negate: false })).toEqual([unseen(1)]);
    expect(at(passing, { place: "flow", negate: true })).toEqual([]);
    expect(at(passing, "flow")).toEqual([]);
    expect(at(failing, { place: "flow", negate: false })).toEqual([]);
    expect(at(failing, { place: "flow", negate: true })).toEqual([unseen(2)]);
    expect(at(failing, { place: "flow", negate: false, unseen: "sent on" })).toEqual([unseen(2)]);
  });

  test("in a function says nothing of the policy's answer, or of who catches the exception", () => {
    const shown = 'def greet():\n    ak_message("welcome")\n    return True\ngreet()\nreturn False';
    expect(at(shown, { place: "flow", negate: false })).toEqual([]);
    const caught =
      'def refuse():\n    ak_message("no")\n    raise ValueError("x")\ntry:\n    refuse()\nexcept ValueError:\n    pass\nreturn False';
    expect(at(caught, "prompt-validation")).toEqual([]);
    const suppressed =
      'from contextlib import suppress\nwith suppress(ValueError):\n    ak_message("no")\n    raise ValueError("x")\nreturn False';
    expect(at(suppressed, "prompt-validation")).toEqual([]);
  });

  test("before an exception is lost everywhere", () => {
    expect(at('ak_message("no")\nraise ValueError("x")')).toEqual([
      "1 warning unseen-message: this message is lost",
    ]);
    expect(
      at('try:\n    ak_message("no")\n    raise ValueError("x")\nexcept ValueError:\n    return False'),
    ).toEqual([]);
  });
});

describe("the table", () => {
  test("names each place once, and only places that have what they are named for", () => {
    expect(new Set(PLACES.map(({ place }) => place)).size).toBe(PLACES.length);
    for (const { site, messages } of PLACES) {
      expect(SITES).toContain(site);
      expect(messages !== undefined).toBe(site === "policy");
    }
  });

  test("has a place for every name", () => {
    for (const { name } of siteNames) expect(placesOfName(name), name).not.toEqual([]);
  });

  test("hints at a name of other sites, and at no other", () => {
    expect(nameHint("user", "policy")).toBe(
      "'user' is not available at policies; it is at expressions of prompts, webhook mappings and property mappings",
    );
    expect(nameHint("prompt_context", "prompt-validation")).toBe(
      "'prompt_context' is not available at prompt validation; it is at expressions of prompts",
    );
    expect(nameHint("request", "policy")).toBeUndefined();
    expect(nameHint("nonsense", "policy")).toBeUndefined();
  });
});
