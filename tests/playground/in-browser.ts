// The playground in a real browser: Chromium (CHROMIUM, or one of Debian's). Without one the tests that need it are skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import { buildPlayground } from "../../scripts/build-playground.ts";
import { type Running, startServer } from "../server/server-under-test.ts";

/** The first draws pages as the second does and starts nothing else: half of the second's time. */
const PLACES = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
/** Whether there is one that starts: one that was installed in part is none. */
const hasBrowser =
  executablePath !== undefined && spawnSync(executablePath, ["--version"], { stdio: "ignore" }).status === 0;
if (!hasBrowser)
  console.warn(`no browser at ${executablePath ?? PLACES.join(" or ")}: the playground is not walked`);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Dark and light, as wide as a phone's screen and as a desk's, in CSS pixels; the last is how a page is opened. */
const SHOWINGS = (["dark", "light"] as const).flatMap((colorScheme) =>
  [390, 1280].map((width) => ({ colorScheme, width })),
);
const HEIGHT = 900;

/** A server and a browser. */
interface Playground extends AsyncDisposable {
  /** What pages logged as errors or threw. Also what the content security policy refuses arrives here. */
  readonly complaints: string[];
  open(fragment?: string): Promise<Page>;
}

/** What a test is given. */
export interface Walk {
  /** The test's page: no other test has seen it. */
  readonly page: Page;
  /** What pages complained of so far; what is left of it when a test ends fails it. */
  readonly complaints: string[];
  /** One more page, at this fragment. */
  open(fragment: string): Promise<Page>;
}

/** Describes what a browser shows; `arrive` waits until a page that was opened is ready for a test. */
export function describeInBrowser(arrive: (page: Page) => Promise<void>, suite: (walk: Walk) => void): void {
  describe.skipIf(!hasBrowser)("in a browser", { timeout: 300_000 }, () => {
    let playground: Playground;
    let page: Page;
    const open = async (fragment = ""): Promise<Page> => {
      const opened = await playground.open(fragment);
      await arrive(opened);
      return opened;
    };
    beforeAll(async () => {
      playground = await startPlayground();
    }, 120_000);
    afterAll(async () => await playground?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      playground.complaints.length = 0;
      page = await open();
    });
    afterEach(async () => {
      await page.close();
      expect(playground.complaints).toEqual([]);
    });
    suite({
      get page() {
        return page;
      },
      get complaints() {
        return playground.complaints;
      },
      open,
    });
  });
}

/** Builds the page, serves it, and starts a browser. */
async function startPlayground(): Promise<Playground> {
  await buildPlayground();
  await using started = new AsyncDisposableStack();
  const server: Running = started.use(await startServer());
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  started.defer(() => browser.close());
  const complaints: string[] = [];
  const all = started.move();
  return {
    complaints,
    async open(fragment = "") {
      const page = await browser.newPage({
        colorScheme: "light",
        locale: "en-GB",
        reducedMotion: "reduce",
        viewport: { width: 1280, height: HEIGHT },
      });
      page.setDefaultTimeout(120_000);
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(`${server.url}/playground/${fragment}`);
      return page;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Waits until something says this. */
export async function says(locator: Locator, text: string | RegExp): Promise<void> {
  await locator.filter({ hasText: text }).first().waitFor();
}

/** What axe finds on the page as it is. */
async function axeFindings(page: Page): Promise<string[]> {
  // Scripts of the page's own are all that its policy lets run; this one comes from outside of it.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  return await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`,
  );
}

/** How much wider than the window the page is, in CSS pixels: more than 0 has to be scrolled sideways. */
async function overhang(page: Page): Promise<number> {
  return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Expects that axe finds nothing on the page as it is and that nothing stands out of the window, in each showing. */
export async function looksRight(page: Page): Promise<void> {
  for (const { colorScheme, width } of SHOWINGS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: HEIGHT });
    expect
      .soft({ colorScheme, width, axe: await axeFindings(page), overhang: await overhang(page) })
      .toEqual({ colorScheme, width, axe: [], overhang: 0 });
  }
}
