// The playground in a real browser: Chromium (CHROMIUM, or Debian's). Without one the tests that need it are skipped.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { buildPlayground } from "../../scripts/build-playground.ts";
import { type Running, startServer } from "../server/server-under-test.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Whether there is a browser. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`no browser at ${executablePath}: the playground is not walked`);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How a page is shown. */
export interface Showing {
  readonly fragment?: string;
  readonly colorScheme?: "light" | "dark";
  /** In CSS pixels; a phone's is 390. */
  readonly width?: number;
}

/** A server and a browser. */
export interface Playground extends AsyncDisposable {
  readonly server: Running;
  /** What pages logged as errors or threw. Also what the content security policy refuses arrives here. */
  readonly complaints: string[];
  open(showing?: Showing): Promise<Page>;
}

/** Builds the page, serves it, and starts a browser. */
export async function startPlayground(): Promise<Playground> {
  await buildPlayground();
  await using started = new AsyncDisposableStack();
  const server = started.use(await startServer());
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  started.defer(() => browser.close());
  const complaints: string[] = [];
  const all = started.move();
  return {
    server,
    complaints,
    async open({ fragment = "", colorScheme = "light", width = 1280 } = {}) {
      const page = await browser.newPage({
        colorScheme,
        locale: "en-GB",
        reducedMotion: "reduce",
        viewport: { width, height: 900 },
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
export async function axeFindings(page: Page): Promise<string[]> {
  // Scripts of the page's own are all that its policy lets run; this one comes from outside of it.
  return await page.evaluate(
    `(() => { ${axe}; return axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" "))); })()`,
  );
}

/** How much wider than the window the page is, in CSS pixels: more than 0 has to be scrolled sideways. */
export async function overhang(page: Page): Promise<number> {
  return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
