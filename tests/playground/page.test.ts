// The page's pure parts: links, texts, examples.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { examples } from "../../playground/examples/examples.ts";
import { fromFragment, type Shared, toFragment } from "../../playground/link.ts";
import { languageOf, languages, messageIn, messages } from "../../playground/messages.ts";

const shared: Shared = {
  kind: "policy",
  source: 'ak_message("grüße 🙂")\nreturn False',
  context: '{ "a": 1 }',
  cases: [{ name: "one", context: {}, expect: { passing: false } }],
  gateway: { url: "https://sms.example.com/", encoding: "json", authorization: "none" },
};

test("a link holds the whole page in characters that need no escaping", async () => {
  const fragment = await toFragment(shared);
  expect(fragment).toMatch(/^1\.[\w-]+$/);
  expect(await fromFragment(fragment)).toEqual(shared);
});

test("a fragment of something else is none of ours; a broken one is refused", async () => {
  expect(await fromFragment("")).toBeUndefined();
  expect(await fromFragment("result")).toBeUndefined();
  await expect(fromFragment("1.AAAA")).rejects.toThrow();
  await expect(fromFragment(await toFragment({} as Shared))).rejects.toThrow("the link lacks a part");
});

test("a small link that stands for a huge text is refused", async () => {
  const fragment = await toFragment({ ...shared, source: " ".repeat(5_000_000) });
  await expect(fromFragment(fragment)).rejects.toThrow("the link holds too much");
});

test("every text is there in every language, with the same things to fill in", () => {
  const filled = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [name, texts] of Object.entries(messages)) {
    for (const language of languages) {
      expect({ name, language, text: texts[language].trim() }).not.toMatchObject({ text: "" });
      expect({ name, language, filled: filled(texts[language]) }).toEqual({
        name,
        language,
        filled: filled(texts.en),
      });
    }
  }
  expect(messageIn("de", "decidedBy", { line: 6 })).toBe("Entschieden in Zeile 6");
});

test("the language is the first that the browser asks for and the page has", () => {
  expect(languageOf(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(languageOf(["fr"])).toBe("en");
});

test("the examples are the fixtures' expressions and contexts", () => {
  const folder = join(import.meta.dirname, "../../fixtures");
  for (const { file, contextFile, source, context } of examples) {
    expect(source.trim()).toBe(readFileSync(join(folder, file), "utf8").trim());
    expect(context).toEqual(load(readFileSync(join(folder, "contexts", contextFile), "utf8")));
  }
});
