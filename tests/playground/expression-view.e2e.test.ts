// The expression view in a real browser, as an author meets it. Needs a Chromium (CHROMIUM, or Debian's); skipped without.
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, looksRight, says } from "./in-browser.ts";

const root = join(import.meta.dirname, "../..");
const REFUSED = "1";
const WEBHOOK = "2";

const answered = (of: Page): Promise<void> => of.locator(".result[aria-busy=false] .verdict").waitFor();

describeInBrowser(answered, (walk) => {
  const word = (of: Page): Locator => of.locator(".verdict .word");
  const choose = (example: string) => walk.page.locator(".toolbar select").first().selectOption(example);
  async function write(source: string): Promise<void> {
    await walk.page.locator(".cm-content").first().click();
    await walk.page.keyboard.press("ControlOrMeta+A");
    await walk.page.keyboard.insertText(source);
  }

  test("an edit turns the verdict, with the message and the line that decided", async () => {
    await choose(REFUSED);
    await says(word(walk.page), "Denied");
    await says(walk.page.locator(".result"), "Invalid phone number or missing region code");
    await write('ak_message("welcome")\nreturn request.context["prompt_data"]["phone"].startswith("+49")');
    await says(word(walk.page), "Passing");
    await says(walk.page.locator(".verdict"), "line 2");
    await says(walk.page.locator(".result"), "welcome");
  });

  test("a syntax error is named and underlined", async () => {
    await write("return (1");
    await says(walk.page.locator(".result"), "'(' was never closed");
    await walk.page.locator(".cm-lintRange-error").first().waitFor();
  });

  test("values stand beside the lines that had them", async () => {
    await choose(REFUSED);
    await says(walk.page.locator(".cm-line .note"), "'+491701234567'");
  });

  test("a webhook mapping's request is shown with its secrets masked", async () => {
    await choose(WEBHOOK);
    await says(walk.page.locator("pre.request"), "foo bar baz 042815");
    const request = String(await walk.page.locator("pre.request").textContent());
    expect(request).toMatch(/^POST https:\/\//);
    expect(request.toLowerCase()).toMatch(/authorization: bearer \*+/);
  });

  test("a blueprint's expressions can be taken in", async () => {
    const [chooser] = await Promise.all([
      walk.page.waitForEvent("filechooser"),
      walk.page.getByRole("button", { name: /Import/ }).click(),
    ]);
    await chooser.setFiles(join(root, "fixtures/blueprints/sms-enrollment.yaml"));
    await says(walk.page.getByRole("status"), /expressions/);
    // The first that the blueprint has is in the editor; the others are a choice away.
    expect(await walk.page.locator(".imported li").count()).toBeGreaterThan(1);
  });

  test("a counterexample is found and kept as a case", async () => {
    await write('return request.context["prompt_data"]["phone"][0] == "+"');
    await answered(walk.page);
    await walk.page.getByRole("button", { name: "Search" }).click();
    await walk.page.locator(".card:has(#search-title) .fault").waitFor();
    await walk.page.locator(".card:has(#search-title) pre + button").click();
    await walk.page.locator(".cases > li").first().waitFor();
  });

  test("a limit that is being typed outlasts an answer, and counts when the field is left", async () => {
    await write("return 'after' == 'after' and ak_message('after') is None");
    const steps = walk.page.getByLabel("Limit: Steps");
    await steps.pressSequentially("10");
    await says(walk.page.locator(".result"), "after");
    await answered(walk.page);
    expect(await steps.inputValue()).toBe("10");
    await walk.page.keyboard.press("Tab");
    await says(walk.page.locator(".limits .amount"), /of 10$/);
    await steps.fill("");
    await walk.page.keyboard.press("Tab");
    await says(walk.page.locator(".limits .amount"), /of 20,000,000$/);
  });

  test("a link opens the page as it was", async () => {
    await write("return 'shared' == 'shared'");
    await says(word(walk.page), "Passing");
    await walk.page.getByLabel("Limit: Steps").fill("1");
    await walk.page.keyboard.press("Tab");
    await says(walk.page.locator(".limits .amount"), /of 1$/);
    await walk.page.getByRole("button", { name: "Copy link" }).click();
    await walk.page.waitForURL(/#1\./);
    const other = await walk.open(new URL(walk.page.url()).hash);
    expect(await other.locator(".cm-content").first().textContent()).toContain("return 'shared' == 'shared'");
    expect(await other.getByLabel("Limit: Steps").inputValue()).toBe("1");
    await other.close();
  });

  test("axe finds nothing, and nothing stands out", async () => {
    await looksRight(walk.page);
  });

  test("German is a choice away, and stays", async () => {
    await walk.page.getByLabel("Language").selectOption("de");
    await walk.page.getByRole("heading", { name: "Ergebnis" }).waitFor();
    await walk.page.reload();
    await walk.page.getByRole("heading", { name: "Ergebnis" }).waitFor();
  });
});
