// The expression view in a real browser, as an author meets it. Needs a Chromium (CHROMIUM, or Debian's); skipped without.
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  axeFindings,
  hasBrowser,
  overhang,
  type Playground,
  type Showing,
  says,
  startPlayground,
} from "./in-browser.ts";

const root = join(import.meta.dirname, "../..");
const REFUSED = "1";
const WEBHOOK = "2";

describe.skipIf(!hasBrowser)("in a browser", { timeout: 300_000 }, () => {
  let playground: Playground;
  let page: Page;

  beforeAll(async () => {
    playground = await startPlayground();
  }, 120_000);
  afterAll(async () => await playground?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    playground.complaints.length = 0;
    page = await opened();
  });
  afterEach(async () => {
    await page.close();
    expect(playground.complaints).toEqual([]);
  });

  async function opened(showing: Showing = {}): Promise<Page> {
    const made = await playground.open(showing);
    await answered(made);
    return made;
  }
  const word = (of: Page): Locator => of.locator(".verdict .word");
  const answered = (of: Page): Promise<void> => of.locator(".result[aria-busy=false] .verdict").waitFor();
  const choose = (example: string) => page.locator(".toolbar select").first().selectOption(example);
  async function write(source: string): Promise<void> {
    await page.locator(".cm-content").first().click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(source);
  }

  test("an edit turns the verdict, with the message and the line that decided", async () => {
    await choose(REFUSED);
    await says(word(page), "Denied");
    await says(page.locator(".result"), "Invalid phone number or missing region code");
    await write('ak_message("welcome")\nreturn request.context["prompt_data"]["phone"].startswith("+49")');
    await says(word(page), "Passing");
    await says(page.locator(".verdict"), "line 2");
    await says(page.locator(".result"), "welcome");
  });

  test("a syntax error is named and underlined", async () => {
    await write("return (1");
    await says(page.locator(".result"), "'(' was never closed");
    await page.locator(".cm-lintRange-error").first().waitFor();
  });

  test("values stand beside the lines that had them", async () => {
    await choose(REFUSED);
    await says(page.locator(".cm-line .note"), "'+491701234567'");
  });

  test("a webhook mapping's request is shown with its secrets masked", async () => {
    await choose(WEBHOOK);
    await says(page.locator("pre.request"), "foo bar baz 042815");
    const request = String(await page.locator("pre.request").textContent());
    expect(request).toMatch(/^POST https:\/\//);
    expect(request.toLowerCase()).toMatch(/authorization: bearer \*+/);
  });

  test("a blueprint's expressions can be taken in", async () => {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: /Import/ }).click(),
    ]);
    await chooser.setFiles(join(root, "fixtures/blueprints/sms-enrollment.yaml"));
    await says(page.getByRole("status"), /expressions/);
    // The first that the blueprint has is in the editor; the others are a choice away.
    expect(await page.locator(".imported li").count()).toBeGreaterThan(1);
  });

  test("a counterexample is found and kept as a case", async () => {
    await write('return request.context["prompt_data"]["phone"][0] == "+"');
    await answered(page);
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".card:has(#search-title) .fault").waitFor();
    await page.locator(".card:has(#search-title) pre + button").click();
    await page.locator(".cases > li").first().waitFor();
  });

  test("a link opens the page as it was", async () => {
    await write("return 'shared' == 'shared'");
    await says(word(page), "Passing");
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.waitForURL(/#1\./);
    const other = await opened({ fragment: new URL(page.url()).hash });
    expect(await other.locator(".cm-content").first().textContent()).toContain("return 'shared' == 'shared'");
    await other.close();
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("axe finds nothing, and nothing stands out (%s, %i wide)", async (colorScheme, width) => {
    const other = await opened({ colorScheme, width });
    expect(await axeFindings(other)).toEqual([]);
    expect(await overhang(other)).toBe(0);
    await other.close();
  });

  test("German is a choice away, and stays", async () => {
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Ergebnis" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Ergebnis" }).waitFor();
  });
});
